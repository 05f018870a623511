"""Verify: tell whether a signature is that of a message.

Source: API Reference, Verify. The answer is never "no": any other signature is a KMSInvalidSignatureException.
"""

from core.calls import Call
from core.messages import VerifyRequest
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.signatures import RAW, checked_signing
from operations.snapshots import KeySnapshot


@kms_operation(
    "Verify",
    logged=("key_id", ("message_type", RAW), "signing_algorithm", "dry_run"),
    resolve=by_key_id(aliases=True),
    quick=True,
)
def verify(call: Call, request: VerifyRequest, key: KeySnapshot) -> Outcome:
    handle, algorithm, message_type = checked_signing(request, key, key_time(call, key), "Verify")
    handle.verify(algorithm, request.message, message_type, request.signature)
    return Outcome(members={"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm})
