"""Steps 3 and 4 of the create-key wizard: who administers the key, who uses it, which other accounts may."""

import pytest

from accounts.models import Principal, PrincipalKind
from audit.changes import Touched
from operations.changes import configuration_change
from tests.console.wizard import Wizard
from tests.people import ACCOUNT, OTHER_ACCOUNT, new_person


def to_administrators_in_a_crowd(people, client) -> Wizard:
    """Twelve users and a role with a path, beside the people: 18 to choose from."""
    with configuration_change((Touched.EVERYTHING, "")):
        for number in range(12):
            new_person(f"worker-{number:02}")
        new_person("deploy", kind=PrincipalKind.ROLE, path="/service-role/")
    return Wizard(client).to("administrators")


@pytest.fixture
def administrators(wizard_after):
    return wizard_after(to_administrators_in_a_crowd)


def names(wizard) -> list[str]:
    return [row.name for row in wizard.last.context["people"].rows]


def chosen(wizard) -> list[str]:
    found = {row.unique_id: row.name for row in Principal.objects.all()}
    return [found[each] for each in wizard.form.chosen]


def person(name: str) -> Principal:
    return Principal.objects.get(account_id=ACCOUNT, name=name)


# --- the table --------------------------------------------------------------------------------------------------------
def test_the_table_lists_users_and_roles_ten_by_ten_in_order(administrators):
    everybody = sorted(
        Principal.objects.filter(account_id=ACCOUNT).exclude(kind=PrincipalKind.ROOT).values_list("name", flat=True)
    )
    assert names(administrators) == everybody[:10]
    assert "(18)" in administrators.text
    administrators.press({"table": "page:2"})
    assert names(administrators) == everybody[10:]
    assert administrators.query["page"] == "2"
    assert "root" not in everybody
    administrators.press({"table": "sort:-name"})
    assert names(administrators) == everybody[::-1][:10]
    assert 'aria-sort="descending"' in administrators.text


@pytest.mark.parametrize(
    ("text", "found", "counter"),
    [
        ("WORKER-0", [f"worker-{number:02}" for number in range(10)], "10 matches"),
        ("service-role", ["deploy"], "1 match"),
        ("role deploy", ["deploy"], "1 match"),
        ("nobody-at-all", [], "0 matches"),
    ],
)
def test_search_finds_name_path_and_type(administrators, text, found, counter):
    administrators.press({"table": "search"}, filter=text)
    assert names(administrators) == found
    assert counter in administrators.text
    assert administrators.query["filter"] == text


def test_a_search_starts_at_the_first_page_and_a_page_beyond_the_end_is_the_last(administrators):
    administrators.press({"table": "page:2"}).press({"table": "search"}, filter="worker")
    assert names(administrators)[0] == "worker-00"
    administrators.open("administrators", page="99")
    assert len(names(administrators)) == 8
    administrators.open("administrators", page="nonsense", sort="nonsense")
    assert len(names(administrators)) == 10


def test_the_choice_survives_pages_searches_order_and_steps(administrators, people):
    administrators.press({"table": "page:2"}, chosen=[people.alice])
    administrators.press({"table": "search"}, chosen=[person("worker-07")], filter="deploy")
    administrators.press({"table": "sort:-name"}, chosen=[person("deploy")], filter="")
    assert chosen(administrators) == ["Alice", "worker-07", "deploy"]
    assert "(3/18)" in administrators.text
    administrators.next().previous()
    assert chosen(administrators) == ["Alice", "worker-07", "deploy"]
    administrators.press({"table": "search"}, filter="Alice")
    assert chosen(administrators) == ["Alice", "worker-07", "deploy"]
    administrators.next(chosen=[])
    assert chosen(administrators.previous()) == ["worker-07", "deploy"]


def test_with_script_the_table_alone_comes_back_and_the_choice_is_stored(administrators, people):
    fields = {**administrators.shown_fields(), "chosen": [people.bob.principal.unique_id], "filter": "worker"}
    answer = administrators.client.post(
        administrators.address, {**fields, "table": "search"}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert "worker-00" in text
    assert answer.headers["HX-Push-Url"].endswith("&filter=worker")
    assert "HX-Request" in answer.headers["Vary"]
    assert chosen(administrators.reload()) == ["Bob"]


def test_names_are_escaped(people, wizard):
    with configuration_change((Touched.EVERYTHING, "")):
        Principal.objects.filter(pk=people.bob.principal.pk).update(name="<b>Bob</b>")
    assert "<b>Bob</b>" not in wizard.to("administrators").text


def test_who_may_not_list_users_sees_why_and_can_go_on(signed_in, people):
    with configuration_change((Touched.EVERYTHING, "")):
        policy = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": '
            '["kms:CreateKey", "kms:CreateAlias", "kms:PutKeyPolicy", "iam:ListRoles"]}]}'
        )
        eve = new_person("Eve", inline=policy)
        new_person("deploy", kind=PrincipalKind.ROLE)
    wizard = Wizard(signed_in(eve)).to("administrators")
    assert names(wizard) == ["deploy"]
    assert "iam:ListUsers" in wizard.text
    assert eve.arn in wizard.text
    assert "iam:ListRoles" not in wizard.text
    assert wizard.next().step == "users"


# --- what may be chosen -----------------------------------------------------------------------------------------------
def test_deletion_is_ticked_to_begin_with_and_stays_as_left(administrators):
    assert administrators.form["allow_deletion"].value()
    assert "checked" in administrators.text.split('name="allow_deletion"')[1].split(">")[0]
    administrators.next(allow_deletion=[]).previous()
    assert not administrators.form["allow_deletion"].value()


@pytest.mark.parametrize("forged", ["olga", "root", "group", "nonsense"])
def test_nobody_else_can_be_forged_into_the_choice(administrators, people, forged):
    ids = {
        "olga": people.olga.principal.unique_id,
        "root": ACCOUNT,
        "group": "AGPAAAAAAAAAAAAAAAAAA",
        "nonsense": "<script>",
    }
    administrators.next(chosen=[people.alice.principal.unique_id, ids[forged]])
    assert administrators.last.status_code == 422
    assert administrators.form.problems == ["A chosen user or role does not exist any more and was taken out"]
    assert chosen(administrators) == ["Alice"]
    assert administrators.next().step == "users"


def test_somebody_deleted_meanwhile_is_taken_out_and_said(administrators, people):
    administrators.next(chosen=[people.alice, people.bob]).to("review")
    with configuration_change((Touched.EVERYTHING, "")):
        people.bob.principal.delete()
    assert administrators.press({"go": "next"}).step == "administrators"
    assert administrators.form.problems
    assert administrators.next(chosen=[people.alice]).to("review").finish().status_code == 200


# --- other accounts ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accounts", "row", "message"),
    [
        (["1111"], 0, "An account ID has exactly 12 digits"),
        (["44445555666x"], 0, "An account ID has exactly 12 digits"),
        (["４４４４５５５５６６６６"], 0, "An account ID has exactly 12 digits"),
        ([OTHER_ACCOUNT, OTHER_ACCOUNT], 1, "This account is already in the list"),
        ([ACCOUNT], 0, "This is your own account: choose its users and roles above"),
    ],
)
def test_an_account_that_is_refused_says_why_in_its_row(wizard_at, accounts, row, message):
    wizard = wizard_at("users")
    wizard.next(account_id=accounts)
    assert wizard.last.status_code == 422
    assert wizard.form.account_rows[row]["error"] == message
    assert message in wizard.text
    assert [each["value"] for each in wizard.form.account_rows] == accounts


def test_an_account_need_not_exist_here_and_empty_rows_are_none(wizard_at):
    wizard = wizard_at("users")
    wizard.next(account_id=["", f" {OTHER_ACCOUNT} ", "999988887777"])
    assert wizard.to("review").last.context["plan"].people.accounts == (OTHER_ACCOUNT, "999988887777")
    assert f"Other AWS accounts: {OTHER_ACCOUNT}, 999988887777" in wizard.text


def test_without_script_account_rows_are_added_and_removed_by_the_server(wizard_at):
    wizard = wizard_at("users")
    wizard.press({"add_account": "1"})
    assert wizard.form.account_rows == [{"value": ""}]
    wizard.press({"add_account": "1"}, account_id=["12"])
    assert wizard.form.account_rows == [{"value": "12"}, {"value": ""}]
    wizard.press({"remove_account": "0"}, account_id=["12", OTHER_ACCOUNT])
    assert wizard.form.account_rows == [{"value": OTHER_ACCOUNT}]


def test_nobody_needs_to_be_chosen(wizard_at):
    wizard = wizard_at("review")
    assert wizard.text.count("Nobody chosen") == 2
    assert "Key administrators may delete this key." in wizard.text
