"""ReEncrypt: decrypt and encrypt again under another key, context or material, without showing the plaintext.

Source: API Reference, ReEncrypt; permissions kms:ReEncryptFrom and kms:ReEncryptTo.
"""

from msgspec.structs import replace

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.messages import ReEncryptRequest
from operations.ciphertext_source import open_source, source_subject
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, current_material
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
    ),
    resolve=resolve_both,
)
def re_encrypt(call: Call, request: ReEncryptRequest, source: KeySnapshot, destination: KeySnapshot) -> Outcome:
    check_usage(source, KeyUsage.ENCRYPT_DECRYPT, "ReEncryptFrom")
    check_encryption_algorithm(source, request.source_encryption_algorithm)
    check_usage(destination, KeyUsage.ENCRYPT_DECRYPT, "ReEncryptTo")
    check_encryption_algorithm(destination, request.destination_encryption_algorithm)
    destination_context = checked_context(request.destination_encryption_context)
    if request.ciphertext_blob is None:  # DryRun with IGNORE_CIPHERTEXT: only the authorization is asked
        return Outcome(members={})
    plaintext, opened_with = open_source(
        source, request.ciphertext_blob, checked_context(request.source_encryption_context)
    )
    sealed_with = current_material(destination, call.time)
    return Outcome(
        members={
            "CiphertextBlob": sealed_with.handle.encrypt(plaintext, destination_context),
            "SourceKeyId": source.arn,
            "KeyId": destination.arn,
            "SourceEncryptionAlgorithm": SYMMETRIC,
            "DestinationEncryptionAlgorithm": SYMMETRIC,
            "SourceKeyMaterialId": opened_with.material_id,
            "DestinationKeyMaterialId": sealed_with.material_id,
        },
        additional={
            "sourceKeyMaterialId": opened_with.material_id,
            "destinationKeyMaterialId": sealed_with.material_id,
        },
    )
