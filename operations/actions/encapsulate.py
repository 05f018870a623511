"""Encapsulate: a fresh shared secret, and the ciphertext that lets the key's holder find it (ML-KEM).

Source: API Reference, Encapsulate.
"""

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.crypto.ml_kem_handle import MlKemHandle
from core.messages import EncapsulateRequest
from operations.key_time import key_time
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "Encapsulate", logged=("key_id", "encapsulation_algorithm", "dry_run"), resolve=by_key_id(aliases=True), quick=True
)
def encapsulate(call: Call, request: EncapsulateRequest, key: KeySnapshot) -> Outcome:
    check_usage(key, KeyUsage.ENCAPSULATE_DECAPSULATE, "Encapsulate")
    check_algorithm(key, request.encapsulation_algorithm)
    secret, ciphertext = current_handle(key, key_time(call, key), MlKemHandle).encapsulate()
    return Outcome(
        members={
            "KeyId": key.arn,
            "SharedSecret": secret,
            "SharedSecretCiphertextBlob": ciphertext,
            "EncapsulationAlgorithm": request.encapsulation_algorithm,
        }
    )
