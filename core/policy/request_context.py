"""The condition keys that follow from the parameters of a request.

Source: authorization 5.1. Keys that describe how an operation is carried out, or what a key will be, are filled with
the default of the parameter; keys for which the guide shows a Null test are absent when the parameter is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from core.policy.conditions import ContextValue

Members = Mapping[str, object]
Pairs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter that becomes a condition key; ``default`` is ``None`` where an absent parameter leaves it absent."""

    key: str
    member: str
    default: str | None = None


_ALGORITHM = _Parameter("kms:EncryptionAlgorithm", "EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
# Data keys are always encrypted with the symmetric algorithm; there is no such parameter.
_DATA_KEY = _Parameter("kms:EncryptionAlgorithm", "", "SYMMETRIC_DEFAULT")
_KEY_PAIR = (_DATA_KEY, _Parameter("kms:DataKeyPairSpec", "KeyPairSpec"))
_SIGNING = (
    _Parameter("kms:SigningAlgorithm", "SigningAlgorithm"),
    _Parameter("kms:MessageType", "MessageType", "RAW"),
)
_MAC = (_Parameter("kms:MacAlgorithm", "MacAlgorithm"),)
_ENCAPSULATION = (_Parameter("kms:EncapsulationAlgorithm", "EncapsulationAlgorithm"),)
_BYPASS = _Parameter("kms:BypassPolicyLockoutSafetyCheck", "BypassPolicyLockoutSafetyCheck")

_PARAMETERS: Mapping[str, tuple[_Parameter, ...]] = MappingProxyType(
    {
        "Encrypt": (_ALGORITHM,),
        "Decrypt": (_ALGORITHM,),
        "GenerateDataKey": (_DATA_KEY,),
        "GenerateDataKeyWithoutPlaintext": (_DATA_KEY,),
        "GenerateDataKeyPair": _KEY_PAIR,
        "GenerateDataKeyPairWithoutPlaintext": _KEY_PAIR,
        "ReEncrypt": (_Parameter("kms:EncryptionAlgorithm", "SourceEncryptionAlgorithm", "SYMMETRIC_DEFAULT"),),
        "Sign": _SIGNING,
        "Verify": _SIGNING,
        "GenerateMac": _MAC,
        "VerifyMac": _MAC,
        "DeriveSharedSecret": (_Parameter("kms:KeyAgreementAlgorithm", "KeyAgreementAlgorithm"),),
        "Encapsulate": _ENCAPSULATION,
        "Decapsulate": _ENCAPSULATION,
        "CreateGrant": (
            _Parameter("kms:GranteePrincipal", "GranteePrincipal"),
            _Parameter("kms:RetiringPrincipal", "RetiringPrincipal"),
            _Parameter("kms:GrantOperations", "Operations"),
        ),
        "CreateKey": (
            _Parameter("kms:KeyUsage", "KeyUsage", "ENCRYPT_DECRYPT"),
            _Parameter("kms:KeyOrigin", "Origin", "AWS_KMS"),
            _Parameter("kms:MultiRegion", "MultiRegion", "false"),
            _BYPASS,
        ),
        "PutKeyPolicy": (_BYPASS,),
        "ReplicateKey": (_Parameter("kms:ReplicaRegion", "ReplicaRegion"), _BYPASS),
        "UpdatePrimaryRegion": (_Parameter("kms:PrimaryRegion", "PrimaryRegion"),),
        "EnableKeyRotation": (_Parameter("kms:RotationPeriodInDays", "RotationPeriodInDays", "365"),),
        "ScheduleKeyDeletion": (_Parameter("kms:ScheduleKeyDeletionPendingWindowInDays", "PendingWindowInDays", "30"),),
        "GetParametersForImport": (
            _Parameter("kms:WrappingAlgorithm", "WrappingAlgorithm"),
            _Parameter("kms:WrappingKeySpec", "WrappingKeySpec"),
        ),
        "ImportKeyMaterial": (
            _Parameter("kms:ExpirationModel", "ExpirationModel"),
            _Parameter("kms:ValidTo", "ValidTo"),
        ),
    }
)

_WITH_ENCRYPTION_CONTEXT: Mapping[str, str] = MappingProxyType(
    {
        "Encrypt": "EncryptionContext",
        "Decrypt": "EncryptionContext",
        "GenerateDataKey": "EncryptionContext",
        "GenerateDataKeyWithoutPlaintext": "EncryptionContext",
        "GenerateDataKeyPair": "EncryptionContext",
        "GenerateDataKeyPairWithoutPlaintext": "EncryptionContext",
        "ReEncrypt": "SourceEncryptionContext",
    }
)
_WITH_REQUEST_ALIAS = frozenset(
    {*_WITH_ENCRYPTION_CONTEXT, "Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret"}
    | {"Encapsulate", "Decapsulate", "DescribeKey", "GetPublicKey"}
)
_WITH_TAGS = frozenset({"CreateKey", "TagResource", "ReplicateKey"})


def request_context(operation: str, members: Members) -> dict[str, ContextValue]:
    """The condition keys of a request, from its members as on the wire.

    For ReEncrypt those of the source check. What no member tells is added by the caller: ``kms:ReEncryptOnSameKey``,
    ``kms:TrailingDaysWithoutKeyUsage``, the constraint of a grant to retire, the environment.
    """
    context: dict[str, ContextValue] = {}
    for parameter in _PARAMETERS.get(operation, ()):
        _put(context, parameter.key, members.get(parameter.member), parameter.default)
    if operation == "CreateKey":
        spec = members.get("KeySpec") or members.get("CustomerMasterKeySpec")
        _put(context, "kms:KeySpec", spec, "SYMMETRIC_DEFAULT")
        if members.get("MultiRegion"):
            context["kms:MultiRegionKeyType"] = "PRIMARY"
    if operation in _WITH_ENCRYPTION_CONTEXT:
        context |= encryption_context_keys(_pairs(members.get(_WITH_ENCRYPTION_CONTEXT[operation])))
    if operation == "CreateGrant":
        context |= _constraint_context(members.get("Constraints"))
    if operation in _WITH_REQUEST_ALIAS:
        named = members.get("SourceKeyId" if operation == "ReEncrypt" else "KeyId")
        _put(context, "kms:RequestAlias", _alias_name(named))
    if operation in _WITH_TAGS:
        context |= _tag_context(members.get("Tags"))
    if operation == "UntagResource":
        _put(context, "aws:TagKeys", members.get("TagKeys"))
    return context


def destination_context(members: Members) -> dict[str, ContextValue]:
    """The condition keys of the destination check of ReEncrypt."""
    context: dict[str, ContextValue] = {}
    algorithm = members.get("DestinationEncryptionAlgorithm")
    _put(context, "kms:EncryptionAlgorithm", algorithm, "SYMMETRIC_DEFAULT")
    _put(context, "kms:RequestAlias", _alias_name(members.get("DestinationKeyId")))
    return context | encryption_context_keys(_pairs(members.get("DestinationEncryptionContext")))


def encryption_context_keys(pairs: Pairs) -> dict[str, ContextValue]:
    """The condition keys of an encryption context; none without pairs."""
    context: dict[str, ContextValue] = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    if pairs:
        context["kms:EncryptionContextKeys"] = tuple(pairs)
    return context


def constraint_keys(equals: Pairs | None, subset: Pairs | None) -> dict[str, ContextValue]:
    """The condition keys of a grant's constraint, as CreateGrant and RetireGrant have them."""
    for kind, pairs in (("EncryptionContextEquals", equals), ("EncryptionContextSubset", subset)):
        if pairs is not None:
            return {"kms:GrantConstraintType": kind, **encryption_context_keys(pairs)}
    return {}


def _constraint_context(constraints: object) -> dict[str, ContextValue]:
    if not isinstance(constraints, Mapping):
        return {}
    equals, subset = (constraints.get(f"EncryptionContext{kind}") for kind in ("Equals", "Subset"))
    return constraint_keys(_pairs(equals) if equals else None, _pairs(subset) if subset else None)


def _tag_context(tags: object) -> dict[str, ContextValue]:
    if not isinstance(tags, Sequence) or not tags:
        return {}
    pairs = {str(tag["TagKey"]): str(tag["TagValue"]) for tag in tags}
    context: dict[str, ContextValue] = {f"aws:RequestTag/{name}": value for name, value in pairs.items()}
    return {**context, "aws:TagKeys": tuple(pairs)}


def _alias_name(named: object) -> str | None:
    """The alias name if the request names its key by alias name or alias ARN."""
    if not isinstance(named, str):
        return None
    resource = named.split(":", 5)[-1] if named.startswith("arn:") else named
    return resource if resource.startswith("alias/") else None


def _pairs(value: object) -> Pairs:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}


def _put(context: dict[str, ContextValue], key: str, value: object, default: str | None = None) -> None:
    text = _text(key, value)
    if text is None:
        text = default
    if text is not None:
        context[key] = text


def _text(key: str, value: object) -> ContextValue | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if key == "kms:ValidTo" and isinstance(value, int | float):
        value = datetime.fromtimestamp(value, UTC)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value) or None
    return None if value is None else str(value)
