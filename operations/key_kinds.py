"""Which kinds of key CreateKey makes: spec, usage, origin and Regions that go together.

Source: API Reference, CreateKey; kms-semantics 2.3 and 4.4. Sentences that are not recorded are this service's own.
"""

from dataclasses import dataclass

from core.crypto.key_specs import KEY_SPECS, KeySpec, KeyUsage, Origin, resolve_usage
from core.errors import UnsupportedOperationException, ValidationException
from core.messages import CreateKeyRequest

_IN_A_STORE = frozenset({Origin.AWS_CLOUDHSM, Origin.EXTERNAL_KEY_STORE})


@dataclass(frozen=True, slots=True)
class KeyKind:
    spec: KeySpec
    usage: KeyUsage
    origin: Origin


def checked_kind(request: CreateKeyRequest) -> KeyKind:
    """Return the kind of key that a request asks for, defaults included.

    Raises ValidationException for members that do not go together, UnsupportedOperationException for a kind that does
    not exist here.
    """
    if request.key_spec is not None and request.customer_master_key_spec is not None:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
            "deprecated."
        )
    spec = KeySpec(request.key_spec or request.customer_master_key_spec or KeySpec.SYMMETRIC_DEFAULT)
    if not KEY_SPECS[spec].implemented:
        # Source: Developer Guide: SM2 exists in China Regions only.
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported in this Region.")
    usage = resolve_usage(spec, KeyUsage(request.key_usage) if request.key_usage else None)
    kind = KeyKind(spec, usage, Origin(request.origin or Origin.AWS_KMS))
    _check_origin(kind)
    if request.multi_region and not KEY_SPECS[spec].multi_region:
        raise UnsupportedOperationException(f"MultiRegion is not supported for KeySpec {spec}.")
    _check_store(request, kind.origin)
    return kind


def _check_origin(kind: KeyKind) -> None:
    if kind.origin in KEY_SPECS[kind.spec].origins:
        return
    if kind.usage is KeyUsage.ENCAPSULATE_DECAPSULATE:
        # Nothing is known of imported ML-KEM keys (kms-semantics 9).
        raise UnsupportedOperationException(f"Origin {kind.origin} is not supported for KeySpec {kind.spec}.")
    raise ValidationException(f"Origin {kind.origin} is not compatible with KeySpec {kind.spec}")


def _check_store(request: CreateKeyRequest, origin: Origin) -> None:
    """Check the members that belong to custom key stores; whether the store exists is another question."""
    in_a_store = origin in _IN_A_STORE
    if in_a_store != (request.custom_key_store_id is not None):
        raise ValidationException(
            "CustomKeyStoreId must be specified for the Origins of custom key stores, and no other."
        )
    if (origin is Origin.EXTERNAL_KEY_STORE) != (request.xks_key_id is not None):
        raise ValidationException("XksKeyId must be specified for Origin EXTERNAL_KEY_STORE, and no other.")
    if in_a_store and request.multi_region:
        raise ValidationException("A key in a custom key store cannot be a multi-Region key.")
