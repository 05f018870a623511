"""A request for every registered action of KMS that nothing but permission, key or state can make fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from operations.registry import OPERATIONS
from tests.builders import make_key, policy_of, run_as, statement
from tests.operations.imports import wrapped_members
from tests.people import REGION, People, Person

Request = dict[str, Any]
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    "ReplicateKey": ("kms:ReplicateKey", "kms:CreateKey"),
}
WITHOUT_KEY = frozenset({"CreateKey", "GenerateRandom", "ListAliases", "ListKeys"})
# The grant, or the account of the retiring principal, decides these: see test_grants.py.
WITH_RULES_OF_THEIR_OWN = frozenset({"ListRetirableGrants", "RetireGrant"}) | {
    # There are no stores: see test_custom_key_stores.py.
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
}
ON_ALIASES = frozenset({"CreateAlias", "DeleteAlias", "UpdateAlias"})


# Actions that are not about a symmetric encryption key: spec and usage of the key in their scene.
OTHER_KEYS: Mapping[str, tuple[str, str]] = {
    "Decapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "DeriveSharedSecret": ("ECC_NIST_P256", "KEY_AGREEMENT"),
    "Encapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "GenerateMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
    "GetPublicKey": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "Sign": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "Verify": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "VerifyMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
}
# What an action needs from an earlier one: that action, and the member of its answer.
MADE_BY: Mapping[str, tuple[str, str]] = {
    "Decapsulate": ("Encapsulate", "SharedSecretCiphertextBlob"),
    "Verify": ("Sign", "Signature"),
    "VerifyMac": ("GenerateMac", "Mac"),
}
MADE: Mapping[str, str] = {"Encrypt": "CiphertextBlob", **dict(MADE_BY.values())}


IMPORTS = frozenset({"DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial"})
MULTI_REGION = frozenset({"ReplicateKey", "UpdatePrimaryRegion"})
MATERIAL = bytes(range(32))


@dataclass
class Scene:
    """A key with an alias, and a ciphertext, signature or MAC made under it."""

    owner: Person
    arn: str
    blob: bytes
    grant_id: str = "0" * 64
    named: str = ""  # how requests name the key; its ARN unless said
    wrapped: Request = field(default_factory=dict)  # token and wrapped material of ImportKeyMaterial
    alias: str = "alias/scene"
    region: str = REGION

    @property
    def key_id(self) -> str:
        return self.arn.rsplit("/", 1)[1]

    def request(self, action: str) -> Request:
        return REQUESTS[action](self)


REQUESTS: Mapping[str, Callable[[Scene], Request]] = {
    "CancelKeyDeletion": lambda scene: {"KeyId": scene.named},
    "CreateAlias": lambda scene: {"AliasName": f"{scene.alias}-2", "TargetKeyId": scene.named},
    "CreateGrant": lambda scene: {
        "KeyId": scene.named,
        "GranteePrincipal": scene.owner.arn,
        "Operations": ["DescribeKey"],
    },
    "CreateKey": lambda scene: {},
    "Decapsulate": lambda scene: {
        "KeyId": scene.named,
        "SharedSecretCiphertextBlob": scene.blob,
        "EncapsulationAlgorithm": "ML_KEM",
    },
    "Decrypt": lambda scene: {"KeyId": scene.named, "CiphertextBlob": scene.blob},
    "DeleteAlias": lambda scene: {"AliasName": scene.alias},
    "DeriveSharedSecret": lambda scene: {
        "KeyId": scene.named,
        "KeyAgreementAlgorithm": "ECDH",
        "PublicKey": generate_key_pair(KeySpec.ECC_NIST_P256)[1],
    },
    "DeleteImportedKeyMaterial": lambda scene: {"KeyId": scene.named},
    "DescribeKey": lambda scene: {"KeyId": scene.named},
    "DisableKey": lambda scene: {"KeyId": scene.named},
    "DisableKeyRotation": lambda scene: {"KeyId": scene.named},
    "EnableKey": lambda scene: {"KeyId": scene.named},
    "EnableKeyRotation": lambda scene: {"KeyId": scene.named},
    "Encapsulate": lambda scene: {"KeyId": scene.named, "EncapsulationAlgorithm": "ML_KEM"},
    "Encrypt": lambda scene: {"KeyId": scene.named, "Plaintext": b"x"},
    "GenerateDataKey": lambda scene: {"KeyId": scene.named, "KeySpec": "AES_256"},
    "GenerateDataKeyPair": lambda scene: {"KeyId": scene.named, "KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": lambda scene: {"KeyId": scene.named, "KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyWithoutPlaintext": lambda scene: {"KeyId": scene.named, "NumberOfBytes": 16},
    "GenerateMac": lambda scene: {"KeyId": scene.named, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
    "GenerateRandom": lambda scene: {"NumberOfBytes": 8},
    "GetKeyLastUsage": lambda scene: {"KeyId": scene.named},
    "GetKeyPolicy": lambda scene: {"KeyId": scene.named},
    "GetKeyRotationStatus": lambda scene: {"KeyId": scene.named},
    "GetParametersForImport": lambda scene: {
        "KeyId": scene.named,
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    },
    "GetPublicKey": lambda scene: {"KeyId": scene.named},
    "ImportKeyMaterial": lambda scene: {**scene.wrapped, "KeyId": scene.named},
    "ListAliases": lambda scene: {},
    "ListGrants": lambda scene: {"KeyId": scene.named},
    "ListKeyPolicies": lambda scene: {"KeyId": scene.named},
    "ListKeyRotations": lambda scene: {"KeyId": scene.named},
    "ListKeys": lambda scene: {},
    "ListResourceTags": lambda scene: {"KeyId": scene.named},
    # The lockout check asks for the caller, so the policy is one that locks nobody out of the owner's account.
    "PutKeyPolicy": lambda scene: {
        "KeyId": scene.named,
        "Policy": policy_of(statement(scene.owner.account_id, "kms:*")),
        "BypassPolicyLockoutSafetyCheck": True,
    },
    "ReEncrypt": lambda scene: {
        "CiphertextBlob": scene.blob,
        "SourceKeyId": scene.named,
        "DestinationKeyId": scene.named,
    },
    "ReplicateKey": lambda scene: {"KeyId": scene.named, "ReplicaRegion": "eu-central-1"},
    "RetireGrant": lambda scene: {"KeyId": scene.arn, "GrantId": scene.grant_id},
    "RevokeGrant": lambda scene: {"KeyId": scene.named, "GrantId": scene.grant_id},
    "RotateKeyOnDemand": lambda scene: {"KeyId": scene.named},
    "ScheduleKeyDeletion": lambda scene: {"KeyId": scene.named, "PendingWindowInDays": 7},
    "Sign": lambda scene: {"KeyId": scene.named, "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    "TagResource": lambda scene: {"KeyId": scene.named, "Tags": [{"TagKey": "team", "TagValue": "hr"}]},
    "UntagResource": lambda scene: {"KeyId": scene.named, "TagKeys": ["team"]},
    "UpdateAlias": lambda scene: {"AliasName": scene.alias, "TargetKeyId": scene.named},
    "UpdateKeyDescription": lambda scene: {"KeyId": scene.named, "Description": "new"},
    # The Region that has the primary already: permitted, and without effect.
    "UpdatePrimaryRegion": lambda scene: {"KeyId": scene.named, "PrimaryRegion": scene.region},
    "Verify": lambda scene: {
        "KeyId": scene.named,
        "Message": b"x",
        "Signature": scene.blob,
        "SigningAlgorithm": "ECDSA_SHA_256",
    },
    "VerifyMac": lambda scene: {
        "KeyId": scene.named,
        "Message": b"x",
        "Mac": scene.blob,
        "MacAlgorithm": "HMAC_SHA_256",
    },
}


def kms_actions() -> list[str]:
    """Every registered action of KMS; a new one without a request above makes the tests fail."""
    from operations.registry import load_actions

    load_actions()
    return sorted(
        name
        for name, operation in OPERATIONS.items()
        if operation.service == "kms" and name not in WITH_RULES_OF_THEIR_OWN
    )


def permissions_of(action: str) -> tuple[str, ...]:
    return PERMISSIONS.get(action, (f"kms:{action}",))


class Stage(NamedTuple):
    """What a scene is made of: the same for most actions."""

    spec: str
    usage: str
    origin: str
    multi_region: bool
    made_by: str  # the action that makes what the request needs, if any
    with_grant: bool
    doomed: bool = False


def stage_of(action: str) -> Stage:
    """Return the stage for an action: a key of the kind that it uses, enabled."""
    return Stage(
        *OTHER_KEYS.get(action, ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")),
        origin="EXTERNAL" if action in IMPORTS else "AWS_KMS",
        multi_region=action in MULTI_REGION,
        made_by=MADE_BY[action][0] if action in MADE_BY else "" if action in OTHER_KEYS else "Encrypt",
        with_grant=action in ("RetireGrant", "RevokeGrant"),
    )


def ready_stage_of(action: str) -> Stage:
    """Return the stage on which the action is permitted: enabled, except for CancelKeyDeletion."""
    return stage_of(action)._replace(doomed=action == "CancelKeyDeletion")


def make_scene(owner: Person, policy: str | None = None, *, for_action: str = "") -> Scene:
    """Make the key, of the kind that the action uses; ``owner`` must be allowed everything. It is enabled."""
    return set_scene(owner, policy, stage_of(for_action))


def make_ready_scene(owner: Person, policy: str | None = None, *, for_action: str) -> Scene:
    """Make the key in the state that the action is for."""
    return set_scene(owner, policy, ready_stage_of(for_action))


def set_scene(owner: Person, policy: str | None, stage: Stage) -> Scene:
    kind = {"spec": stage.spec, "usage": stage.usage, "origin": stage.origin, "multi_region": stage.multi_region}
    scene = Scene(owner, make_key(owner, policy=policy, alias="scene", **kind)["Arn"], b"")
    scene.named = scene.arn
    if stage.origin == "EXTERNAL":
        scene.wrapped = wrapped_members(owner, scene.arn, MATERIAL)
        run_as(owner, "ImportKeyMaterial", scene.wrapped)
    if stage.made_by:
        scene.blob = run_as(owner, stage.made_by, scene.request(stage.made_by))[MADE[stage.made_by]]
    if stage.with_grant:
        grant = {"KeyId": scene.arn, "GranteePrincipal": owner.arn, "Operations": ["RetireGrant"]}
        scene.grant_id = run_as(owner, "CreateGrant", grant)["GrantId"]
    if stage.doomed:
        run_as(owner, "ScheduleKeyDeletion", {"KeyId": scene.key_id})
    return scene


def adas_scene(people: People, stage: Stage) -> Scene:
    return set_scene(people.ada, None, stage)
