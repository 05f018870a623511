"""Key policies through the pipeline: texts, lockout, principals that come and go. Source: kms-semantics 3.2 and 4.3."""

import json

import pytest

from audit.changes import Touched
from operations.changes import configuration_change
from tests.builders import Refused, hire, make_key, policy_of, refused, run_as, statement
from tests.people import ACCOUNT, OTHER_ACCOUNT, new_person

LOCKOUT = Refused(
    "MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future."
)
INVALID_PRINCIPALS = Refused(
    "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
)
DEFAULT = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""


def put(person, key_id: str, policy: str, **more):
    return run_as(person, "PutKeyPolicy", {"KeyId": key_id, "Policy": policy, **more})


def shown(person, key_id: str) -> dict:
    return json.loads(run_as(person, "GetKeyPolicy", {"KeyId": key_id})["Policy"])


def dismiss(person) -> None:
    with configuration_change((Touched.IAM, person.account_id)):
        person.principal.delete()


def test_a_key_without_a_policy_gets_the_default_in_the_services_layout(people):
    key_id = make_key(people.ada)["KeyId"]
    assert run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id}) == {"Policy": DEFAULT, "PolicyName": "default"}
    assert run_as(people.ada, "ListKeyPolicies", {"KeyId": key_id}) == {
        "PolicyNames": ["default"],
        "Truncated": False,
    }


def test_the_only_policy_is_named_default(people):
    key_id = make_key(people.ada)["KeyId"]
    put(people.ada, key_id, DEFAULT, PolicyName="default")
    run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id, "PolicyName": "default"})
    other = {"KeyId": key_id, "PolicyName": "other"}
    assert refused(people.ada, "GetKeyPolicy", other) == Refused("NotFoundException", "No such policy exists")
    assert refused(people.ada, "PutKeyPolicy", {**other, "Policy": DEFAULT}).code == "UnsupportedOperationException"


@pytest.mark.parametrize(
    "policy",
    [
        "no json",
        "[]",
        "{}",
        policy_of({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}),
        policy_of(statement(ACCOUNT, "kms:*", effect="Perhaps")),
        policy_of(statement(ACCOUNT, "kms:*"), {**statement(ACCOUNT, "kms:*"), "Surplus": "x"}),
    ],
)
def test_what_is_no_policy_is_refused_and_changes_nothing(people, policy):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, "CreateKey", {"Policy": policy}).code == "MalformedPolicyDocumentException"
    refusal = refused(people.ada, "PutKeyPolicy", {"KeyId": key_id, "Policy": policy})
    assert refusal.code == "MalformedPolicyDocumentException"
    assert refusal.message
    assert run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id})["Policy"] == DEFAULT
    assert len(run_as(people.ada, "ListKeys")["Keys"]) == 1


def test_a_policy_over_the_quota_is_refused(people):
    key_id = make_key(people.ada)["KeyId"]
    entry = statement(ACCOUNT, "kms:*")
    room = 32_768 - len(policy_of({**entry, "Sid": ""}))
    put(people.ada, key_id, policy_of({**entry, "Sid": "s" * room}))
    over = policy_of({**entry, "Sid": "s" * (room + 1)})
    assert refused(people.ada, "PutKeyPolicy", {"KeyId": key_id, "Policy": over}).code == "LimitExceededException"


@pytest.mark.parametrize("operator", ["ForAllValues:StringEquals", "StringEquals"])
def test_for_all_values_on_a_single_value_is_refused(people, operator):
    key_id = make_key(people.ada)["KeyId"]
    narrow = {**statement(people.bob.arn, "kms:Encrypt"), "Condition": {operator: {"kms:EncryptionContext:team": "a"}}}
    members = {"KeyId": key_id, "Policy": policy_of(statement(ACCOUNT, "kms:*"), narrow)}
    if operator == "StringEquals":
        run_as(people.ada, "PutKeyPolicy", members)
    else:
        assert "OverlyPermissiveCondition" in (refused(people.ada, "PutKeyPolicy", members).message or "")


@pytest.mark.parametrize("action", ["CreateKey", "PutKeyPolicy"])
def test_nobody_locks_out_the_account_by_mistake(people, action):
    """Two callers, one policy: it lets Ada put the next one, and not the maker."""
    maker = hire("Maker", allow=["kms:CreateKey", "kms:PutKeyPolicy"])
    policy = policy_of(statement(people.ada.arn, "kms:*"))
    members = {"Policy": policy}
    if action == "PutKeyPolicy":
        members["KeyId"] = make_key(people.ada)["KeyId"]
    assert refused(maker, action, members) == LOCKOUT
    run_as(people.ada, action, members)


def test_the_lockout_check_can_be_left_out(people):
    maker = hire("Maker", allow=["kms:CreateKey", "kms:PutKeyPolicy"])
    members = {"Policy": policy_of(statement(people.ada.arn, "kms:*")), "BypassPolicyLockoutSafetyCheck": True}
    key_id = run_as(maker, "CreateKey", members)["KeyMetadata"]["KeyId"]
    assert refused(maker, "PutKeyPolicy", {"KeyId": key_id, **members}).code == "AccessDeniedException"


@pytest.mark.parametrize(
    "blocked",
    [
        {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:Put*", "Resource": "*"},
    ],
)
def test_a_deny_locks_out_as_well(people, blocked):
    key_id = make_key(people.ada)["KeyId"]
    delegating = statement(ACCOUNT, "kms:*")
    assert refused(people.ada, "PutKeyPolicy", {"KeyId": key_id, "Policy": policy_of(delegating, blocked)}) == LOCKOUT
    put(people.ada, key_id, policy_of(delegating, {**blocked, "Action": "kms:Encrypt"}))


def test_delegation_counts_against_lockout_only_if_iam_allows(people):
    """Alice has no IAM policy: a policy that only delegates would shut her out, though not Ada."""
    key_id = make_key(people.ada, policy=policy_of(statement(ACCOUNT, "kms:*"), statement(people.alice.arn, "kms:*")))[
        "KeyId"
    ]
    only_delegating = {"KeyId": key_id, "Policy": policy_of(statement(ACCOUNT, "kms:*"))}
    assert refused(people.alice, "PutKeyPolicy", only_delegating) == LOCKOUT
    run_as(people.ada, "PutKeyPolicy", only_delegating)


@pytest.mark.parametrize(
    ("principal", "exists"),
    [
        ({"AWS": ACCOUNT}, True),
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, True),
        ({"AWS": "arn:aws:iam::999900001111:root"}, True),  # another installation's account
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/Bob"}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/Nobody"}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Bob"}, False),
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:user/Bob"}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:group/Administrators"}, False),
        ({"AWS": "arn:aws:iam::1:root"}, False),
        ({"Service": "ec2.amazonaws.com"}, True),
    ],
)
def test_principals_must_exist(people, principal, exists):
    key_id = make_key(people.ada)["KeyId"]
    entry = {"Effect": "Allow", "Principal": principal, "Action": "kms:Encrypt", "Resource": "*"}
    members = {"KeyId": key_id, "Policy": policy_of(statement(ACCOUNT, "kms:*"), entry)}
    if exists:
        run_as(people.ada, "PutKeyPolicy", members)
    else:
        assert refused(people.ada, "PutKeyPolicy", members) == INVALID_PRINCIPALS


@pytest.mark.postgres
def test_a_deleted_user_is_shown_by_its_unique_id_and_a_new_one_of_that_name_gets_nothing(people):
    eve = hire("Eve")
    key_id = make_key(people.ada, policy=policy_of(statement(ACCOUNT, "kms:*"), statement(eve.arn, "kms:DescribeKey")))[
        "KeyId"
    ]
    run_as(eve, "DescribeKey", {"KeyId": key_id})
    assert shown(people.ada, key_id)["Statement"][1]["Principal"] == {"AWS": eve.arn}
    unique_id = eve.principal.unique_id
    dismiss(eve)
    assert unique_id.startswith("AIDA")
    assert shown(people.ada, key_id)["Statement"][1]["Principal"] == {"AWS": unique_id}
    with configuration_change((Touched.IAM, ACCOUNT)):
        namesake = new_person("Eve")
    assert namesake.arn == eve.arn
    assert refused(namesake, "DescribeKey", {"KeyId": key_id}).code == "AccessDeniedException"
    assert shown(people.ada, key_id)["Statement"][1]["Principal"] == {"AWS": unique_id}


def test_a_policy_read_can_be_put_back_and_gives_the_same(people):
    key_id = make_key(
        people.ada, policy=policy_of(statement(ACCOUNT, "kms:*"), statement(people.bob.arn, "kms:Encrypt"))
    )["KeyId"]
    text = run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id})["Policy"]
    put(people.ada, key_id, text)
    assert run_as(people.ada, "GetKeyPolicy", {"KeyId": key_id})["Policy"] == text
    run_as(people.bob, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})


def test_a_short_principal_is_shown_as_an_arn_and_a_list_of_one_as_a_text(people):
    key_id = make_key(people.ada)["KeyId"]
    put(
        people.ada,
        key_id,
        policy_of({"Effect": "Allow", "Principal": {"AWS": [ACCOUNT]}, "Action": ["kms:*"], "Resource": ["*"]}),
    )
    (entry,) = shown(people.ada, key_id)["Statement"]
    assert entry == {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


@pytest.mark.postgres
def test_a_new_policy_holds_at_once(people):
    key_id = make_key(people.ada)["KeyId"]
    members = {"KeyId": key_id, "Plaintext": b"x"}
    assert refused(people.bob, "Encrypt", members).code == "AccessDeniedException"
    put(people.ada, key_id, policy_of(statement(ACCOUNT, "kms:*"), statement(people.bob.arn, "kms:Encrypt")))
    run_as(people.bob, "Encrypt", members)
    put(people.ada, key_id, policy_of(statement(ACCOUNT, "kms:*")))
    assert refused(people.bob, "Encrypt", members).code == "AccessDeniedException"
