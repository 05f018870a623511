"""Every registered action of KMS on an enabled, a disabled and a doomed key, through the pipeline.

The matrix is copied from kms-semantics 2.5, by hand and not from the code: ``ok``, or the number of its error.
"""

import pytest

from tests.builders import Refused, refused, run_as
from tests.operations.requests import WITHOUT_KEY, kms_actions, make_scene

# operation(s): Enabled, Disabled, PendingDeletion
MATRIX = """
CancelKeyDeletion                                    4   4   ok
CreateAlias                                          ok  ok  3
Decrypt Encrypt ReEncrypt                            ok  1   3
GenerateDataKey GenerateDataKeyWithoutPlaintext      ok  1   3
CreateGrant                                          ok  1   3
ListGrants RevokeGrant                               ok  ok  ok
GenerateDataKeyPair                                  ok  1   3
GenerateDataKeyPairWithoutPlaintext                  ok  1   3
Decapsulate DeriveSharedSecret Encapsulate           ok  1   3
GenerateMac Sign Verify VerifyMac                    ok  1   3
GetPublicKey                                         ok  ok  3
GetKeyLastUsage                                      ok  ok  ok
DeleteAlias                                          ok  ok  ok
DescribeKey                                          ok  ok  ok
DeleteImportedKeyMaterial                            ok  ok  ok
GetParametersForImport ImportKeyMaterial             ok  ok  3
ReplicateKey UpdatePrimaryRegion                     ok  1   3
DisableKey EnableKey                                 ok  ok  3
DisableKeyRotation EnableKeyRotation                 ok  1   3
GetKeyPolicy ListKeyPolicies PutKeyPolicy            ok  ok  ok
GetKeyRotationStatus                                 ok  ok  ok
ListAliases ListResourceTags                         ok  ok  ok
ListKeyRotations                                     ok  ok  ok
RotateKeyOnDemand                                    ok  1   3
ScheduleKeyDeletion                                  ok  ok  3
TagResource UntagResource UpdateKeyDescription       ok  ok  3
UpdateAlias                                          ok  ok  10
"""
STATES = ("Enabled", "Disabled", "PendingDeletion")
TEXTS = {
    "1": ("DisabledException", "{} is disabled."),
    "3": ("KMSInvalidStateException", "{} is pending deletion."),
    "4": ("KMSInvalidStateException", "{} is not pending deletion."),
    "10": ("KMSInvalidStateException", "{} is pending deletion."),
}
CELLS = [
    (operation, state, cell)
    for *operations, enabled, disabled, doomed in (row.split() for row in MATRIX.strip().splitlines())
    for operation in operations
    for state, cell in zip(STATES, (enabled, disabled, doomed), strict=True)
]


def bring_to(owner, key_id: str, state: str) -> None:
    if state == "Disabled":
        run_as(owner, "DisableKey", {"KeyId": key_id})
    elif state == "PendingDeletion":
        run_as(owner, "ScheduleKeyDeletion", {"KeyId": key_id})


def test_the_matrix_has_every_registered_action():
    assert {operation for operation, _, _ in CELLS} == set(kms_actions()) - WITHOUT_KEY | {"ListAliases"}


@pytest.mark.parametrize(("operation", "state", "cell"), CELLS)
def test_a_key_permits_what_its_state_permits(people, operation, state, cell):
    ada = people.ada
    scene = make_scene(ada, for_action=operation)
    bring_to(ada, scene.key_id, state)
    request = {"KeyId": scene.named} if operation == "ListAliases" else scene.request(operation)
    if cell == "ok":
        run_as(ada, operation, request)
    else:
        code, sentence = TEXTS[cell]
        assert refused(ada, operation, request) == Refused(code, sentence.format(scene.arn))


@pytest.mark.parametrize(
    ("state", "operation", "after"),
    [
        ("Enabled", "DisableKey", "Disabled"),
        ("Enabled", "EnableKey", "Enabled"),
        ("Enabled", "ScheduleKeyDeletion", "PendingDeletion"),
        ("Disabled", "DisableKey", "Disabled"),
        ("Disabled", "EnableKey", "Enabled"),
        ("Disabled", "ScheduleKeyDeletion", "PendingDeletion"),
        ("PendingDeletion", "CancelKeyDeletion", "Disabled"),
    ],
)
def test_a_key_moves_from_state_to_state(people, state, operation, after):
    ada = people.ada
    scene = make_scene(ada)
    bring_to(ada, scene.key_id, state)
    run_as(ada, operation, scene.request(operation))
    metadata = run_as(ada, "DescribeKey", {"KeyId": scene.key_id})["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == (after, after == "Enabled")
    assert ("DeletionDate" in metadata) == (after == "PendingDeletion")


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("side", ["SourceKeyId", "DestinationKeyId"])
def test_re_encrypt_checks_the_state_of_both_keys(people, state, side):
    ada = people.ada
    other = run_as(ada, "CreateKey")["KeyMetadata"]["Arn"]
    scene = make_scene(ada)
    request = {**scene.request("ReEncrypt"), "DestinationKeyId": other}
    run_as(ada, "ReEncrypt", request)
    bring_to(ada, request[side].rsplit("/", 1)[1], state)
    code, sentence = TEXTS["1" if state == "Disabled" else "3"]
    assert refused(ada, "ReEncrypt", request) == Refused(code, sentence.format(request[side]))


def test_an_alias_leaves_a_doomed_key_and_cannot_come_to_one(people):
    ada = people.ada
    scene = make_scene(ada)
    healthy = run_as(ada, "CreateKey")["KeyMetadata"]
    bring_to(ada, scene.key_id, "PendingDeletion")
    run_as(ada, "UpdateAlias", {"AliasName": "alias/scene", "TargetKeyId": healthy["KeyId"]})
    run_as(ada, "Encrypt", {"KeyId": "alias/scene", "Plaintext": b"x"})
    assert refused(ada, "UpdateAlias", {"AliasName": "alias/scene", "TargetKeyId": scene.key_id}) == Refused(
        "KMSInvalidStateException", f"{scene.arn} is pending deletion."
    )
