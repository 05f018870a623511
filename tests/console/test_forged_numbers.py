"""Whatever stands where a page writes a number, the answer is a page, not a fault."""

import pytest

from tests.builders import make_key

NO_NUMBERS = ("²", "0", "-1", "9" * 5000, "٣", "")


@pytest.mark.parametrize("forged", NO_NUMBERS)
@pytest.mark.parametrize("address", ["/kms/keys", "/iam/users", "/iam/groups", "/iam/roles", "/iam/policies"])
def test_a_list_shows_its_first_page(people, signed_in, address, forged):
    client = signed_in(people.ada)
    make_key(people.ada)
    assert client.get(address, {"page": forged}).status_code == 200


@pytest.mark.parametrize("forged", NO_NUMBERS)
@pytest.mark.parametrize(
    ("form", "fields", "status"),
    [
        ("tags", {"tag_key": "a", "tag_value": "b", "remove_tag": "{}"}, (200, 302)),
        ("encrypt", {"text": "", "remove_context": "{}"}, (200, 422)),
        ("policy/accounts", {"account_id": "999988887777", "remove_account": "{}", "add_account": "1"}, (200,)),
        ("policy", {"document": "{{}}", "panel": "remove:{}"}, (200, 422)),
        ("rotation", {"rotation": "enable", "days": "{}"}, (422,)),
    ],
)
def test_a_form_removes_no_row_and_takes_no_days(people, signed_in, form, fields, status, forged):
    key_id = make_key(people.ada)["KeyId"]
    posted = {name: value.format(forged) for name, value in fields.items()}
    assert signed_in(people.ada).post(f"/kms/keys/{key_id}/{form}", posted).status_code in status


@pytest.mark.parametrize("days", NO_NUMBERS)
def test_no_deletion_is_scheduled_in_a_number_of_days_that_is_none(people, signed_in, days):
    posted = {"ids": make_key(people.ada)["KeyId"], "days": days, "confirm": "1"}
    answer = signed_in(people.ada).post("/kms/keys/schedule-deletion", posted)
    assert answer.status_code == 422
    assert "Enter a whole number from 7 to 30." in answer.content.decode()
