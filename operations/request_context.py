"""The condition keys of a request and its environment, computed only when a policy asks for one.

Source: authorization 5.1 (defaults included) and 5.2. What follows from caller and key, the engine derives.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.calls import Call, Door
from core.policy.decide import ContextValue
from operations.key_use import SYMMETRIC
from operations.last_usage import last_usage
from operations.recipients import condition_keys
from operations.resolve import find_subject_without_alias

Read = Callable[[Call, Any], ContextValue | None]


def _bool(value: object) -> str:
    return "true" if value else "false"


def _given_bool(attribute: str) -> Read:
    """A flag that is absent when the request leaves it out."""

    def read(call: Call, request: Any) -> ContextValue | None:
        value = getattr(request, attribute)
        return None if value is None else _bool(value)

    return read


def _member(attribute: str, default: str | None = None) -> Read:
    def read(call: Call, request: Any) -> ContextValue | None:
        value = getattr(request, attribute)
        return default if value is None else str(value)

    return read


def _tag_keys(call: Call, request: Any) -> ContextValue | None:
    keys = getattr(request, "tag_keys", None) or [tag.tag_key for tag in getattr(request, "tags", None) or ()]
    return tuple(keys) or None


def constraint_type(constraints: Any) -> str | None:
    """Return what kms:GrantConstraintType says of the constraints of a request, or of a grant."""
    if constraints is None:
        return None
    if constraints.encryption_context_equals is not None:
        return "EncryptionContextEquals"
    if constraints.encryption_context_subset is not None:
        return "EncryptionContextSubset"
    return "SourceArn" if constraints.source_arn is not None else None


def _constraint_source(call: Call, request: Any) -> ContextValue | None:
    return None if request.constraints is None else request.constraints.source_arn


def _valid_to(call: Call, request: Any) -> ContextValue | None:
    """Seconds since the epoch, which date operators read too."""
    return None if request.valid_to is None else str(int(request.valid_to))


def _new_key_spec(call: Call, request: Any) -> ContextValue | None:
    return str(request.key_spec or request.customer_master_key_spec or SYMMETRIC)


def _constant(value: str) -> Read:
    return lambda call, request: value


def _days_without_usage(call: Call, request: Any) -> ContextValue | None:
    """Whole days since the key was last used; absent if it never was."""
    key = find_subject_without_alias(call, request.key_id).key
    usage = last_usage(key) if key is not None else None
    return None if usage is None else str((call.time - usage.time).days)


# --- by operation: what the request's members say ---------------------------------------------------------------------
_ALGORITHM: Mapping[str, Read] = {"kms:EncryptionAlgorithm": _member("encryption_algorithm", SYMMETRIC)}
_DATA_KEY: Mapping[str, Read] = {"kms:EncryptionAlgorithm": _constant(SYMMETRIC)}
_TAGS: Mapping[str, Read] = {"aws:TagKeys": _tag_keys}
_KEY_PAIR: Mapping[str, Read] = {**_DATA_KEY, "kms:DataKeyPairSpec": _member("key_pair_spec")}
_SIGNING: Mapping[str, Read] = {
    "kms:SigningAlgorithm": _member("signing_algorithm"),
    "kms:MessageType": _member("message_type", "RAW"),
}
_MAC: Mapping[str, Read] = {"kms:MacAlgorithm": _member("mac_algorithm")}
_ENCAPSULATION: Mapping[str, Read] = {"kms:EncapsulationAlgorithm": _member("encapsulation_algorithm")}
_BYPASS: Mapping[str, Read] = {"kms:BypassPolicyLockoutSafetyCheck": _given_bool("bypass_policy_lockout_safety_check")}

_TRAILING_DAYS: Mapping[str, Read] = {"kms:TrailingDaysWithoutKeyUsage": _days_without_usage}

OPERATION_KEYS: Mapping[str, Mapping[str, Read]] = {
    "Encrypt": _ALGORITHM,
    "Decrypt": _ALGORITHM,
    "ReEncrypt": {"kms:EncryptionAlgorithm": _member("source_encryption_algorithm", SYMMETRIC)},
    "GenerateDataKey": _DATA_KEY,
    "GenerateDataKeyWithoutPlaintext": _DATA_KEY,
    "GenerateDataKeyPair": _KEY_PAIR,
    "GenerateDataKeyPairWithoutPlaintext": _KEY_PAIR,
    "Sign": _SIGNING,
    "Verify": _SIGNING,
    "GenerateMac": _MAC,
    "VerifyMac": _MAC,
    "DeriveSharedSecret": {"kms:KeyAgreementAlgorithm": _member("key_agreement_algorithm")},
    "Encapsulate": _ENCAPSULATION,
    "Decapsulate": _ENCAPSULATION,
    "CreateKey": {
        **_BYPASS,
        **_TAGS,
        "kms:KeySpec": _new_key_spec,
        "kms:CustomerMasterKeySpec": _new_key_spec,
        "kms:KeyUsage": _member("key_usage", "ENCRYPT_DECRYPT"),
        "kms:CustomerMasterKeyUsage": _member("key_usage", "ENCRYPT_DECRYPT"),
        "kms:KeyOrigin": _member("origin", "AWS_KMS"),
        "kms:MultiRegion": lambda call, request: _bool(request.multi_region),
        "kms:MultiRegionKeyType": lambda call, request: "PRIMARY" if request.multi_region else None,
    },
    "PutKeyPolicy": _BYPASS,
    "TagResource": _TAGS,
    "UntagResource": _TAGS,
    "CreateGrant": {
        "kms:GrantOperations": lambda call, request: tuple(request.operations),
        "kms:GranteePrincipal": _member("grantee_principal"),
        "kms:GranteeServicePrincipal": _member("grantee_service_principal"),
        "kms:RetiringPrincipal": _member("retiring_principal"),
        "kms:RetiringServicePrincipal": _member("retiring_service_principal"),
        "kms:GrantConstraintType": lambda call, request: constraint_type(request.constraints),
        "kms:GrantConstraintSourceArn": _constraint_source,
    },
    "GetParametersForImport": {
        "kms:WrappingAlgorithm": _member("wrapping_algorithm"),
        "kms:WrappingKeySpec": _member("wrapping_key_spec"),
    },
    "ImportKeyMaterial": {
        # Absent when left out, as the guide's example asks with Null, though the parameter has a default.
        "kms:ExpirationModel": _member("expiration_model"),
        "kms:ValidTo": _valid_to,
    },
    "ReplicateKey": {**_BYPASS, **_TAGS, "kms:ReplicaRegion": _member("replica_region")},
    "UpdatePrimaryRegion": {"kms:PrimaryRegion": _member("primary_region")},
    "EnableKeyRotation": {"kms:RotationPeriodInDays": _member("rotation_period_in_days", "365")},
    "DisableKey": _TRAILING_DAYS,
    "ScheduleKeyDeletion": {
        **_TRAILING_DAYS,
        "kms:ScheduleKeyDeletionPendingWindowInDays": _member("pending_window_in_days", "30"),
    },
}

ENVIRONMENT_KEYS: Mapping[str, Callable[[Call], ContextValue | None]] = {
    "aws:SourceIp": lambda call: call.source_address or None,
    "aws:SecureTransport": lambda call: _bool(call.secure_transport),
    "aws:CurrentTime": lambda call: f"{call.time:%Y-%m-%dT%H:%M:%SZ}",
    "aws:EpochTime": lambda call: str(int(call.time.timestamp())),
    "aws:UserAgent": lambda call: call.user_agent or None,
    "aws:ViaAWSService": lambda call: _bool(call.via_service),
    "aws:RequestedRegion": lambda call: call.region,
    # Console sessions are temporary credentials; signing in with a second factor does not exist yet.
    "aws:MultiFactorAuthPresent": lambda call: "false" if call.door is Door.CONSOLE else None,
    "kms:ViaService": lambda call: call.via_service,
}


class RequestContext(Mapping[str, ContextValue]):
    """The condition keys of one check of one call.

    ``encryption_context`` differs between the two halves of ReEncrypt; ``request_alias`` is the alias name used.
    """

    __slots__ = ("_call", "_encryption_context", "_extra", "_keys", "_operation", "_request")

    def __init__(
        self,
        call: Call,
        operation: str,
        request: Any,
        *,
        encryption_context: Mapping[str, str] | None = None,
        extra: Mapping[str, ContextValue | None] | None = None,
    ) -> None:
        self._call = call
        self._operation = operation
        self._request = request
        self._encryption_context = encryption_context
        self._extra = extra
        self._keys: dict[str, ContextValue] | None = None

    def _computed(self) -> dict[str, ContextValue]:
        if self._keys is None:
            found: dict[str, ContextValue | None] = {name: read(self._call) for name, read in ENVIRONMENT_KEYS.items()}
            if self._request is not None:
                for name, read_member in OPERATION_KEYS.get(self._operation, {}).items():
                    found[name] = read_member(self._call, self._request)
                own_keys = getattr(self._request, "condition_keys", None)
                found.update(own_keys(self._call) if own_keys else {})
                for tag in _request_tags(self._request):
                    found[f"aws:RequestTag/{tag.tag_key}"] = tag.tag_value
                found.update(condition_keys(self._call, self._request))
            if self._encryption_context:
                for name, value in self._encryption_context.items():
                    found[f"kms:EncryptionContext:{name}"] = value
                found["kms:EncryptionContextKeys"] = tuple(self._encryption_context)
            found.update(self._extra or {})
            self._keys = {name: value for name, value in found.items() if value is not None}
        return self._keys

    def __getitem__(self, name: str) -> ContextValue:
        return self._computed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._computed())

    def __len__(self) -> int:
        return len(self._computed())


def _request_tags(request: Any) -> Any:
    return getattr(request, "tags", None) or ()
