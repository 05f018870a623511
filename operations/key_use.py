"""What the cryptographic actions check alike, in AWS's order: usage, algorithm, then the context's size."""

from collections.abc import Mapping
from datetime import datetime

from core.crypto.encryption_context import canonical_bytes
from core.crypto.key_specs import KeySpec, KeyUsage
from core.errors import (
    InvalidKeyUsageException,
    KMSInvalidStateException,
    UnsupportedOperationException,
    ValidationException,
)
from operations.snapshots import KeySnapshot, MaterialSnapshot

SYMMETRIC = "SYMMETRIC_DEFAULT"
# AWS documents no limit. Decision: kms-semantics 4.13.
MAX_CONTEXT_BYTES = 8192


def check_usage(key: KeySnapshot, usage: KeyUsage, operation: str) -> None:
    """Raise InvalidKeyUsageException unless the key is for ``usage``; ``operation`` is named in the text."""
    if key.key_usage != usage:
        raise InvalidKeyUsageException(key_arn=key.arn, usage=key.key_usage, operation=operation)


def check_encryption_algorithm(key: KeySnapshot, algorithm: str | None) -> None:
    """Raise InvalidKeyUsageException unless the algorithm (default SYMMETRIC_DEFAULT) fits the key's spec."""
    wanted = algorithm or SYMMETRIC
    if (wanted == SYMMETRIC) != (key.key_spec == KeySpec.SYMMETRIC_DEFAULT):
        raise InvalidKeyUsageException(f"Algorithm {wanted} is incompatible with key spec {key.key_spec}.")


def checked_context(context: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the encryption context; raises ValidationException if its canonical form is over 8,192 bytes."""
    if not context:
        return {}
    if len(canonical_bytes(context)) > MAX_CONTEXT_BYTES:
        raise ValidationException(f"The encryption context is larger than {MAX_CONTEXT_BYTES} bytes.")
    return context


def current_material(key: KeySnapshot, now: datetime) -> MaterialSnapshot:
    """Return the material that encrypts now; raises KMSInvalidStateException for a key without any."""
    material = key.current_material(now)
    if material is None:
        raise KMSInvalidStateException(key_arn=key.arn, state="pending import")
    return material


def refuse_recipient(recipient: object) -> None:
    """Raise UnsupportedOperationException for an attested answer: ignoring it would leak the plaintext."""
    if recipient is not None:
        raise UnsupportedOperationException("Recipient is not available in this installation.")
