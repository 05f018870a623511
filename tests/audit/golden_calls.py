"""One call of each operation of KMS that is permitted, and looks like those that people make.

Custom key stores do not exist here: their operations are called as in an account without a store, and refused.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.builders import make_key, run_as, split_policy
from tests.operations.imports import external_key, imported_key, wrapped_members
from tests.operations.regions import AWAY, primary_key, replicated_key
from tests.operations.requests import OTHER_KEYS, make_scene
from tests.people import People, Person

Members = dict[str, Any]
GoldenCall = tuple[Person, Members]  # who calls, and with what
CONTEXT = {"table": "invoices"}
MATERIAL = bytes(range(32))
NO_STORE = {"CustomKeyStoreId": "cks-1234567890abcdef0"}


def payroll_key(people: People) -> Members:
    """Make a key that Alice administers and Bob uses."""
    return make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))


def sealed(people: People) -> bytes:
    request = {"KeyId": "alias/payroll", "Plaintext": b"salary", "EncryptionContext": CONTEXT}
    return bytes(run_as(people.bob, "Encrypt", request)["CiphertextBlob"])


def grant_of(people: People, key: Members) -> Members:
    """Give Mallory a grant that Bob may retire."""
    members = {"KeyId": key["KeyId"], "GranteePrincipal": people.mallory.arn, "Operations": ["Decrypt"]}
    return dict(run_as(people.ada, "CreateGrant", {**members, "RetiringPrincipal": people.bob.arn}))


def _administered(**members: object) -> Callable[[People], GoldenCall]:
    return lambda people: (people.alice, {"KeyId": payroll_key(people)["KeyId"], **members})


def _used(**members: object) -> Callable[[People], GoldenCall]:
    def call(people: People) -> GoldenCall:
        payroll_key(people)
        return people.bob, {"KeyId": "alias/payroll", **members}

    return call


def _of_another_kind(action: str, **members: object) -> Callable[[People], GoldenCall]:
    def call(people: People) -> GoldenCall:
        scene = make_scene(people.ada, for_action=action)
        scene.named = scene.alias
        return people.ada, {**scene.request(action), **members}

    return call


def _by_ada(**members: object) -> Callable[[People], GoldenCall]:
    return lambda people: (people.ada, members)


def _cancelled(people: People) -> GoldenCall:
    key_id = payroll_key(people)["KeyId"]
    run_as(people.alice, "ScheduleKeyDeletion", {"KeyId": key_id})
    return people.alice, {"KeyId": key_id}


def _new_policy(people: People) -> GoldenCall:
    policy = split_policy(people.alice, people.bob)
    return people.alice, {"KeyId": payroll_key(people)["KeyId"], "Policy": policy}


def _second_alias(people: People) -> GoldenCall:
    return people.ada, {"AliasName": "alias/second", "TargetKeyId": payroll_key(people)["KeyId"]}


def _moved_alias(people: People) -> GoldenCall:
    payroll_key(people)
    return people.ada, {"AliasName": "alias/payroll", "TargetKeyId": make_key(people.ada)["KeyId"]}


def _deleted_alias(people: People) -> GoldenCall:
    payroll_key(people)
    return people.ada, {"AliasName": "alias/payroll"}


def _decrypted(people: People) -> GoldenCall:
    payroll_key(people)
    return people.bob, {"CiphertextBlob": sealed(people), "EncryptionContext": CONTEXT}


def _re_encrypted(people: People) -> GoldenCall:
    payroll_key(people)
    members = {"CiphertextBlob": sealed(people), "SourceEncryptionContext": CONTEXT}
    return people.bob, {**members, "DestinationKeyId": "alias/payroll"}


def _granted(people: People) -> GoldenCall:
    members = {"KeyId": payroll_key(people)["KeyId"], "GranteePrincipal": people.mallory.arn}
    members |= {"Operations": ["Decrypt", "Encrypt"], "Name": "night-shift"}
    return people.ada, {**members, "Constraints": {"EncryptionContextSubset": CONTEXT}}


def _revoked(people: People) -> GoldenCall:
    key = payroll_key(people)
    return people.ada, {"KeyId": key["KeyId"], "GrantId": grant_of(people, key)["GrantId"]}


def _retired(people: People) -> GoldenCall:
    return people.bob, {"GrantToken": grant_of(people, payroll_key(people))["GrantToken"]}


def _listed_grants(people: People) -> GoldenCall:
    key = payroll_key(people)
    grant_of(people, key)
    return people.ada, {"KeyId": key["KeyId"]}


def _listed_retirable(people: People) -> GoldenCall:
    grant_of(people, payroll_key(people))
    return people.ada, {"RetiringPrincipal": people.bob.arn}


def _parameters(people: People) -> GoldenCall:
    members = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    return people.ada, {"KeyId": external_key(people.ada)["KeyId"], **members}


def _imported(people: People) -> GoldenCall:
    members = wrapped_members(people.ada, external_key(people.ada)["KeyId"], MATERIAL)
    del members["ExpirationModel"]
    return people.ada, {**members, "ValidTo": (datetime.now(UTC) + timedelta(days=30)).timestamp()}


def _replicated(people: People) -> GoldenCall:
    return people.ada, {"KeyId": primary_key(people.ada)["KeyId"], "ReplicaRegion": AWAY}


def _moved_primary(people: People) -> GoldenCall:
    return people.ada, {"KeyId": replicated_key(people.ada), "PrimaryRegion": AWAY}


GOLDEN_CALLS: Mapping[str, Callable[[People], GoldenCall]] = {
    "CancelKeyDeletion": _cancelled,
    "ConnectCustomKeyStore": _by_ada(**NO_STORE),
    "CreateAlias": _second_alias,
    "CreateCustomKeyStore": _by_ada(CustomKeyStoreName="vault"),
    "CreateGrant": _granted,
    "CreateKey": _by_ada(Tags=[{"TagKey": "Department", "TagValue": "Sales"}]),
    "Decrypt": _decrypted,
    "DeleteAlias": _deleted_alias,
    "DeleteCustomKeyStore": _by_ada(**NO_STORE),
    "DeleteImportedKeyMaterial": lambda people: (people.ada, {"KeyId": imported_key(people.ada, MATERIAL)["KeyId"]}),
    "DescribeCustomKeyStores": _by_ada(),
    "DescribeKey": _administered(),
    "DisableKey": _administered(),
    "DisableKeyRotation": _administered(),
    "DisconnectCustomKeyStore": _by_ada(**NO_STORE),
    "EnableKey": _administered(),
    "EnableKeyRotation": _administered(RotationPeriodInDays=180),
    "Encrypt": _used(Plaintext=b"salary", EncryptionContext=CONTEXT),
    "GenerateDataKey": _used(KeySpec="AES_256", EncryptionContext=CONTEXT),
    "GenerateDataKeyWithoutPlaintext": _used(NumberOfBytes=24),
    "GenerateRandom": _by_ada(NumberOfBytes=32),
    "GetKeyLastUsage": _administered(),
    "GetKeyPolicy": _administered(),
    "GetKeyRotationStatus": _administered(),
    "GetParametersForImport": _parameters,
    "ImportKeyMaterial": _imported,
    "ListAliases": _by_ada(),
    "ListGrants": _listed_grants,
    "ListKeyPolicies": _administered(),
    "ListKeyRotations": _administered(),
    "ListKeys": _by_ada(Limit=3),
    "ListResourceTags": _administered(Limit=10),
    "ListRetirableGrants": _listed_retirable,
    "PutKeyPolicy": _new_policy,
    "ReEncrypt": _re_encrypted,
    "ReplicateKey": _replicated,
    "RetireGrant": _retired,
    "RevokeGrant": _revoked,
    "RotateKeyOnDemand": _administered(),
    "ScheduleKeyDeletion": _administered(PendingWindowInDays=7),
    "TagResource": _administered(Tags=[{"TagKey": "Department", "TagValue": "Sales"}]),
    "UntagResource": _administered(TagKeys=["Department"]),
    "UpdateAlias": _moved_alias,
    "UpdateCustomKeyStore": _by_ada(**NO_STORE, NewCustomKeyStoreName="vault"),
    "UpdateKeyDescription": _administered(Description="Salaries"),
    "UpdatePrimaryRegion": _moved_primary,
    **{
        action: _of_another_kind(action, EncryptionContext=CONTEXT)
        for action in ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
    },
    **{action: _of_another_kind(action) for action in OTHER_KEYS},
    "Verify": _of_another_kind("Verify", MessageType="RAW"),
}
