"""The page of one key and its tabs: who sees what, what is changed, and why something is refused."""

import json

import pytest

from audit.changes import Touched
from keys.models import KeyMaterial, KmsKey
from operations.changes import configuration_change
from tests.builders import make_key, run_as, split_policy
from tests.people import OTHER_ACCOUNT


@pytest.fixture
def key_id(people):
    policy = split_policy(people.alice, people.bob)
    return make_key(people.ada, alias="payroll", policy=policy, tags={"Department": "Sales"})["KeyId"]


def page(client, key_id, **query):
    return client.get(f"/kms/keys/{key_id}", query)


TABS = {
    "policy": "Key administrators",
    "cryptographic-configuration": "Encryption algorithms",
    "tags": "Department",
    "rotations": "On-demand rotation",
    "key-rotation": "On-demand rotation",
    "aliases": "alias/payroll",
}


@pytest.mark.parametrize("tab", TABS)
def test_an_administrator_sees_every_tab(people, signed_in, key_id, tab):
    answer = page(signed_in(people.ada), key_id, tab=tab)
    assert answer.status_code == 200
    assert TABS[tab] in answer.content.decode()


def test_a_tab_asked_for_by_htmx_is_the_tab_region_alone(people, signed_in, key_id):
    answer = signed_in(people.alice).get(f"/kms/keys/{key_id}", {"tab": "tags"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "Department" in text
    assert "<html" not in text
    assert "HX-Request" in answer.headers["Vary"]


def test_a_key_user_sees_the_key_but_is_told_why_the_policy_is_hidden(people, signed_in, key_id):
    text = page(signed_in(people.bob), key_id).content.decode()
    assert "General configuration" in text
    assert "This tab cannot be shown" in text
    assert "kms:GetKeyPolicy" in text
    assert people.bob.arn in text
    assert "Enable IAM User Permissions" not in text


def test_a_stranger_is_told_who_may_not_do_what_and_why(people, signed_in, key_id):
    answer = page(signed_in(people.mallory), key_id)
    text = answer.content.decode()
    assert answer.status_code == 403
    for part in (people.mallory.arn, "kms:DescribeKey", "leaves kms:DescribeKey to the IAM policies of the account"):
        assert part in text


def test_a_key_of_another_account_is_not_told_from_one_that_does_not_exist(people, signed_in, key_id):
    client = signed_in(people.olga)
    foreign, missing = page(client, key_id), page(client, "11111111-2222-3333-4444-555555555555")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content.decode().count(key_id) == missing.content.decode().count(
        "11111111-2222-3333-4444-555555555555"
    )


def test_choosing_a_region_without_the_key_leads_to_its_list(people, signed_in, key_id):
    client = signed_in(people.ada)
    here = f"http://testserver/kms/keys/{key_id}?region=us-east-1"
    answer = client.get(f"/kms/keys/{key_id}", {"region": "eu-west-1"}, headers={"Referer": here}, follow=True)
    assert answer.redirect_chain == [("/kms/keys?region=eu-west-1", 302)]
    assert "The key does not exist in this Region." in answer.content.decode()
    assert page(client, key_id, region="eu-west-1").status_code == 404


def test_an_id_that_is_none_is_answered_with_a_page(people, signed_in):
    assert page(signed_in(people.ada), "no such key; --").status_code == 404


# --- changes ----------------------------------------------------------------------------------------------------------
def post(client, key_id, path, data=None):
    return client.post(f"/kms/keys/{key_id}/{path}", data or {}, follow=True)


def test_the_description_is_changed(people, signed_in, key_id):
    text = post(signed_in(people.alice), key_id, "description", {"description": "Wages\r\nand more"}).content.decode()
    assert "The description of the key was updated." in text
    assert run_as(people.ada, "DescribeKey", {"KeyId": key_id})["KeyMetadata"]["Description"] == "Wages\nand more"


def test_a_description_that_is_too_long_comes_back_with_the_error(people, signed_in, key_id):
    answer = post(signed_in(people.alice), key_id, "description", {"description": "x" * 8193})
    assert answer.status_code == 422
    assert "x" * 8193 in answer.content.decode()


def test_tags_are_added_changed_and_removed_in_one_go(people, signed_in, key_id):
    form = {"tag_key": ["Stage", "Owner", ""], "tag_value": ["test", "Alice", ""]}
    post(signed_in(people.alice), key_id, "tags", form)
    tags = run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"]
    assert {(tag["TagKey"], tag["TagValue"]) for tag in tags} == {("Stage", "test"), ("Owner", "Alice")}


def test_tags_behind_many_empty_rows_are_saved_and_too_many_are_refused(people, signed_in, key_id):
    client = signed_in(people.alice)
    post(client, key_id, "tags", {"tag_key": [""] * 60 + ["Stage"], "tag_value": [""] * 60 + ["test"]})
    tags = run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"]
    assert tags == [{"TagKey": "Stage", "TagValue": "test"}]
    many = {"tag_key": [f"k{number}" for number in range(60)], "tag_value": ["v"] * 60}
    assert post(client, key_id, "tags", many).status_code == 422
    assert run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"] == tags


def test_a_tag_key_that_stands_twice_keeps_the_form(people, signed_in, key_id):
    answer = post(signed_in(people.alice), key_id, "tags", {"tag_key": ["A", "A"], "tag_value": ["1", "2"]})
    assert answer.status_code == 422
    assert "This tag key appears more than once" in answer.content.decode()
    assert run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"][0]["TagKey"] == "Department"


def test_without_script_a_button_adds_a_row_and_saves_nothing(people, signed_in, key_id):
    form = {"tag_key": ["A"], "tag_value": ["1"], "add_tag": "1"}
    answer = post(signed_in(people.alice), key_id, "tags", form)
    assert answer.content.decode().count('id="tag-key-') == 3  # two rows and the template of a new one
    assert len(run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"]) == 1


def test_a_key_user_may_not_change_tags_and_reads_why(people, signed_in, key_id):
    answer = post(signed_in(people.bob), key_id, "tags", {"tag_key": ["A"], "tag_value": ["1"]})
    assert answer.status_code == 403
    assert "kms:ListResourceTags" in answer.content.decode()


def test_the_rotation_period_is_checked_and_kept(people, signed_in, key_id):
    client = signed_in(people.alice)
    wrong = post(client, key_id, "rotation", {"rotation": "enable", "days": "89"})
    assert wrong.status_code == 422
    assert 'value="89"' in wrong.content.decode()
    post(client, key_id, "rotation", {"rotation": "enable", "days": "90"})
    assert run_as(people.ada, "GetKeyRotationStatus", {"KeyId": key_id})["RotationPeriodInDays"] == 90
    post(client, key_id, "rotation", {"rotation": "disable", "days": ""})
    assert run_as(people.ada, "GetKeyRotationStatus", {"KeyId": key_id})["KeyRotationEnabled"] is False


def test_rotate_now_starts_a_rotation(people, signed_in, key_id):
    text = post(signed_in(people.alice), key_id, "rotate").content.decode()
    assert "24 of 25" in text
    assert "Pending rotation" in text


def test_a_rotation_under_way_asks_again_until_it_is_done(people, signed_in, key_id):
    client = signed_in(people.ada)
    post(client, key_id, "rotate")
    asked = page(client, key_id, tab="rotations").content.decode()
    assert 'hx-trigger="every 5s"' in asked
    with configuration_change((Touched.EVERYTHING, "")):
        KeyMaterial.objects.update(current_from=KmsKey.objects.get(key_id=key_id).created_at)
    query = {"tab": "rotations", "rotating": "1"}
    done = client.get(f"/kms/keys/{key_id}", query, headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    text = page(client, key_id, tab="rotations").content.decode()
    assert "every 5s" not in text
    assert "The key was rotated." in text


def test_an_alias_gets_its_prefix_and_a_taken_name_keeps_the_form(people, signed_in, key_id):
    client = signed_in(people.ada)
    assert post(client, key_id, "aliases/create", {"alias": "wages"}).status_code == 200
    again = post(client, key_id, "aliases/create", {"alias": "wages"})
    assert again.status_code == 422
    assert 'value="wages"' in again.content.decode()
    names = {each["AliasName"] for each in run_as(people.ada, "ListAliases", {"KeyId": key_id})["Aliases"]}
    assert names == {"alias/payroll", "alias/wages"}


def test_aliases_are_deleted_after_a_question(people, signed_in, key_id):
    client = signed_in(people.ada)
    asked = client.get(f"/kms/keys/{key_id}/aliases/delete", {"aliases": "alias/payroll"})
    assert "payroll" in asked.content.decode()
    post(client, key_id, "aliases/delete", {"aliases": ["alias/payroll"]})
    assert run_as(people.ada, "ListAliases", {"KeyId": key_id})["Aliases"] == []


# --- the key policy ---------------------------------------------------------------------------------------------------
def statements(people, key_id):
    document = json.loads(run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id})["Policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_removing_the_last_user_takes_the_statements_of_users_away(people, signed_in, key_id):
    text = post(signed_in(people.alice), key_id, "policy/users/remove", {"principals": [people.bob.arn]}).content
    assert "The key policy was updated." in text.decode()
    assert set(statements(people, key_id)) == {"Enable IAM User Permissions", "Allow access for Key Administrators"}


def test_the_deletion_box_takes_effect_at_once(people, signed_in, key_id):
    post(signed_in(people.alice), key_id, "policy/deletion", {})
    actions = statements(people, key_id)["Allow access for Key Administrators"]["Action"]
    assert "kms:ScheduleKeyDeletion" not in actions
    post(signed_in(people.alice), key_id, "policy/deletion", {"allow_deletion": "on"})
    assert "kms:ScheduleKeyDeletion" in statements(people, key_id)["Allow access for Key Administrators"]["Action"]


def test_other_accounts_are_checked_and_named_in_the_policy(people, signed_in, key_id):
    client = signed_in(people.alice)
    wrong = post(client, key_id, "policy/accounts", {"account_id": ["12", people.alice.account_id]})
    assert wrong.status_code == 422
    for fault in ("Enter exactly 12 digits.", "own account", 'value="12"'):
        assert fault in wrong.content.decode().replace("&#x27;", "'")
    post(client, key_id, "policy/accounts", {"account_id": [OTHER_ACCOUNT]})
    named = statements(people, key_id)["Allow use of the key"]["Principal"]["AWS"]
    assert f"arn:aws:iam::{OTHER_ACCOUNT}:root" in named


def test_more_accounts_than_a_form_usually_has_are_all_kept(people, signed_in, key_id):
    accounts = [str(900000000000 + number) for number in range(120)]
    post(signed_in(people.alice), key_id, "policy/accounts", {"account_id": accounts})
    named = statements(people, key_id)["Allow use of the key"]["Principal"]["AWS"]
    assert {f"arn:aws:iam::{account}:root" for account in accounts} <= set(named)


def test_a_customised_policy_has_no_default_view(people, signed_in, key_id):
    policy = json.loads(split_policy(people.alice, people.bob))
    policy["Statement"][2]["Sid"] = "Something else"
    run_as(people.ada, "PutKeyPolicy", {"KeyId": key_id, "Policy": json.dumps(policy)})
    text = page(signed_in(people.alice), key_id).content.decode()
    assert "Something else" in text
    assert "Switch to default view" not in text


def test_a_policy_with_a_fault_is_shown_again_with_line_and_column(people, signed_in, key_id):
    answer = post(signed_in(people.alice), key_id, "policy", {"document": '{\n  "Statement": [,]\n}'})
    assert answer.status_code == 422
    assert "Line 2, column" in answer.content.decode()


def test_a_policy_that_would_lock_its_author_out_is_not_saved(people, signed_in, key_id):
    only_bob = json.loads(split_policy(people.alice, people.bob))
    del only_bob["Statement"][:2]
    answer = post(signed_in(people.alice), key_id, "policy", {"document": json.dumps(only_bob)})
    assert answer.status_code == 422
    assert "Enable IAM User Permissions" in statements(people, key_id)


def test_a_key_user_cannot_put_a_policy(people, signed_in, key_id):
    answer = post(signed_in(people.bob), key_id, "policy", {"document": split_policy(people.bob, people.bob)})
    assert answer.status_code == 422
    assert "kms:PutKeyPolicy" in answer.content.decode()
    assert people.alice.arn in json.dumps(statements(people, key_id))


def test_people_ticked_on_two_pages_of_the_table_become_users(people, signed_in, key_id):
    client = signed_in(people.ada)
    carol, mallory = people.carol.principal.unique_id, people.mallory.principal.unique_id
    turned = client.post(
        f"/kms/keys/{key_id}/policy/users/add",
        {"chosen": [carol], "shown": [carol], "table": "page:1", "filter": "Mal"},
    )
    assert f'name="kept" value="{carol}"' in turned.content.decode()
    post(client, key_id, "policy/users/add", {"kept": [carol], "chosen": [mallory], "shown": [mallory]})
    named = statements(people, key_id)["Allow use of the key"]["Principal"]["AWS"]
    assert set(named) == {people.bob.arn, people.carol.arn, people.mallory.arn}


def test_nobody_of_another_account_can_be_added_by_a_forged_id(people, signed_in, key_id):
    answer = post(signed_in(people.ada), key_id, "policy/users/add", {"chosen": [people.olga.principal.unique_id]})
    assert answer.status_code == 422
    assert statements(people, key_id)["Allow use of the key"]["Principal"]["AWS"] == people.bob.arn
