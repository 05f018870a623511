"""The decrypting side of Decrypt and ReEncrypt: which key a ciphertext belongs to, and opening it.

Source: kms-semantics 4.16, the decision table; 1.10 for ``DryRunModifiers``.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from core.calls import Call
from core.crypto.ciphertext import parse_material_id
from core.errors import (
    IncorrectKeyException,
    InvalidCiphertextException,
    KmsError,
    NotFoundException,
    ValidationException,
)
from operations.key_use import SYMMETRIC
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot, MaterialSnapshot, find_key_of_material

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
    ignored = IGNORE_CIPHERTEXT in (modifiers or ())
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
        return _named_source(call, key_id)
    assert blob is not None
    material_id = parse_material_id(blob)
    key = find_key_of_material(call.region, material_id)
    if key is None or key.is_deleted(call.time):
        unknown: KmsError = NotFoundException("The ciphertext refers to a key that does not exist.")
        return Subject(None, "", refusal=unknown, from_ciphertext=True)
    return Subject(key, key.arn, from_ciphertext=True)


def _named_source(call: Call, key_id: str) -> Subject:
    try:
        return replace(find_subject(call, key_id), recorded_as=None)
    except NotFoundException as error:
        # The ARN of another Region's copy of a multi-Region key is another key, not a missing one.
        if (error.message or "").startswith("Invalid arn ") and ":key/mrk-" in key_id:
            raise IncorrectKeyException() from None
        raise


def open_source(key: KeySnapshot, blob: bytes, context: Mapping[str, str]) -> tuple[bytes, MaterialSnapshot]:
    """Decrypt; raises IncorrectKeyException for another key's blob, InvalidCiphertextException for anything else."""
    material_id = parse_material_id(blob)
    material = key.material(material_id)
    if material is None:
        if find_key_of_material(key.region, material_id) is not None:
            raise IncorrectKeyException()
        raise InvalidCiphertextException()
    return material.handle.decrypt(blob, context), material
