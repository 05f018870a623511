"""Decapsulate: the shared secret of a ciphertext that Encapsulate, or anybody with the public key, made (ML-KEM).

Source: API Reference, Decapsulate. A ciphertext of a wrong length is refused; any other that is not this key's gives a
pseudo-random secret, never an error (FIPS 203, implicit rejection).
"""

from core.calls import Call
from core.crypto.key_specs import KeyUsage
from core.crypto.ml_kem_handle import MlKemHandle
from core.messages import DecapsulateRequest
from operations.key_time import key_time
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "Decapsulate", logged=("key_id", "encapsulation_algorithm", "dry_run"), resolve=by_key_id(aliases=True), quick=True
)
def decapsulate(call: Call, request: DecapsulateRequest, key: KeySnapshot) -> Outcome:
    check_usage(key, KeyUsage.ENCAPSULATE_DECAPSULATE, "Decapsulate")
    check_algorithm(key, request.encapsulation_algorithm)
    secret = current_handle(key, key_time(call, key), MlKemHandle).decapsulate(request.shared_secret_ciphertext_blob)
    return Outcome(
        members={
            "KeyId": key.arn,
            "SharedSecret": secret,
            "EncapsulationAlgorithm": request.encapsulation_algorithm,
        }
    )
