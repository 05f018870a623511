"""ReEncrypt: decrypt and encrypt again under another key, context or material, without showing the plaintext.

Source: API Reference, ReEncrypt; permissions kms:ReEncryptFrom and kms:ReEncryptTo.
"""

from msgspec.structs import replace

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.messages import ReEncryptRequest
from operations.ciphertext_source import check_source, ignores_ciphertext, open_source, source_subject
from operations.key_time import key_time
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, encrypt_under
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot


def resolve_both(call: Call, request: ReEncryptRequest) -> tuple[Subject, ...]:
    source = source_subject(
        call,
        request.ciphertext_blob,
        request.source_key_id,
        request.source_encryption_algorithm,
        member="SourceKeyId",
        dry_run=bool(request.dry_run),
        modifiers=request.dry_run_modifiers,
    )
    return replace(source, recorded_as="sourceKeyId"), find_subject(call, request.destination_key_id)


@kms_operation(
    "ReEncrypt",
    logged=(
        "source_key_id",
        "destination_key_id",
        ("source_encryption_algorithm", SYMMETRIC),
        ("destination_encryption_algorithm", SYMMETRIC),
        "source_encryption_context",
        "destination_encryption_context",
        "dry_run",
        "dry_run_modifiers",
    ),
    resolve=resolve_both,
    quick=True,
)
def re_encrypt(call: Call, request: ReEncryptRequest, source: KeySnapshot, destination: KeySnapshot) -> Outcome:
    opened_by = request.source_encryption_algorithm or SYMMETRIC
    sealed_by = request.destination_encryption_algorithm or SYMMETRIC
    ignored = request.ciphertext_blob is None or ignores_ciphertext(request.dry_run_modifiers)
    if ignored or opened_by != SYMMETRIC:
        check_source(source, opened_by, "ReEncryptFrom")
    check_usage(destination, KeyUsage.ENCRYPT_DECRYPT, "ReEncryptTo")
    check_encryption_algorithm(destination, sealed_by)
    destination_context = checked_context(destination, request.destination_encryption_context)
    if request.ciphertext_blob is None or ignored:
        return Outcome(members={})
    plaintext, opened_with = open_source(
        source,
        request.ciphertext_blob,
        opened_by,
        request.source_encryption_context,
        key_time(call, source),
        "ReEncryptFrom",
    )
    blob, sealed_with = encrypt_under(
        destination, key_time(call, destination), sealed_by, plaintext, destination_context
    )
    materials = {"sourceKeyMaterialId": opened_with, "destinationKeyMaterialId": sealed_with}
    return Outcome(
        members={
            "CiphertextBlob": blob,
            "SourceKeyId": source.arn,
            "KeyId": destination.arn,
            "SourceEncryptionAlgorithm": opened_by,
            "DestinationEncryptionAlgorithm": sealed_by,
            "SourceKeyMaterialId": opened_with,
            "DestinationKeyMaterialId": sealed_with,
        },
        additional={name: value for name, value in materials.items() if value} or None,
    )
