"""Decrypt: open a ciphertext that Encrypt, ReEncrypt or a data key operation made.

Source: API Reference, Decrypt; kms-semantics 4.16 (which key, which error). A symmetric ciphertext names its key; a
``KeyId`` in the request must be that key. An RSA ciphertext names nothing: its key and algorithm must be given.
"""

from msgspec.structs import replace

from core.calls import Call
from core.messages import DecryptRequest
from operations.ciphertext_source import check_source, ignores_ciphertext, open_source, source_subject
from operations.key_time import key_time
from operations.key_use import SYMMETRIC
from operations.recipients import recipient_of
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
    logged=("key_id", ("encryption_algorithm", SYMMETRIC), "encryption_context", "dry_run", "dry_run_modifiers"),
    resolve=resolve_decrypt,
    quick=True,
)
def decrypt(call: Call, request: DecryptRequest, key: KeySnapshot) -> Outcome:
    recipient = recipient_of(call, request.recipient)
    algorithm = request.encryption_algorithm or SYMMETRIC
    if request.ciphertext_blob is None or ignores_ciphertext(request.dry_run_modifiers):
        check_source(key, algorithm, "Decrypt")
        return Outcome(members={})
    plaintext, material_id = open_source(
        key, request.ciphertext_blob, algorithm, request.encryption_context, key_time(call, key), "Decrypt"
    )
    return Outcome(
        members={
            **recipient.answer("Plaintext", plaintext),
            "KeyId": key.arn,
            "EncryptionAlgorithm": algorithm,
            "KeyMaterialId": material_id,
        },
        additional=recipient.additional({"keyMaterialId": material_id} if material_id else None),
    )
