"""Sign: sign a message, or its digest, with a private key that never leaves the service.

Source: API Reference, Sign.
"""

from core.calls import Call
from core.messages import SignRequest
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.signatures import RAW, checked_signing
from operations.snapshots import KeySnapshot


@kms_operation(
    "Sign",
    logged=("key_id", ("message_type", RAW), "signing_algorithm", "dry_run"),
    resolve=by_key_id(aliases=True),
    quick=True,
)
def sign(call: Call, request: SignRequest, key: KeySnapshot) -> Outcome:
    handle, algorithm, message_type = checked_signing(request, key, key_time(call, key), "Sign")
    return Outcome(
        members={
            "KeyId": key.arn,
            "Signature": handle.sign(algorithm, request.message, message_type),
            "SigningAlgorithm": algorithm,
        }
    )
