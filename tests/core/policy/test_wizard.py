"""The console's key policy: what is written, what is recognised, what a change of a list changes."""

import json

import pytest

from core.policy.documents import parse_key_policy, render_key_policy
from core.policy.wizard import build_console_policy, read_console_policy, with_changes

HOME, ABROAD = "111122223333", "444455556666"
MANAGER = f"arn:aws:iam::{HOME}:user/myKeyManager"
ENCRYPTOR = f"arn:aws:iam::{HOME}:user/myEncryptor"
ROLE = f"arn:aws:iam::{HOME}:role/service-role/App"
SYMMETRIC = {"spec": "SYMMETRIC_DEFAULT", "usage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS", "multi_region": False}

# Source: console.md 3.9, full example.
EXAMPLE = json.loads("""{
  "Version": "2012-10-17",
  "Id": "key-consolepolicy-3",
  "Statement": [
    { "Sid": "Enable IAM User Permissions",
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
      "Action": "kms:*",
      "Resource": "*" },
    { "Sid": "Allow access for Key Administrators",
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::111122223333:user/myKeyManager" },
      "Action": [ "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*",
                  "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource",
                  "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
                  "kms:RotateKeyOnDemand" ],
      "Resource": "*" },
    { "Sid": "Allow use of the key",
      "Effect": "Allow",
      "Principal": { "AWS": [ "arn:aws:iam::111122223333:user/myEncryptor",
                              "arn:aws:iam::444455556666:root" ] },
      "Action": [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey" ],
      "Resource": "*" },
    { "Sid": "Allow attachment of persistent resources",
      "Effect": "Allow",
      "Principal": { "AWS": [ "arn:aws:iam::111122223333:user/myEncryptor",
                              "arn:aws:iam::444455556666:root" ] },
      "Action": [ "kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant" ],
      "Resource": "*",
      "Condition": { "Bool": { "kms:GrantIsForAWSResource": "true" } } }
  ]
}""")


def build(administrators=(MANAGER,), users=(ENCRYPTOR,), accounts=(ABROAD,), allow_deletion=True, **key):
    key = {**SYMMETRIC, **key}
    return build_console_policy(
        HOME, **key, administrators=administrators, users=users, accounts=accounts, allow_deletion=allow_deletion
    )


def actions(document, sid) -> set:
    return next(set(s["Action"]) for s in document["Statement"] if s["Sid"] == sid)


def test_the_wizard_writes_the_documented_example() -> None:
    assert build() == EXAMPLE
    assert list(build()) == ["Version", "Id", "Statement"]


def test_the_written_policy_is_accepted_by_the_service() -> None:
    assert parse_key_policy(json.dumps(build())).warnings == ()


def test_a_list_without_people_has_no_statement() -> None:
    assert [s["Sid"] for s in build(administrators=())["Statement"]][1] == "Allow use of the key"
    assert len(build(users=(), accounts=())["Statement"]) == 2
    assert len(build((), (), ())["Statement"]) == 1


def test_deletion_import_and_regions_add_actions_for_administrators() -> None:
    sid = "Allow access for Key Administrators"
    without = actions(build(allow_deletion=False), sid)
    assert actions(build(), sid) - without == {"kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"}
    assert actions(build(origin="EXTERNAL"), sid) - actions(build(), sid) == {"kms:ImportKeyMaterial"}
    assert actions(build(multi_region=True), sid) - actions(build(), sid) == {
        "kms:ReplicateKey",
        "kms:UpdatePrimaryRegion",
    }


@pytest.mark.parametrize(
    ("spec", "usage", "expected"),
    [
        ("HMAC_256", "GENERATE_VERIFY_MAC", {"DescribeKey", "GenerateMac", "VerifyMac"}),
        ("RSA_2048", "ENCRYPT_DECRYPT", {"Encrypt", "Decrypt", "ReEncrypt*", "DescribeKey", "GetPublicKey"}),
        ("ECC_NIST_P256", "SIGN_VERIFY", {"DescribeKey", "GetPublicKey", "Sign", "Verify"}),
        ("ECC_NIST_P256", "KEY_AGREEMENT", {"DescribeKey", "GetPublicKey", "DeriveSharedSecret"}),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", {"DescribeKey", "GetPublicKey", "Encapsulate", "Decapsulate"}),
    ],
)
def test_users_get_what_the_key_can_do(spec, usage, expected) -> None:
    document = build(spec=spec, usage=usage)
    assert actions(document, "Allow use of the key") == {f"kms:{name}" for name in expected}


def test_a_written_policy_is_recognised_with_its_lists() -> None:
    for document in (build(users=(ENCRYPTOR, ROLE)), json.loads(render_key_policy(json.dumps(build()), {}))):
        policy = read_console_policy(document)
        assert policy.administrators == (MANAGER,)
        assert policy.users[0] == ENCRYPTOR
        assert policy.accounts == (ABROAD,)
        assert policy.allow_deletion
    assert read_console_policy(parse_key_policy(json.dumps(build()))) == read_console_policy(build())
    assert not read_console_policy(build(allow_deletion=False)).allow_deletion


def test_the_default_policy_and_older_consoles_are_recognised() -> None:
    assert read_console_policy(build((), (), ())).users == ()
    older = build()
    older["Statement"][1]["Action"].remove("kms:RotateKeyOnDemand")
    assert read_console_policy(older).administrators == (MANAGER,)


def test_a_deleted_principal_stays_in_its_list() -> None:
    shown = json.loads(render_key_policy(json.dumps(build()), {ENCRYPTOR: "AIDAENCRYPTOR"}))
    assert read_console_policy(shown).users == ("AIDAENCRYPTOR",)


def customised(change) -> dict:
    document = json.loads(json.dumps(build()))
    change(document["Statement"])
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.pop(0),
        lambda s: s.append({"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}),
        lambda s: s[1].update(Sid="Admins"),
        lambda s: s[2]["Action"].append("kms:PutKeyPolicy"),
        lambda s: s[1]["Action"].remove("kms:Put*"),
        lambda s: s[1]["Action"].remove("kms:CancelKeyDeletion"),
        lambda s: s[1].update(Effect="Deny"),
        lambda s: s[1].update(Principal="*"),
        lambda s: s[2].update(Principal={"AWS": "*"}),
        lambda s: s[2].update(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        lambda s: s[3].pop("Condition"),
        lambda s: s[3].update(Principal={"AWS": MANAGER}),
        lambda s: s.pop(2),
    ],
)
def test_a_customised_policy_has_no_default_view(change) -> None:
    assert read_console_policy(customised(change)) is None


def test_changing_a_list_changes_nothing_else() -> None:
    document = build()
    document["Statement"][1]["Action"].remove("kms:RotateKeyOnDemand")
    policy = read_console_policy(document)
    changed = with_changes(policy, **SYMMETRIC, users=[ENCRYPTOR, ROLE], accounts=[])
    assert changed["Statement"][:2] == document["Statement"][:2]
    assert changed["Statement"][2]["Principal"] == {"AWS": [ENCRYPTOR, ROLE]}
    assert with_changes(policy, **SYMMETRIC) == document


def test_a_list_that_was_empty_gets_its_statement() -> None:
    changed = with_changes(read_console_policy(build((), (), ())), **SYMMETRIC, administrators=[MANAGER])
    assert changed == build(users=(), accounts=())


def test_the_deletion_box_rewrites_the_administrators_statement() -> None:
    changed = with_changes(read_console_policy(build()), **SYMMETRIC, allow_deletion=False)
    assert changed == build(allow_deletion=False)
    assert with_changes(read_console_policy(changed), **SYMMETRIC, allow_deletion=True) == build()
