"""Every operation × every condition key that it has: the value of the request, or its default, permits; no other does.

Transcribed from kms-semantics 2.2, note 1 (defaults) included. What a key is stands in the conditions of every
operation on it. kms:ViaService and kms:GrantIsForAWSResource are of calls that a service makes, and absent here.
"""

import json
from typing import Any

import pytest

from audit.changes import Touched
from operations import clock
from operations.changes import configuration_change
from tests.builders import days, refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.requests import ON_ALIASES, WITHOUT_KEY, Scene, kms_actions, make_ready_scene, permissions_of
from tests.people import ACCOUNT, REGION, Person, new_person

pytestmark = pytest.mark.conformance

TOMORROW = int((clock.machine_time() + days(1)).timestamp())
CONTEXT = {"EncryptionContext": {"team": "hr"}}
OF_CONTEXT = {"kms:EncryptionContext:team": "hr", "kms:EncryptionContextKeys": ["team"]}
OF_CIPHERTEXT = {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "kms:RequestAlias": "alias/scene"}
OF_TAGS = {"aws:RequestTag/team": "hr", "aws:TagKeys": ["team"]}
# operation: its condition keys beside those of the key, with the value that the request of the scene gives them.
OWN: dict[str, dict[str, Any]] = {
    "CreateGrant": {
        "kms:GrantConstraintType": "EncryptionContextEquals",
        **OF_CONTEXT,
        "kms:GrantOperations": ["DescribeKey"],
        "kms:GranteePrincipal": "arn:aws:iam::111122223333:user/Ada",
        "kms:RetiringPrincipal": "arn:aws:iam::111122223333:user/Ada",
    },
    "Decapsulate": {"kms:EncapsulationAlgorithm": "ML_KEM", "kms:RequestAlias": "alias/scene"},
    "Decrypt": {**OF_CIPHERTEXT, **OF_CONTEXT},
    "DeriveSharedSecret": {"kms:KeyAgreementAlgorithm": "ECDH", "kms:RequestAlias": "alias/scene"},
    "DescribeKey": {"kms:RequestAlias": "alias/scene"},
    "EnableKeyRotation": {"kms:RotationPeriodInDays": 365},
    "Encapsulate": {"kms:EncapsulationAlgorithm": "ML_KEM", "kms:RequestAlias": "alias/scene"},
    "Encrypt": {**OF_CIPHERTEXT, **OF_CONTEXT},
    "GenerateDataKey": {**OF_CIPHERTEXT, **OF_CONTEXT},
    "GenerateDataKeyPair": {**OF_CIPHERTEXT, **OF_CONTEXT, "kms:DataKeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {**OF_CIPHERTEXT, **OF_CONTEXT, "kms:DataKeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyWithoutPlaintext": {**OF_CIPHERTEXT, **OF_CONTEXT},
    "GenerateMac": {"kms:MacAlgorithm": "HMAC_SHA_256", "kms:RequestAlias": "alias/scene"},
    "GetParametersForImport": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256", "kms:WrappingKeySpec": "RSA_2048"},
    "GetPublicKey": {"kms:RequestAlias": "alias/scene"},
    "ImportKeyMaterial": {"kms:ExpirationModel": "KEY_MATERIAL_EXPIRES", "kms:ValidTo": TOMORROW},
    "PutKeyPolicy": {"kms:BypassPolicyLockoutSafetyCheck": True},
    "ReEncrypt": {**OF_CIPHERTEXT, "kms:ReEncryptOnSameKey": True},
    "ReplicateKey": {"kms:ReplicaRegion": "eu-central-1", **OF_TAGS},
    "ScheduleKeyDeletion": {"kms:ScheduleKeyDeletionPendingWindowInDays": 30},
    "Sign": {"kms:MessageType": "RAW", "kms:RequestAlias": "alias/scene", "kms:SigningAlgorithm": "ECDSA_SHA_256"},
    "TagResource": OF_TAGS,
    "UntagResource": {"aws:TagKeys": ["team"]},
    "UpdatePrimaryRegion": {"kms:PrimaryRegion": REGION},
    "Verify": {"kms:MessageType": "RAW", "kms:RequestAlias": "alias/scene", "kms:SigningAlgorithm": "ECDSA_SHA_256"},
    "VerifyMac": {"kms:MacAlgorithm": "HMAC_SHA_256", "kms:RequestAlias": "alias/scene"},
}
# Members that the request of the scene lacks; None takes one out, so that the default is asked.
MORE: dict[str, dict[str, Any]] = {
    **dict.fromkeys([name for name, keys in OWN.items() if "kms:EncryptionContextKeys" in keys], CONTEXT),
    "CreateGrant": {
        "RetiringPrincipal": "arn:aws:iam::111122223333:user/Ada",
        "Constraints": {"EncryptionContextEquals": {"team": "hr"}},
    },
    "ImportKeyMaterial": {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": TOMORROW},
    "ReplicateKey": {"Tags": [{"TagKey": "team", "TagValue": "hr"}]},
    "ScheduleKeyDeletion": {"PendingWindowInDays": None},
}
OPERATIONS = [action for action in kms_actions() if action not in WITHOUT_KEY | ON_ALIASES]


def condition(key: str, value: Any, *, met: bool) -> tuple[str, str, Any]:
    """Return operator, key and value of a condition that the request meets, or does not."""
    if isinstance(value, bool):
        return "Bool", key, str(value if met else not value).lower()
    if isinstance(value, int):
        return "NumericEquals", key, str(value if met else value + 1)
    if isinstance(value, list):
        return "ForAnyValue:StringEquals", key, value if met else [f"{value[0]}x"]
    return "StringEquals", key, value if met else f"{value}x"


def policy(actions: tuple[str, ...], conditions: dict[str, Any], failing: str | None) -> str:
    """Return a policy that permits these actions under these conditions, of which one fails."""
    blocks: dict[str, dict[str, Any]] = {}
    for key, value in conditions.items():
        operator, _, wanted = condition(key, value, met=key != failing)
        blocks.setdefault(operator, {})[key] = wanted
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*", "Condition": blocks}]
    if actions == ("kms:ReplicateKey",):  # asks, beside its own permission, for the copy and its tags
        statements.append({"Effect": "Allow", "Action": ["kms:CreateKey", "kms:TagResource"], "Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def clerks(actions: tuple[str, ...], conditions: dict[str, Any]) -> dict[str | None, Person]:
    """Make a user for each condition, for whom it fails, and one (None) for whom none fails."""
    with configuration_change((Touched.IAM, ACCOUNT)):
        return {
            failing: new_person(f"Clerk{number}", inline=policy(actions, conditions, failing))
            for number, failing in enumerate([*conditions, None])
        }


def conditions_of_the_key(person: Person, scene: Scene) -> dict[str, Any]:
    """The condition keys that every operation on a key has; deprecated names as well."""
    metadata = run_as(person, "DescribeKey", {"KeyId": scene.arn})["KeyMetadata"]
    found = {
        "kms:CallerAccount": ACCOUNT,
        "kms:KeySpec": metadata["KeySpec"],
        "kms:CustomerMasterKeySpec": metadata["KeySpec"],
        "kms:KeyUsage": metadata["KeyUsage"],
        "kms:CustomerMasterKeyUsage": metadata["KeyUsage"],
        "kms:KeyOrigin": metadata["Origin"],
        "kms:MultiRegion": metadata["MultiRegion"],
        "kms:ResourceAliases": ["alias/scene"],
        "aws:ResourceTag/team": "hr",
    }
    return found | ({"kms:MultiRegionKeyType": "PRIMARY"} if metadata["MultiRegion"] else {})


def test_every_operation_with_condition_keys_of_its_own_is_walked():
    assert set(OWN) <= set(OPERATIONS)
    check_rows("condition_keys", OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_permission_holds_for_the_values_of_the_request_only(people, operation):
    scene = make_ready_scene(people.ada, for_action=operation)
    if operation != "CancelKeyDeletion":  # a key that is pending deletion takes no tags
        run_as(people.ada, "TagResource", {"KeyId": scene.arn, "Tags": [{"TagKey": "team", "TagValue": "hr"}]})
    own, of_key = OWN.get(operation, {}), conditions_of_the_key(people.ada, scene)
    if operation == "CancelKeyDeletion":
        del of_key["aws:ResourceTag/team"]
    if "kms:RequestAlias" in own:
        scene.named = "alias/scene"
    if operation == "Decrypt":
        sealed = run_as(people.ada, "Encrypt", {"KeyId": scene.arn, "Plaintext": b"x", **CONTEXT})
        scene.blob = sealed["CiphertextBlob"]
    request = {**scene.request(operation), **MORE.get(operation, {})}
    actions = tuple(action for action in permissions_of(operation) if action != "kms:CreateKey")
    people_of = clerks(actions, {**own, **of_key})
    permitted, cells = people_of.pop(None), {}
    for key, person in people_of.items():
        assert refused(person, operation, request).code == "AccessDeniedException", key
        cells[str(key)] = "ok"
    run_as(permitted, operation, request)
    check_results("condition_keys", operation, cells)
