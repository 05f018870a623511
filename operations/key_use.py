"""What the cryptographic actions check alike, in AWS's order: usage, algorithm, then the context's size."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from core.crypto.algorithms import ALGORITHMS, EncryptionAlgorithm
from core.crypto.encryption_context import canonical_bytes
from core.crypto.handles import KeyHandle, SymmetricHandle
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.rsa_handles import RsaEncryptionHandle
from core.errors import (
    InvalidKeyUsageException,
    KMSInvalidStateException,
    ValidationException,
)
from operations.snapshots import KeySnapshot, MaterialSnapshot

Handle = TypeVar("Handle", bound=KeyHandle)

SYMMETRIC = "SYMMETRIC_DEFAULT"
# AWS documents no limit. Decision: kms-semantics 4.13.
MAX_CONTEXT_BYTES = 8192


def check_usage(key: KeySnapshot, usage: KeyUsage, operation: str) -> None:
    """Raise InvalidKeyUsageException unless the key is for ``usage``; ``operation`` is named in the text."""
    if key.key_usage != usage:
        raise InvalidKeyUsageException(key_arn=key.arn, usage=key.key_usage, operation=operation)


def check_algorithm(key: KeySnapshot, algorithm: str) -> None:
    """Raise InvalidKeyUsageException unless a key of this spec and usage has the algorithm."""
    if algorithm not in ALGORITHMS[key.key_usage][key.key_spec]:
        raise InvalidKeyUsageException(f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}.")


def check_encryption_algorithm(key: KeySnapshot, algorithm: str | None) -> None:
    """Raise InvalidKeyUsageException unless the algorithm (default SYMMETRIC_DEFAULT) fits the key's spec."""
    check_algorithm(key, algorithm or SYMMETRIC)


def checked_context(key: KeySnapshot, context: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the encryption context.

    Raises ValidationException if its canonical form is over 8,192 bytes, or if an RSA key is given any pair.
    """
    if not context:
        return {}
    if key.key_spec is not KeySpec.SYMMETRIC_DEFAULT:
        raise ValidationException("EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.")
    if len(canonical_bytes(context)) > MAX_CONTEXT_BYTES:
        raise ValidationException(f"The encryption context is larger than {MAX_CONTEXT_BYTES} bytes.")
    return context


def current_material(key: KeySnapshot, now: datetime) -> MaterialSnapshot:
    """Return the material that encrypts now; raises KMSInvalidStateException for a key without any."""
    material = key.current_material(now)
    if material is None:
        raise KMSInvalidStateException(key_arn=key.arn, state="pending import")
    return material


def current_handle(key: KeySnapshot, now: datetime, kind: type[Handle]) -> Handle:
    """Return the handle of the current material; the key's spec and usage, checked before, tell its kind."""
    handle = current_material(key, now).handle
    assert isinstance(handle, kind)
    return handle


def encrypt_under(
    key: KeySnapshot, now: datetime, algorithm: str | None, plaintext: bytes, context: Mapping[str, str]
) -> tuple[bytes, str | None]:
    """Return a ciphertext and, for a symmetric key, the id of the material used.

    Usage and algorithm are checked before. Raises ValidationException for more bytes than an RSA key can encrypt.
    """
    material = current_material(key, now)
    handle = material.handle
    if isinstance(handle, SymmetricHandle):
        return handle.encrypt(plaintext, context), material.material_id
    assert isinstance(handle, RsaEncryptionHandle)
    return handle.encrypt(EncryptionAlgorithm(str(algorithm)), plaintext), None
