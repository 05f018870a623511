"""A request for each error that the service model declares for an operation: the scene's request with one thing wrong.

An error that no function here provokes for an operation must be seen by another walk, or stand in the list of
differences: see tests/operations/test_service_model.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from tests.builders import make_key, policy_of, run_as, statement
from tests.operations.imports import parameters, wrap
from tests.operations.regions import AWAY, replicate
from tests.operations.requests import MULTI_REGION, OTHER_KEYS, REQUESTS, WITHOUT_KEY, Scene

Request = dict[str, Any]
# Returns a request that the error answers, or None if the operation has no way to it.
Provocation = Callable[[str, Scene], Request | None]
PROVOCATIONS: dict[str, Provocation] = {}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_GRANT = "0" * 64
SIGNING_KEY = ("ECC_NIST_P256", "SIGN_VERIFY")
# Where the key stands in the request, if not in KeyId.
KEY_MEMBER = {"CreateAlias": "TargetKeyId", "UpdateAlias": "TargetKeyId", "ReEncrypt": "DestinationKeyId"}
WITH_OTHER_TAGS = {"UntagResource": {"TagKeys": ["aws:team"]}}
# The settings of quotas, which are lowered to be exceeded.
QUOTAS: Mapping[str, str] = {
    "CreateAlias": "KMS_MAX_ALIASES_PER_KEY",
    "CreateGrant": "KMS_MAX_GRANTS_PER_KEY",
    "CreateKey": "KMS_MAX_KEYS",
    "ReplicateKey": "KMS_MAX_KEYS",
}
MOST_ROTATIONS_ON_DEMAND = 25


def provokes(error: str) -> Callable[[Provocation], Provocation]:
    def register(function: Provocation) -> Provocation:
        PROVOCATIONS[error] = function
        return function

    return register


def _request(action: str, scene: Scene, **changes: object) -> Request:
    return {**scene.request(action), **changes}


def _with_key(action: str, scene: Scene, key_id: str) -> Request:
    return _request(action, scene, **{KEY_MEMBER.get(action, "KeyId"): key_id})


def _has_key(action: str) -> bool:
    return action in REQUESTS and (action not in WITHOUT_KEY or action == "ListAliases")


@provokes("NotFoundException")
def not_found(action: str, scene: Scene) -> Request | None:
    if action == "DeleteAlias":
        return {"AliasName": "alias/unknown"}
    if action == "ListRetirableGrants":
        return {"RetiringPrincipal": "AIDAQWERTYUIOPASDFGHJ"}
    if action == "RetireGrant":
        return {"KeyId": scene.arn, "GrantId": NO_GRANT}
    return _with_key(action, scene, UNKNOWN)


@provokes("InvalidArnException")
def invalid_arn(action: str, scene: Scene) -> Request | None:
    if action == "ListRetirableGrants":
        return {"RetiringPrincipal": f"arn:aws:iam::{scene.owner.account_id}:user/Nobody"}
    if action in ("DescribeKey", "GetPublicKey") or not _has_key(action):
        return None
    return _with_key(action, scene, scene.alias)


@provokes("DryRunOperationException")
def dry_run(action: str, scene: Scene) -> Request:
    return _request(action, scene, DryRun=True)


@provokes("InvalidGrantTokenException")
def invalid_grant_token(action: str, scene: Scene) -> Request:
    if action == "RetireGrant":
        return {"GrantToken": "made-up"}
    return _request(action, scene, GrantTokens=["made-up"])


@provokes("InvalidGrantIdException")
def invalid_grant_id(action: str, scene: Scene) -> Request:
    return {"KeyId": scene.arn, "GrantId": "made-up"}


@provokes("InvalidMarkerException")
def invalid_marker(action: str, scene: Scene) -> Request:
    return {**(scene.request(action) if action in REQUESTS else {}), **_retiring(action, scene), "Marker": "made-up"}


def _retiring(action: str, scene: Scene) -> Request:
    return {"RetiringPrincipal": scene.owner.arn} if action == "ListRetirableGrants" else {}


@provokes("InvalidKeyUsageException")
def invalid_key_usage(action: str, scene: Scene) -> Request | None:
    """Another kind of key."""
    if action == "GetPublicKey":
        return None
    spec, usage = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT") if action in OTHER_KEYS else SIGNING_KEY
    other = make_key(scene.owner, spec=spec, usage=usage)["KeyId"]
    if action == "Decrypt":  # named by its algorithm too, or it would be the wrong key
        return _request(action, scene, KeyId=other, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    return _with_key(action, scene, other)


@provokes("IncorrectKeyException")
def incorrect_key(action: str, scene: Scene) -> Request:
    other = make_key(scene.owner)["KeyId"]
    return _request(action, scene, **{"SourceKeyId" if action == "ReEncrypt" else "KeyId": other})


@provokes("InvalidCiphertextException")
def invalid_ciphertext(action: str, scene: Scene) -> Request:
    if action == "ImportKeyMaterial":
        given = parameters(scene.owner, scene.arn)
        spoiled = wrap(given["PublicKey"], b"too short")
        return _request(action, scene, ImportToken=given["ImportToken"], EncryptedKeyMaterial=spoiled)
    member = "SharedSecretCiphertextBlob" if action == "Decapsulate" else "CiphertextBlob"
    return _request(action, scene, **{member: b"rubbish"})


@provokes("KMSInvalidSignatureException")
def invalid_signature(action: str, scene: Scene) -> Request:
    return _request(action, scene, Signature=b"rubbish")


@provokes("KMSInvalidMacException")
def invalid_mac(action: str, scene: Scene) -> Request:
    return _request(action, scene, Mac=b"rubbish")


@provokes("InvalidImportTokenException")
def invalid_import_token(action: str, scene: Scene) -> Request:
    return _request(action, scene, ImportToken=b"rubbish")


@provokes("ExpiredImportTokenException")
def expired_import_token(action: str, scene: Scene) -> Request:
    run_as(scene.owner, "MoveClock", {"Days": 2})
    return scene.request(action)


@provokes("IncorrectKeyMaterialException")
def incorrect_key_material(action: str, scene: Scene) -> Request:
    given = parameters(scene.owner, scene.arn)
    other = wrap(given["PublicKey"], b"another material of 32 bytes....")
    return _request(action, scene, ImportToken=given["ImportToken"], EncryptedKeyMaterial=other)


@provokes("AlreadyExistsException")
def already_exists(action: str, scene: Scene) -> Request:
    if action == "CreateAlias":
        return _request(action, scene, AliasName=scene.alias)
    replicate(scene.owner, scene.key_id, AWAY)
    return scene.request(action)


@provokes("LimitExceededException")
def limit_exceeded(action: str, scene: Scene) -> Request | None:
    if action == "PutKeyPolicy":
        large = statement(scene.owner.account_id, "kms:*", Sid="x" * 33_000)
        return _request(action, scene, Policy=policy_of(large))
    if action == "UpdateAlias":
        full = make_key(scene.owner)["KeyId"]
        for number in range(settings.KMS_MAX_ALIASES_PER_KEY):
            run_as(scene.owner, "CreateAlias", {"AliasName": f"alias/full-{number}", "TargetKeyId": full})
        return _request(action, scene, TargetKeyId=full)
    if action == "RotateKeyOnDemand":
        for _ in range(MOST_ROTATIONS_ON_DEMAND):
            run_as(scene.owner, action, scene.request(action))
        return scene.request(action)
    return scene.request(action) if action in QUOTAS else None


@provokes("TagException")
def tag(action: str, scene: Scene) -> Request:
    return _request(action, scene, **WITH_OTHER_TAGS.get(action, {"Tags": [{"TagKey": "aws:team", "TagValue": "hr"}]}))


@provokes("MalformedPolicyDocumentException")
def malformed_policy(action: str, scene: Scene) -> Request:
    return _request(action, scene, Policy="{}")


@provokes("ConflictException")
def conflict(action: str, scene: Scene) -> Request:
    """An automatic rotation is due."""
    run_as(scene.owner, "EnableKeyRotation", {"KeyId": scene.key_id, "RotationPeriodInDays": 90})
    run_as(scene.owner, "MoveClock", {"Days": 90})
    return scene.request(action)


@provokes("UnsupportedOperationException")
def unsupported(action: str, scene: Scene) -> Request | None:
    hmac = ("HMAC_256", "GENERATE_VERIFY_MAC")
    if action == "CreateKey":
        return {"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}
    if action.startswith("GenerateDataKeyPair"):
        return _request(action, scene, KeyPairSpec="SM2")
    if action in ("EnableKeyRotation", "RotateKeyOnDemand", "GetPublicKey"):
        return _with_key(action, scene, make_key(scene.owner, spec=hmac[0], usage=hmac[1])["KeyId"])
    if action == "PutKeyPolicy":
        return _request(action, scene, PolicyName="other")
    if action in MULTI_REGION - {"UpdatePrimaryRegion"}:
        return _with_key(action, scene, make_key(scene.owner)["KeyId"])
    return None


@provokes("CustomKeyStoreNotFoundException")
def no_such_store(action: str, scene: Scene) -> Request | None:
    members = {"CustomKeyStoreId": "cks-1234567890abcdef0"}
    if action == "CreateKey":
        return {"Origin": "AWS_CLOUDHSM", **members}
    return _request(action, scene, **members) if action in REQUESTS else members
