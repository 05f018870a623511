"""Which operation a KMS key permits in which state, and what state an operation leads to: as tables.

Source: Developer Guide, "Key states of AWS KMS keys", corrected where recordings of AWS contradict it: kms-semantics
2.5 and 2.6. A rule of a key's *origin* stands before the rule of its state: EnableKeyRotation on a key that awaits its
material answers that the origin is EXTERNAL (recorded).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.crypto.key_specs import Origin
from core.errors import DisabledException, KmsError, KMSInvalidStateException, UnsupportedOperationException


class KeyState(StrEnum):
    """The states on the wire, in the order of the guide's table."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_DELETION = "PendingDeletion"
    PENDING_REPLICA_DELETION = "PendingReplicaDeletion"
    PENDING_IMPORT = "PendingImport"
    UNAVAILABLE = "Unavailable"
    CREATING = "Creating"
    UPDATING = "Updating"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error and its sentence; ``{key_arn}`` and ``{origin}`` are filled in."""

    error: type[KmsError]
    sentence: str

    def for_key(self, key_arn: str, origin: Origin) -> KmsError:
        return self.error(self.sentence.format(key_arn=key_arn, origin=origin.value))


DISABLED: Final = Refusal(DisabledException, "{key_arn} is disabled.")
PENDING_DELETION: Final = Refusal(KMSInvalidStateException, "{key_arn} is pending deletion.")
PENDING_REPLICA_DELETION: Final = Refusal(KMSInvalidStateException, "{key_arn} is pending replica deletion.")
NOT_PENDING_DELETION: Final = Refusal(KMSInvalidStateException, "{key_arn} is not pending deletion.")
PENDING_IMPORT: Final = Refusal(KMSInvalidStateException, "{key_arn} is pending import.")
UNAVAILABLE: Final = Refusal(KMSInvalidStateException, "{key_arn} is unavailable.")
CREATING: Final = Refusal(KMSInvalidStateException, "{key_arn} is creating.")
UPDATING: Final = Refusal(KMSInvalidStateException, "{key_arn} is updating.")
WRONG_ORIGIN: Final = Refusal(
    UnsupportedOperationException, "{key_arn} origin is {origin} which is not valid for this operation."
)

Rule = Mapping[KeyState, Refusal | None]  # None: permitted
OriginRule = Mapping[Origin, Mapping[KeyState, Refusal]]  # Refusals that only keys of this origin meet, before the Rule


def every(refusal: Refusal | None) -> dict[KeyState, Refusal | None]:
    """The same rule in every state."""
    return dict.fromkeys(KeyState, refusal)


_ON_DELETION: Final[Rule] = {
    KeyState.PENDING_DELETION: PENDING_DELETION,
    KeyState.PENDING_REPLICA_DELETION: PENDING_REPLICA_DELETION,
}
_ALWAYS: Final[Rule] = every(None)
_NOT_ON_DELETION: Final[Rule] = {**every(None), **_ON_DELETION}
_WITH_MATERIAL: Final[Rule] = {**_NOT_ON_DELETION, KeyState.PENDING_IMPORT: PENDING_IMPORT, KeyState.CREATING: CREATING}
_IN_USE: Final[Rule] = {**_WITH_MATERIAL, KeyState.DISABLED: DISABLED, KeyState.UNAVAILABLE: UNAVAILABLE}
_SETTLED_AND_IN_USE: Final[Rule] = {**_IN_USE, KeyState.UPDATING: UPDATING}
_SWITCH: Final[Rule] = {**_WITH_MATERIAL, KeyState.UPDATING: UPDATING}
# A key in PendingImport or Unavailable is refused for its origin, so these two cells are met by no key.
_ROTATION_SETTING: Final[Rule] = {
    **_NOT_ON_DELETION,
    KeyState.DISABLED: DISABLED,
    KeyState.PENDING_IMPORT: WRONG_ORIGIN,
    KeyState.UNAVAILABLE: WRONG_ORIGIN,
    KeyState.CREATING: CREATING,
}
_IMPORT: Final[Rule] = {**_NOT_ON_DELETION, KeyState.CREATING: CREATING}

STATE_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "CancelKeyDeletion": {
            **every(NOT_PENDING_DELETION),
            KeyState.PENDING_DELETION: None,
            KeyState.PENDING_REPLICA_DELETION: None,
        },
        "ConnectCustomKeyStore": _ALWAYS,
        "CreateAlias": _NOT_ON_DELETION,
        "CreateCustomKeyStore": _ALWAYS,
        "CreateGrant": {**_WITH_MATERIAL, KeyState.DISABLED: DISABLED},
        "CreateKey": _ALWAYS,
        "Decapsulate": _IN_USE,
        "Decrypt": _IN_USE,
        "DeleteAlias": _ALWAYS,
        "DeleteCustomKeyStore": _ALWAYS,
        "DeleteImportedKeyMaterial": {**every(None), KeyState.CREATING: CREATING, KeyState.UPDATING: UPDATING},
        "DeriveSharedSecret": _IN_USE,
        "DescribeCustomKeyStores": _ALWAYS,
        "DescribeKey": _ALWAYS,
        "DisableKey": _SWITCH,
        "DisableKeyRotation": _ROTATION_SETTING,
        "DisconnectCustomKeyStore": _ALWAYS,
        "EnableKey": _SWITCH,
        "EnableKeyRotation": _ROTATION_SETTING,
        "Encapsulate": _IN_USE,
        "Encrypt": _IN_USE,
        "GenerateDataKey": _IN_USE,
        "GenerateDataKeyPair": _IN_USE,
        "GenerateDataKeyPairWithoutPlaintext": _IN_USE,
        "GenerateDataKeyWithoutPlaintext": _IN_USE,
        "GenerateMac": _IN_USE,
        "GenerateRandom": _ALWAYS,
        "GetKeyLastUsage": _ALWAYS,
        "GetKeyPolicy": _ALWAYS,
        "GetKeyRotationStatus": _ALWAYS,
        "GetParametersForImport": {**_IMPORT, KeyState.UPDATING: UPDATING},
        # Recorded: a disabled key still shows its public key, against the guide.
        "GetPublicKey": {**_IN_USE, KeyState.DISABLED: None},
        "ImportKeyMaterial": _IMPORT,
        "ListAliases": _ALWAYS,
        "ListGrants": _ALWAYS,
        "ListKeyPolicies": _ALWAYS,
        "ListKeyRotations": _ALWAYS,
        "ListKeys": _ALWAYS,
        "ListResourceTags": _ALWAYS,
        "ListRetirableGrants": _ALWAYS,
        "PutKeyPolicy": _ALWAYS,
        "ReEncrypt": _IN_USE,  # both keys
        "ReplicateKey": _SETTLED_AND_IN_USE,
        "RetireGrant": _ALWAYS,
        "RevokeGrant": _ALWAYS,
        "RotateKeyOnDemand": {**_SETTLED_AND_IN_USE, KeyState.UNAVAILABLE: WRONG_ORIGIN},
        "ScheduleKeyDeletion": {**_NOT_ON_DELETION, KeyState.UPDATING: UPDATING},
        "Sign": _IN_USE,
        "TagResource": _NOT_ON_DELETION,
        "UntagResource": _NOT_ON_DELETION,
        "UpdateAlias": _NOT_ON_DELETION,  # the new key; the old one may be in any state
        "UpdateCustomKeyStore": _ALWAYS,
        "UpdateKeyDescription": _NOT_ON_DELETION,
        "UpdatePrimaryRegion": _IN_USE,
        "Verify": _IN_USE,
        "VerifyMac": _IN_USE,
    }
)

_WRONG_ALWAYS: Final[Mapping[KeyState, Refusal]] = dict.fromkeys(KeyState, WRONG_ORIGIN)
_WRONG_ONCE_CREATED: Final[Mapping[KeyState, Refusal]] = {
    state: WRONG_ORIGIN for state in KeyState if state is not KeyState.CREATING
}
_WRONG_ONCE_SETTLED: Final[Mapping[KeyState, Refusal]] = {
    state: WRONG_ORIGIN for state in _WRONG_ONCE_CREATED if state is not KeyState.UPDATING
}
_WRONG_WHEN_ENABLED: Final[Mapping[KeyState, Refusal]] = {KeyState.ENABLED: WRONG_ORIGIN}
_IN_A_KEY_STORE: Final = (Origin.AWS_CLOUDHSM, Origin.EXTERNAL_KEY_STORE)
_NOT_IMPORTED: Final = (Origin.AWS_KMS, *_IN_A_KEY_STORE)
_NOT_FROM_KMS: Final = (Origin.EXTERNAL, *_IN_A_KEY_STORE)

ORIGIN_RULES: Final[Mapping[str, OriginRule]] = MappingProxyType(
    {
        "DeleteImportedKeyMaterial": dict.fromkeys(_NOT_IMPORTED, _WRONG_ONCE_SETTLED),
        "DisableKeyRotation": dict.fromkeys(_NOT_FROM_KMS, _WRONG_ONCE_CREATED),
        "EnableKeyRotation": dict.fromkeys(_NOT_FROM_KMS, _WRONG_ONCE_CREATED),
        "GetKeyRotationStatus": dict.fromkeys(_IN_A_KEY_STORE, _WRONG_ALWAYS),
        "GetParametersForImport": dict.fromkeys(_NOT_IMPORTED, _WRONG_ONCE_SETTLED),
        "ImportKeyMaterial": dict.fromkeys(_NOT_IMPORTED, _WRONG_ONCE_CREATED),
        "RotateKeyOnDemand": dict.fromkeys(_IN_A_KEY_STORE, _WRONG_WHEN_ENABLED),
    }
)


def refusal(operation: str, state: KeyState, origin: Origin) -> Refusal | None:
    """What a key of this origin, in this state, answers to an operation; ``None`` if it permits it."""
    of_origin = ORIGIN_RULES.get(operation)
    if of_origin is not None and origin in of_origin and state in of_origin[origin]:
        return of_origin[origin][state]
    return STATE_RULES[operation][state]


def check_state(operation: str, state: KeyState, key_arn: str, origin: Origin) -> None:
    """Raise the refusal of a key whose state, or whose origin, does not permit the operation."""
    found = refusal(operation, state, origin)
    if found is not None:
        raise found.for_key(key_arn, origin)


# --- transitions ------------------------------------------------------------------------------------------------------
class Circumstance(StrEnum):
    """A fact about the key, beside its state, on which the next state depends."""

    HAS_REPLICAS = "has replicas"  # a multi-Region primary key
    LACKS_MATERIAL = "lacks material"  # origin EXTERNAL, and some material is missing


# Source: kms-semantics 4.7. Only operations that set a state, and only states that permit them.
NEXT: Final[Mapping[tuple[str, KeyState], KeyState]] = MappingProxyType(
    {
        ("CancelKeyDeletion", KeyState.PENDING_DELETION): KeyState.DISABLED,
        ("CancelKeyDeletion", KeyState.PENDING_REPLICA_DELETION): KeyState.DISABLED,
        ("DeleteImportedKeyMaterial", KeyState.DISABLED): KeyState.PENDING_IMPORT,
        ("DeleteImportedKeyMaterial", KeyState.ENABLED): KeyState.PENDING_IMPORT,
        ("DeleteImportedKeyMaterial", KeyState.PENDING_DELETION): KeyState.PENDING_DELETION,
        ("DeleteImportedKeyMaterial", KeyState.PENDING_IMPORT): KeyState.PENDING_IMPORT,
        ("DeleteImportedKeyMaterial", KeyState.PENDING_REPLICA_DELETION): KeyState.PENDING_REPLICA_DELETION,
        ("DisableKey", KeyState.DISABLED): KeyState.DISABLED,
        ("DisableKey", KeyState.ENABLED): KeyState.DISABLED,
        ("EnableKey", KeyState.DISABLED): KeyState.ENABLED,
        ("EnableKey", KeyState.ENABLED): KeyState.ENABLED,
        ("ImportKeyMaterial", KeyState.DISABLED): KeyState.ENABLED,  # recorded, against the guide
        ("ImportKeyMaterial", KeyState.ENABLED): KeyState.ENABLED,
        ("ImportKeyMaterial", KeyState.PENDING_IMPORT): KeyState.ENABLED,
        ("ScheduleKeyDeletion", KeyState.CREATING): KeyState.PENDING_DELETION,
        ("ScheduleKeyDeletion", KeyState.DISABLED): KeyState.PENDING_DELETION,
        ("ScheduleKeyDeletion", KeyState.ENABLED): KeyState.PENDING_DELETION,
        ("ScheduleKeyDeletion", KeyState.PENDING_IMPORT): KeyState.PENDING_DELETION,
        ("ScheduleKeyDeletion", KeyState.UNAVAILABLE): KeyState.PENDING_DELETION,
        ("UpdatePrimaryRegion", KeyState.ENABLED): KeyState.UPDATING,
    }
)
NEXT_IF: Final[Mapping[tuple[str, Circumstance], KeyState]] = MappingProxyType(
    {
        ("CancelKeyDeletion", Circumstance.LACKS_MATERIAL): KeyState.PENDING_IMPORT,
        ("ImportKeyMaterial", Circumstance.LACKS_MATERIAL): KeyState.PENDING_IMPORT,
        ("ScheduleKeyDeletion", Circumstance.HAS_REPLICAS): KeyState.PENDING_REPLICA_DELETION,
    }
)


def next_state(operation: str, state: KeyState, circumstances: frozenset[Circumstance] = frozenset()) -> KeyState:
    """The state after an operation that :func:`check_state` has permitted; the same state if it sets none."""
    following = NEXT.get((operation, state))
    if following is None:
        return state
    return next(
        (NEXT_IF[operation, fact] for fact in Circumstance if fact in circumstances and (operation, fact) in NEXT_IF),
        following,
    )
