"""Encrypt: encrypt up to 4,096 bytes under a KMS key.

Source: API Reference, Encrypt; the answer names no key material (kms-semantics 2.3).
"""

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.messages import EncryptRequest
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, current_material
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "Encrypt",
    logged=("key_id", ("encryption_algorithm", SYMMETRIC), "encryption_context", "dry_run"),
    resolve=by_key_id(aliases=True),
)
def encrypt(call: Call, request: EncryptRequest, key: KeySnapshot) -> Outcome:
    check_usage(key, KeyUsage.ENCRYPT_DECRYPT, "Encrypt")
    check_encryption_algorithm(key, request.encryption_algorithm)
    context = checked_context(request.encryption_context)
    material = current_material(key, call.time)
    return Outcome(
        members={
            "CiphertextBlob": material.handle.encrypt(request.plaintext, context),
            "KeyId": key.arn,
            "EncryptionAlgorithm": SYMMETRIC,
        },
        additional={"keyMaterialId": material.material_id},
    )
