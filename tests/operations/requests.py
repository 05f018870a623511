"""A request for every registered action of KMS that nothing but permission, key or state can make fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from operations.registry import OPERATIONS
from tests.builders import make_key, policy_of, run_as, statement
from tests.people import Person

Request = dict[str, Any]
PERMISSIONS: Mapping[str, tuple[str, ...]] = {"ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo")}
WITHOUT_KEY = frozenset({"CreateKey", "GenerateRandom", "ListAliases", "ListKeys"})
# The grant, or the account of the retiring principal, decides these: see test_grants.py.
WITH_RULES_OF_THEIR_OWN = frozenset({"ListRetirableGrants", "RetireGrant"})
ON_ALIASES = frozenset({"CreateAlias", "DeleteAlias", "UpdateAlias"})


@dataclass
class Scene:
    """A key with an alias, ``alias/scene``, and a ciphertext made under it."""

    owner: Person
    arn: str
    blob: bytes
    grant_id: str = "0" * 64
    named: str = ""  # how requests name the key; its ARN unless said

    @property
    def key_id(self) -> str:
        return self.arn.rsplit("/", 1)[1]

    def request(self, action: str) -> Request:
        return REQUESTS[action](self)


REQUESTS: Mapping[str, Callable[[Scene], Request]] = {
    "CancelKeyDeletion": lambda scene: {"KeyId": scene.named},
    "CreateAlias": lambda scene: {"AliasName": "alias/second", "TargetKeyId": scene.named},
    "CreateGrant": lambda scene: {
        "KeyId": scene.named,
        "GranteePrincipal": scene.owner.arn,
        "Operations": ["DescribeKey"],
    },
    "CreateKey": lambda scene: {},
    "Decrypt": lambda scene: {"KeyId": scene.named, "CiphertextBlob": scene.blob},
    "DeleteAlias": lambda scene: {"AliasName": "alias/scene"},
    "DescribeKey": lambda scene: {"KeyId": scene.named},
    "DisableKey": lambda scene: {"KeyId": scene.named},
    "DisableKeyRotation": lambda scene: {"KeyId": scene.named},
    "EnableKey": lambda scene: {"KeyId": scene.named},
    "EnableKeyRotation": lambda scene: {"KeyId": scene.named},
    "Encrypt": lambda scene: {"KeyId": scene.named, "Plaintext": b"x"},
    "GenerateDataKey": lambda scene: {"KeyId": scene.named, "KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": lambda scene: {"KeyId": scene.named, "NumberOfBytes": 16},
    "GenerateRandom": lambda scene: {"NumberOfBytes": 8},
    "GetKeyPolicy": lambda scene: {"KeyId": scene.named},
    "GetKeyRotationStatus": lambda scene: {"KeyId": scene.named},
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
    "RevokeGrant": lambda scene: {"KeyId": scene.named, "GrantId": scene.grant_id},
    "RotateKeyOnDemand": lambda scene: {"KeyId": scene.named},
    "ScheduleKeyDeletion": lambda scene: {"KeyId": scene.named, "PendingWindowInDays": 7},
    "TagResource": lambda scene: {"KeyId": scene.named, "Tags": [{"TagKey": "team", "TagValue": "hr"}]},
    "UntagResource": lambda scene: {"KeyId": scene.named, "TagKeys": ["team"]},
    "UpdateAlias": lambda scene: {"AliasName": "alias/scene", "TargetKeyId": scene.named},
    "UpdateKeyDescription": lambda scene: {"KeyId": scene.named, "Description": "new"},
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


def make_scene(owner: Person, policy: str | None = None, *, for_action: str = "") -> Scene:
    """Make the key; ``owner`` must be allowed everything. It is enabled, except for CancelKeyDeletion."""
    key = make_key(owner, policy=policy, alias="scene")
    blob = run_as(owner, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    if for_action == "CancelKeyDeletion":
        run_as(owner, "ScheduleKeyDeletion", {"KeyId": key["KeyId"]})
    grant = {"KeyId": key["KeyId"], "GranteePrincipal": owner.arn, "Operations": ["RetireGrant"]}
    grant_id = run_as(owner, "CreateGrant", grant)["GrantId"] if for_action == "RevokeGrant" else "0" * 64
    return Scene(owner, key["Arn"], blob, grant_id, key["Arn"])
