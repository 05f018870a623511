"""Decrypt: open a ciphertext that Encrypt, ReEncrypt or a data key operation made.

Source: API Reference, Decrypt; kms-semantics 4.16 (which key, which error). A symmetric ciphertext names its key; a
``KeyId`` in the request must be that key.
"""

from msgspec.structs import replace

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.messages import DecryptRequest
from operations.ciphertext_source import open_source, source_subject
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, refuse_recipient
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.snapshots import KeySnapshot


def resolve_decrypt(call: Call, request: DecryptRequest) -> tuple[Subject, ...]:
    subject = source_subject(
        call,
        request.ciphertext_blob,
        request.key_id,
        request.encryption_algorithm,
        member="KeyId",
        dry_run=bool(request.dry_run),
        modifiers=request.dry_run_modifiers,
    )
    return (replace(subject, recorded_as="keyId"),)


@kms_operation(
    "Decrypt",
    logged=("key_id", ("encryption_algorithm", SYMMETRIC), "encryption_context", "dry_run"),
    resolve=resolve_decrypt,
)
def decrypt(call: Call, request: DecryptRequest, key: KeySnapshot) -> Outcome:
    refuse_recipient(request.recipient)
    check_usage(key, KeyUsage.ENCRYPT_DECRYPT, "Decrypt")
    check_encryption_algorithm(key, request.encryption_algorithm)
    if request.ciphertext_blob is None:  # DryRun with IGNORE_CIPHERTEXT: only the authorization is asked
        return Outcome(members={})
    plaintext, material = open_source(key, request.ciphertext_blob, checked_context(request.encryption_context))
    return Outcome(
        members={
            "Plaintext": plaintext,
            "KeyId": key.arn,
            "EncryptionAlgorithm": SYMMETRIC,
            "KeyMaterialId": material.material_id,
        },
        additional={"keyMaterialId": material.material_id},
    )
