"""Encrypt: encrypt up to 4,096 bytes under a KMS key.

Source: API Reference, Encrypt; the answer names no key material (kms-semantics 2.3).
"""

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.messages import EncryptRequest
from operations.key_time import key_time
from operations.key_use import SYMMETRIC, check_encryption_algorithm, check_usage, checked_context, encrypt_under
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "Encrypt",
    logged=("key_id", ("encryption_algorithm", SYMMETRIC), "encryption_context", "dry_run"),
    resolve=by_key_id(aliases=True),
    quick=True,
)
def encrypt(call: Call, request: EncryptRequest, key: KeySnapshot) -> Outcome:
    algorithm = request.encryption_algorithm or SYMMETRIC
    check_usage(key, KeyUsage.ENCRYPT_DECRYPT, "Encrypt")
    check_encryption_algorithm(key, algorithm)
    context = checked_context(key, request.encryption_context)
    blob, material_id = encrypt_under(key, key_time(call, key), algorithm, request.plaintext, context)
    return Outcome(
        members={"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": algorithm},
        additional={"keyMaterialId": material_id} if material_id else None,
    )
