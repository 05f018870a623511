"""Step 5 of the create-key wizard and its review: the policy that the choices give, and what an edit of it means.

The expected documents are console.md 3.9, written out here: action lists compare as sets.
"""

import json

import pytest

from accounts.models import PrincipalKind
from audit.changes import Touched
from keys.models import KmsKey
from operations.changes import configuration_change
from tests.builders import run_as
from tests.console.wizard import Wizard
from tests.people import OTHER_ACCOUNT, new_person

ROOT = "arn:aws:iam::111122223333:root"
ADMINISTRATION = [
    *(
        f"{verb}*"
        for verb in ("Create", "Describe", "Enable", "List", "Put", "Update", "Revoke", "Disable", "Get", "Delete")
    ),
    *("TagResource", "UntagResource", "RotateKeyOnDemand"),
]
DELETION = ["ScheduleKeyDeletion", "CancelKeyDeletion"]
USE = ["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey"]
GRANTS = ["CreateGrant", "ListGrants", "RevokeGrant"]


def statement(sid, principal, actions, **more):
    """A statement of 3.9; ``actions`` without their prefix."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": {f"kms:{action}" for action in actions},
        "Resource": "*",
        **more,
    }


def account_statement():
    return {**statement("Enable IAM User Permissions", ROOT, []), "Action": {"kms:*"}}


def administration(principal, actions):
    return statement("Allow access for Key Administrators", principal, actions)


def use(principal):
    condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        statement("Allow use of the key", principal, USE),
        statement("Allow attachment of persistent resources", principal, GRANTS, Condition=condition),
    ]


def as_sets(text: str) -> dict:
    document = json.loads(text)
    for each in document["Statement"]:
        each["Action"] = {each["Action"]} if isinstance(each["Action"], str) else set(each["Action"])
    return document


def policy_of(wizard) -> str:
    """The policy of the key that Finish makes; the review shows the same text."""
    shown = wizard.to("review").last.context["plan"].policy
    wizard.finish()
    key = KmsKey.objects.get()
    stored = run_as_ada(wizard, "GetKeyPolicy", {"KeyId": key.key_id})["Policy"]
    assert json.loads(stored) == json.loads(shown)
    return stored


def run_as_ada(wizard, action, members):
    return run_as(wizard.ada, action, members)


@pytest.fixture
def wizard_after(wizard_after, people):
    def begin(walk, *more) -> Wizard:
        wizard = wizard_after(walk, *more)
        wizard.ada = people.ada
        return wizard

    return begin


# --- the generated policy ---------------------------------------------------------------------------------------------
def test_one_administrator_one_user_one_account(wizard_at, people):
    wizard = wizard_at("administrators")
    wizard.next(chosen=[people.alice]).next(chosen=[people.bob], account_id=[OTHER_ACCOUNT])
    assert as_sets(policy_of(wizard)) == {
        "Version": "2012-10-17",
        "Id": "key-consolepolicy-3",
        "Statement": [
            account_statement(),
            administration(people.alice.arn, ADMINISTRATION + DELETION),
            *use([people.bob.arn, f"arn:aws:iam::{OTHER_ACCOUNT}:root"]),
        ],
    }


def test_nobody_chosen_leaves_the_account_statement_alone(wizard_at):
    assert as_sets(policy_of(wizard_at("review")))["Statement"] == [account_statement()]


def test_deletion_unticked_takes_both_actions_away(wizard_at, people):
    wizard = wizard_at("administrators")
    wizard.next(chosen=[people.alice], allow_deletion=[])
    statements = as_sets(policy_of(wizard))["Statement"]
    assert statements == [account_statement(), administration(people.alice.arn, ADMINISTRATION)]


def test_several_people_stand_in_the_order_of_choice_and_roles_with_their_path(wizard, people):
    with configuration_change((Touched.EVERYTHING, "")):
        role = new_person("deploy", kind=PrincipalKind.ROLE, path="/service-role/ci/")
    wizard.to("administrators").press({"table": "search"}, chosen=[role]).next(chosen=[role, people.alice])
    statements = as_sets(policy_of(wizard))["Statement"]
    assert statements[1]["Principal"]["AWS"] == [
        "arn:aws:iam::111122223333:role/service-role/ci/deploy",
        people.alice.arn,
    ]


def test_an_account_alone_gets_statements_3_and_4_and_never_2(wizard_at):
    wizard = wizard_at("users")
    wizard.next(account_id=[OTHER_ACCOUNT])
    statements = as_sets(policy_of(wizard))["Statement"]
    assert statements == [account_statement(), *use(f"arn:aws:iam::{OTHER_ACCOUNT}:root")]


def test_the_review_shows_the_policy_with_line_numbers_and_copy(wizard_at):
    text = wizard_at("review").text
    assert "key-consolepolicy-3" in text
    assert 'data-line="5"' in text
    assert "data-copy=" in text


# --- editing ----------------------------------------------------------------------------------------------------------
def edited(wizard) -> str:
    """The generated policy with a statement more."""
    document = json.loads(wizard.last.context["plan"].generated_policy)
    extra = {"Sid": "Mine", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:Sign", "Resource": "*"}
    document["Statement"].append(extra)
    return json.dumps(document)


def to_review_with_an_edited_policy(people, client) -> Wizard:
    wizard = Wizard(client).to("administrators").next(chosen=[people.alice]).to("policy")
    text = edited(wizard)
    wizard.open("policy", edit="1").next(document=text)
    assert wizard.step == "review"
    assert json.loads(wizard.last.context["plan"].policy) == json.loads(text)
    return wizard


@pytest.fixture
def edit(wizard_after):
    """The wizard at its review, with Alice as administrator and an edited policy."""
    return wizard_after(to_review_with_an_edited_policy)


def test_the_policy_is_shown_read_only_until_edit(wizard_at):
    wizard = wizard_at("policy")
    assert "<textarea" not in wizard.text
    assert "edit=1" in wizard.text
    wizard.open("policy", edit="1")
    assert "data-json-editor" in wizard.text
    assert "code-editor.min.js" in wizard.text


def test_an_edited_policy_is_the_keys_policy(edit):
    assert "Mine" in policy_of(edit)


def test_an_edit_that_changes_nothing_is_no_edit(wizard_at, people):
    wizard = wizard_at("policy")
    same = json.dumps(json.loads(wizard.last.context["plan"].generated_policy), indent=7)
    wizard.open("policy", edit="1").next(document=same)
    wizard.open("administrators").next(chosen=[people.alice])
    assert wizard.step == "users"
    assert people.alice.arn in wizard.open("review").last.context["plan"].policy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-1], "Line 1, column"),
        (lambda text: text.replace('"Resource": "*"}', '"Sid": "Mine"}'), "appears twice"),
        (lambda text: text.replace('"Action": "kms:Sign", ', ""), "Statement 2 has no Action."),
        (lambda text: text.replace("kms:*", "kms:Decrypt"), "kms:PutKeyPolicy"),
        (lambda text: text.replace(":root", ":user/Nobody"), "does not exist"),
        (lambda text: text.replace("Mine", "M" * 33_000), "32768"),
    ],
)
def test_a_policy_that_is_refused_says_where_and_why_and_is_kept(wizard_at, change, message):
    wizard = wizard_at("review")
    text = change(edited(wizard))
    wizard.open("policy", edit="1").next(document=text)
    assert wizard.last.status_code == 422
    assert message in wizard.text
    assert wizard.last.context["editor"].text == text
    assert wizard.open("review").step == "policy"
    assert message in wizard.text
    assert KmsKey.objects.count() == 0


def test_the_statement_panel_changes_the_text_and_keeps_it_in_the_draft(wizard_at):
    wizard = wizard_at("policy")
    wizard.open("policy", edit="1").press({"panel": "add"})
    assert [row.label for row in wizard.last.context["editor"].statements][-1] == "Statement1"
    assert "Statement1" in wizard.open("policy", edit="1").last.context["editor"].text


def test_with_script_the_panel_answers_with_the_editor_alone(wizard_at):
    wizard = wizard_at("policy")
    wizard.open("policy", edit="1")
    fields = {**wizard.shown_fields(), "panel": "add"}
    text = wizard.client.post(wizard.address, fields, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "Statement1" in text


def test_restore_brings_the_generated_policy_back(edit):
    edit.open("policy").press({"go": "restore"})
    assert not edit.last.context["plan"].policy_is_edited


# --- a choice changes after the edit ----------------------------------------------------------------------------------
def test_a_changed_choice_asks_before_the_edit_is_lost(edit, people):
    edit.open("administrators").next(chosen=[people.alice, people.bob])
    assert "/regenerate/users" in edit.address
    assert "Generate the key policy again?" in edit.text
    edit.open("review")
    assert "/regenerate/review" in edit.address


def test_keep_keeps_the_edit_and_asks_no_more(edit, people):
    edit.open("administrators").next(chosen=[people.alice, people.bob])
    edit.press({"policy": "keep"})
    assert edit.step == "users"
    assert edit.next().step == "policy"
    policy = policy_of(edit)
    assert "Mine" in policy
    assert people.bob.arn not in policy


def test_generate_again_loses_the_edit_and_follows_the_choices(edit, people):
    edit.open("administrators").next(chosen=[people.alice, people.bob])
    edit.press({"policy": "regenerate"})
    policy = policy_of(edit)
    assert "Mine" not in policy
    assert people.bob.arn in policy


def test_a_step_that_changes_nothing_does_not_ask(edit, people):
    edit.open("administrators").next(chosen=[people.alice])
    assert edit.step == "users"
    edit.open("labels").next(alias="renamed")
    assert edit.step == "administrators"


@pytest.mark.parametrize(
    ("step", "fields"),
    [("administrators", {"allow_deletion": []}), ("users", {"account_id": [OTHER_ACCOUNT]})],
)
def test_every_choice_that_the_policy_rests_on_asks(edit, step, fields):
    edit.open(step).next(**fields)
    assert "/regenerate/" in edit.address


def test_a_choice_changed_without_next_asks_at_the_review(edit, people):
    edit.open("administrators").press({"table": "search"}, chosen=[people.alice, people.bob])
    edit.open("review")
    assert "/regenerate/review" in edit.address


# --- lockout ----------------------------------------------------------------------------------------------------------
def test_who_would_lock_themselves_out_is_told_in_step_5(signed_in, people):
    with configuration_change((Touched.EVERYTHING, "")):
        policy = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": '
            '["kms:CreateKey", "kms:CreateAlias", "iam:List*"]}]}'
        )
        eve = new_person("Eve", inline=policy)
    wizard = Wizard(signed_in(eve)).to("policy").next()
    assert wizard.last.status_code == 422
    assert "with you as a key administrator" in wizard.text
    assert wizard.open("administrators").next(chosen=[eve]).to("review").step == "review"
    wizard.finish()
    assert KmsKey.objects.count() == 1
