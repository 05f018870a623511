"""Step 2 of the create-key wizard: alias, description, tags. What is refused, and that nothing typed gets lost."""

import pytest

from core.errors import KmsError
from operations.alias_names import AliasFault, alias_fault
from tests.builders import call_as, make_key, run_as
from tests.people import new_person


@pytest.fixture
def labels(wizard_at):
    return wizard_at("labels")


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("", "Alias is required"),
        ("   ", "Alias is required"),
        ("aws/orders", "Alias must not begin with aws/"),
        ("my key", "Alias has characters that are not allowed"),
        ("a:b", "Alias has characters that are not allowed"),
        ("schlüssel", "Alias has characters that are not allowed"),
        ("x" * 251, "Alias is too long"),
    ],
)
def test_an_alias_that_is_refused_says_why_at_its_field(labels, alias, message):
    labels.next(alias=alias, description="kept", tag_key=["Team"], tag_value=["Blue"])
    assert labels.last.status_code == 422
    assert labels.form.errors["alias"] == [message]
    assert message in labels.text
    assert 'aria-invalid="true"' in labels.text
    assert labels.form.values["description"] == ["kept"]
    assert labels.form.tag_rows[0]["value"] == "Blue"


@pytest.mark.parametrize("alias", ["x" * 250, "alias/x", "a/b_c-D9", "AWS/x"])
def test_an_alias_that_is_allowed_goes_on(labels, alias):
    assert labels.next(alias=alias).step == "administrators"


@pytest.mark.parametrize("name", ["", "aws/x", "a:b", "a b", "é", "x" * 251, "x" * 250, "alias/x", "a/b_c-D9", "aws"])
def test_the_form_and_create_alias_agree_about_names(people, name):
    from operations import pipeline

    key = make_key(people.ada)
    call = call_as(people.ada, "CreateAlias", {"AliasName": f"alias/{name}", "TargetKeyId": key["KeyId"]})
    try:
        pipeline.run(call)
        accepted = True
    except KmsError:
        accepted = False
    assert accepted == (alias_fault(f"alias/{name}") is None)
    assert alias_fault("alias/aws/x") is AliasFault.RESERVED


def test_a_taken_alias_is_refused_on_next_and_only_in_its_region(labels, people):
    make_key(people.ada, alias="orders", region="eu-west-1")
    make_key(people.ada, alias="Orders")
    assert labels.next(alias="orders").step == "administrators"
    labels.open("labels").next(alias="Orders")
    assert labels.form.errors["alias"] == ["An alias with this name already exists in this Region"]


def test_another_accounts_alias_is_not_in_the_way(labels, people):
    make_key(people.olga, alias="orders")
    assert labels.next(alias="orders").step == "administrators"


def test_a_description_may_have_lines_and_8192_characters(labels, people):
    text = "one\r\ntwo" + "x" * 8185
    labels.next(alias="orders", description=text).to("review").finish()
    (alias,) = run_as(people.ada, "ListAliases")["Aliases"]
    key = run_as(people.ada, "DescribeKey", {"KeyId": alias["TargetKeyId"]})["KeyMetadata"]
    assert key["Description"] == text.replace("\r\n", "\n")


def test_a_description_that_is_too_long_is_refused(labels):
    labels.next(alias="orders", description="x" * 8193)
    assert labels.form.errors["description"] == ["Description is too long"]


@pytest.mark.parametrize(
    ("tags", "row", "part", "message"),
    [
        ([("", "Blue")], 0, "key_error", "Tag key is required"),
        ([("Team", "a"), ("Team", "b")], 1, "key_error", "Tag key is repeated"),
        ([("AWS:x", "a")], 0, "key_error", "Tag key must not begin with aws:"),
        ([("Team#", "a")], 0, "key_error", "Use letters, digits, spaces and _ . : / = + - @"),
        ([("Team", "a*")], 0, "value_error", "Use letters, digits, spaces and _ . : / = + - @"),
        ([("x" * 129, "a")], 0, "key_error", "This is too long"),
        ([("Team", "x" * 257)], 0, "value_error", "This is too long"),
    ],
)
def test_a_tag_that_is_refused_says_why_in_its_row(labels, tags, row, part, message):
    labels.next(alias="orders", tag_key=[key for key, _ in tags], tag_value=[value for _, value in tags])
    assert labels.last.status_code == 422
    assert labels.form.tag_rows[row][part] == message
    assert message in labels.text
    assert [(each["key"], each["value"]) for each in labels.form.tag_rows] == tags


def test_tags_are_kept_as_typed_and_empty_rows_are_none(labels):
    labels.next(alias="orders", tag_key=["Team", "", "Größe 1"], tag_value=["", "", "a.b:c/d=e+f-g@h_i"])
    plan = labels.to("review").last.context["plan"]
    assert plan.tags == (("Team", ""), ("Größe 1", "a.b:c/d=e+f-g@h_i"))


def test_fifty_tags_are_allowed_and_one_more_is_not(labels):
    keys = [f"k{number}" for number in range(51)]
    labels.next(alias="orders", tag_key=keys, tag_value=[""] * 51)
    assert labels.form.problems == ["A key can have at most 50 tags"]
    assert labels.next(tag_key=keys[:50], tag_value=[""] * 50).step == "administrators"


def test_without_script_rows_are_added_and_removed_by_the_server(labels):
    labels.press({"add_tag": "1"}, alias="bad name", tag_key=["Team"], tag_value=["Blue"])
    assert labels.step == "labels"
    assert [row["key"] for row in labels.form.tag_rows] == ["Team", ""]
    assert labels.form.values["alias"] == ["bad name"]
    assert not labels.form.errors
    labels.press({"remove_tag": "0"}, tag_key=["Team", "Size"], tag_value=["Blue", "L"])
    assert labels.form.tag_rows == [{"key": "Size", "value": "L"}]
    assert "You can add up to 49 more tags." in labels.text


def test_tags_need_the_permission_to_tag(signed_in, people):
    from audit.changes import Touched
    from keys.models import KmsKey
    from operations.changes import configuration_change
    from tests.console.wizard import Wizard

    with configuration_change((Touched.EVERYTHING, "")):
        policy = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": '
            '["kms:CreateKey", "kms:CreateAlias", "kms:PutKeyPolicy", "kms:ListKeys", "kms:ListAliases"]}]}'
        )
        eve = new_person("Eve", inline=policy)
    wizard = Wizard(signed_in(eve)).to("review", labels={"tag_key": ["Team"], "tag_value": ["Blue"]})
    wizard.press({"go": "next"})
    assert wizard.last.status_code == 403
    assert "Failed to create key" in wizard.text
    assert "kms:TagResource" in wizard.text
    assert KmsKey.objects.count() == 0
    wizard.open("labels").next(tag_key=[], tag_value=[]).open("review").finish()
    assert KmsKey.objects.count() == 1
