"""The actions of KMS: where each takes effect, and its bit in an action mask.

Source: Developer Guide, "AWS KMS permissions"; Service Authorization Reference, KMS; authorization 3.6.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.policy.patterns import parse_glob


class Where(StrEnum):
    """The kind of policy in which a permission takes effect."""

    KEY_POLICY = "KP"
    IDENTITY = "ID"
    GRANT = "GRANT"
    """RetireGrant: the grant itself decides, identity policies only delegate or deny."""


@dataclass(frozen=True, slots=True)
class KmsAction:
    """One permission. ``name`` carries the prefix; ``bit`` is its position in an action mask."""

    name: str
    bit: int
    where: Where
    cross_account: bool
    grantable: bool
    read_only: bool
    caller_account: bool
    """Whether ``kms:CallerAccount`` is present on its checks."""

    @property
    def mask(self) -> int:
        return 1 << self.bit


@dataclass(frozen=True, slots=True)
class KmsOperation:
    """One API operation with the permissions that it asks for on KMS keys or on the identity side."""

    name: str
    permissions: tuple[str, ...]
    where: Where
    cross_account: bool
    grantable: bool
    read_only: bool


# Columns: permission, where, cross-account use, grantable, read only (as CloudTrail counts it), kms:CallerAccount.
_ROWS = """
CancelKeyDeletion                   KP    -  -  -  c
ConnectCustomKeyStore               ID    -  -  -  c
CreateAlias                         KP    -  -  -  c
CreateCustomKeyStore                ID    -  -  -  c
CreateGrant                         KP    x  g  -  c
CreateKey                           ID    -  -  -  c
Decapsulate                         KP    x  g  r  c
Decrypt                             KP    x  g  r  c
DeleteAlias                         KP    -  -  -  c
DeleteCustomKeyStore                ID    -  -  -  c
DeleteImportedKeyMaterial           KP    -  -  -  c
DeriveSharedSecret                  KP    x  g  r  c
DescribeCustomKeyStores             ID    -  -  r  c
DescribeKey                         KP    x  g  r  c
DisableKey                          KP    -  -  -  c
DisableKeyRotation                  KP    -  -  -  c
DisconnectCustomKeyStore            ID    -  -  -  c
EnableKey                           KP    -  -  -  c
EnableKeyRotation                   KP    -  -  -  c
Encapsulate                         KP    x  g  r  c
Encrypt                             KP    x  g  r  c
GenerateDataKey                     KP    x  g  r  c
GenerateDataKeyPair                 KP    x  g  r  c
GenerateDataKeyPairWithoutPlaintext KP    x  g  r  c
GenerateDataKeyWithoutPlaintext     KP    x  g  r  c
GenerateMac                         KP    x  g  r  c
GenerateRandom                      ID    -  -  r  -
GetKeyLastUsage                     KP    -  -  r  c
GetKeyPolicy                        KP    -  -  r  c
GetKeyRotationStatus                KP    x  -  r  c
GetParametersForImport              KP    -  -  r  c
GetPublicKey                        KP    x  g  r  c
ImportKeyMaterial                   KP    -  -  -  c
ListAliases                         ID    -  -  r  -
ListGrants                          KP    x  -  r  c
ListKeyPolicies                     KP    -  -  r  c
ListKeyRotations                    KP    -  -  r  c
ListKeys                            ID    -  -  r  -
ListResourceTags                    KP    -  -  r  c
ListRetirableGrants                 ID    -  -  r  -
PutKeyPolicy                        KP    -  -  -  c
ReEncryptFrom                       KP    x  g  r  c
ReEncryptTo                         KP    x  g  r  c
ReplicateKey                        KP    -  -  -  c
RetireGrant                         GRANT x  g  -  c
RevokeGrant                         KP    x  -  -  c
RotateKeyOnDemand                   KP    -  -  -  c
ScheduleKeyDeletion                 KP    -  -  -  c
Sign                                KP    x  g  r  c
SynchronizeMultiRegionKey           KP    -  -  -  c
TagResource                         KP    -  -  -  c
UntagResource                       KP    -  -  -  c
UpdateAlias                         KP    -  -  -  c
UpdateCustomKeyStore                ID    -  -  -  c
UpdateKeyDescription                KP    -  -  -  c
UpdatePrimaryRegion                 KP    -  -  -  c
Verify                              KP    x  g  r  c
VerifyMac                           KP    x  g  r  c
"""


def _read_actions() -> Mapping[str, KmsAction]:
    actions: dict[str, KmsAction] = {}
    for bit, row in enumerate(_ROWS.strip().splitlines()):
        name, where, cross, grantable, read, caller = row.split()
        action = KmsAction(f"kms:{name}", bit, Where(where), cross == "x", grantable == "g", read == "r", caller == "c")
        if action.name in actions:
            raise ValueError(f"{action.name} is listed twice")
        actions[action.name] = action
    return MappingProxyType(actions)


ACTIONS: Mapping[str, KmsAction] = _read_actions()
ALL_ACTIONS_MASK = (1 << len(ACTIONS)) - 1

# Operations whose permissions are not simply their own name. authorization 3.7 has the order of their checks.
_SPLIT_PERMISSIONS = {"ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo")}
# A service-linked role uses this permission; it is no operation of the API.
_NOT_AN_OPERATION = frozenset({"kms:SynchronizeMultiRegionKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"})


def _derive_operations() -> Mapping[str, KmsOperation]:
    named = {a.name.removeprefix("kms:"): (a.name,) for a in ACTIONS.values() if a.name not in _NOT_AN_OPERATION}
    operations = {}
    for name, permissions in sorted({**named, **_SPLIT_PERMISSIONS}.items()):
        first = ACTIONS[permissions[0]]
        operations[name] = KmsOperation(
            name, permissions, first.where, first.cross_account, first.grantable, first.read_only
        )
    return MappingProxyType(operations)


OPERATIONS: Mapping[str, KmsOperation] = _derive_operations()

# "Grants: grant operations", in the order in which AWS lists them.
GRANT_OPERATIONS: tuple[str, ...] = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
)

NOT_CROSS_ACCOUNT: frozenset[str] = frozenset(a.name for a in ACTIONS.values() if not a.cross_account)

_BY_LOWER_NAME = {name.lower(): action for name, action in ACTIONS.items()}


# Longer patterns are computed anew, so that a caller's text never fills the memory.
_REMEMBERED_CHARACTERS = 128


def action_mask(pattern: str) -> int:
    """Return the mask of the KMS actions that an ``Action`` element covers; letter case is ignored."""
    return _remembered_mask(pattern) if len(pattern) <= _REMEMBERED_CHARACTERS else _mask(pattern)


def action_covers(pattern: str, action: str) -> bool:
    """Whether an ``Action`` element covers an action of any service; letter case is ignored."""
    return parse_glob(pattern.lower()).matches(action.lower())


def _mask(pattern: str) -> int:
    lowered = pattern.lower()
    if lowered in ("*", "kms:*"):
        return ALL_ACTIONS_MASK
    if lowered in _BY_LOWER_NAME:
        return _BY_LOWER_NAME[lowered].mask
    if "*" not in lowered and "?" not in lowered:
        return 0
    glob = parse_glob(lowered)
    return sum(action.mask for name, action in _BY_LOWER_NAME.items() if glob.matches(name))


_remembered_mask = functools.lru_cache(maxsize=4096)(_mask)
