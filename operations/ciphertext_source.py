"""The decrypting side of Decrypt and ReEncrypt: which key a ciphertext belongs to, and opening it.

Source: kms-semantics 4.16, the decision table; 1.10 for ``DryRunModifiers``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from core.arn import is_key_id
from core.calls import Call
from core.crypto.algorithms import EncryptionAlgorithm
from core.crypto.ciphertext import parse_material_id
from core.crypto.handles import SymmetricHandle
from core.crypto.key_specs import KeyUsage
from core.crypto.rsa_handles import RsaEncryptionHandle
from core.errors import (
    IncorrectKeyException,
    InvalidCiphertextException,
    KmsError,
    NotFoundException,
    ValidationException,
)
from operations.key_time import key_time
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, current_handle
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot, find_key_of_material

IGNORE_CIPHERTEXT = "IGNORE_CIPHERTEXT"


def source_subject(
    call: Call,
    blob: bytes | None,
    key_id: str | None,
    algorithm: str | None,
    *,
    member: str,
    dry_run: bool,
    modifiers: Sequence[str] | None,
) -> Subject:
    """Return the key to decrypt with: the request's if it names one, else the ciphertext's.

    Raises ValidationException for a request that gives too little, InvalidCiphertextException for other bytes.
    """
    ignored = ignores_ciphertext(modifiers)
    if modifiers and not dry_run:
        raise ValidationException("DryRunModifiers can only be specified when DryRun is true")
    if key_id is None and (ignored or (algorithm or SYMMETRIC) != SYMMETRIC):
        raise ValidationException(f"{member} must not be null")
    if blob is None and not ignored:
        raise ValidationException(
            "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: "
            "Member must not be null"
        )
    if key_id is not None:
        return _named_source(call, key_id, None if ignored else blob)
    assert blob is not None
    key = _key_of(call, blob)
    if key is None:
        unknown: KmsError = NotFoundException("The ciphertext refers to a key that does not exist.")
        return Subject(None, "", refusal=unknown, from_ciphertext=True)
    return Subject(key, key.arn, from_ciphertext=True)


def ignores_ciphertext(modifiers: Sequence[str] | None) -> bool:
    """Tell whether a dry run asks about permission only; the ciphertext may be missing then, and is not looked at."""
    return IGNORE_CIPHERTEXT in (modifiers or ())


def _key_of(call: Call, blob: bytes) -> KeySnapshot | None:
    """Return the key that a symmetric ciphertext names, of whatever account; raises InvalidCiphertextException."""
    key = find_key_of_material(call.region, parse_material_id(blob))
    return None if key is None or key.is_deleted(key_time(call, key)) else key


def _named_source(call: Call, key_id: str, blob: bytes | None) -> Subject:
    try:
        subject = replace(find_subject(call, key_id), recorded_as=None)
    except NotFoundException as error:
        # The ARN of another Region's copy of a multi-Region key is another key, not a missing one.
        if (error.message or "").startswith("Invalid arn ") and ":key/mrk-" in key_id:
            raise IncorrectKeyException() from None
        raise
    if subject.key is None and blob is not None and is_key_id(key_id):
        return _of_another_account(call, key_id, blob) or subject
    return subject


def _of_another_account(call: Call, key_id: str, blob: bytes) -> Subject | None:
    """Return the key of a bare id that is not the caller's, if the ciphertext names it: the id need not be an ARN."""
    try:
        key = _key_of(call, blob)
    except InvalidCiphertextException:
        return None
    return Subject(key, key.arn) if key is not None and key.key_id == key_id else None


def check_source(key: KeySnapshot, algorithm: str | None, operation: str) -> None:
    """Raise InvalidKeyUsageException unless the key decrypts with this algorithm; the text names ``operation``."""
    check_usage(key, KeyUsage.ENCRYPT_DECRYPT, operation)
    check_encryption_algorithm(key, algorithm)


def open_source(
    key: KeySnapshot,
    blob: bytes,
    algorithm: str | None,
    context: Mapping[str, str] | None,
    now: datetime,
    operation: str,
) -> tuple[bytes, str | None]:
    """Decrypt; returns the plaintext and, for a symmetric ciphertext, the id of its material.

    A symmetric ciphertext says itself which key it needs, so any other key, whatever its spec and usage, is an
    IncorrectKeyException (recorded), and bytes that are no such ciphertext are an InvalidCiphertextException.
    """
    if (algorithm or SYMMETRIC) == SYMMETRIC:
        return _open_symmetric(key, blob, context)
    check_source(key, algorithm, operation)
    checked_context(key, context)
    handle = current_handle(key, now, RsaEncryptionHandle)
    return handle.decrypt(EncryptionAlgorithm(str(algorithm)), blob), None


def _open_symmetric(key: KeySnapshot, blob: bytes, context: Mapping[str, str] | None) -> tuple[bytes, str]:
    material_id = parse_material_id(blob)
    material = key.material(material_id)
    if material is None:
        if find_key_of_material(key.region, material_id) is not None:
            raise IncorrectKeyException()
        raise InvalidCiphertextException()
    if not isinstance(material.handle, SymmetricHandle):
        raise InvalidCiphertextException()
    return material.handle.decrypt(blob, checked_context(key, context)), material_id
