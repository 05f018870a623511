"""What Sign and Verify check alike, in AWS's order: usage, algorithm, type of the message, length of a digest.

Source: API Reference, Sign; kms-semantics 0.3 and 4.18.
"""

from datetime import datetime

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.asymmetric import SigningHandle
from core.crypto.key_specs import KeyUsage
from core.crypto.signing import MessageType, check_message
from core.messages import SignRequest, VerifyRequest
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.snapshots import KeySnapshot

RAW = MessageType.RAW


def checked_signing(
    request: SignRequest | VerifyRequest, key: KeySnapshot, now: datetime, operation: str
) -> tuple[SigningHandle, SigningAlgorithm, MessageType]:
    """Return what signs or verifies, and how; raises InvalidKeyUsageException or ValidationException."""
    check_usage(key, KeyUsage.SIGN_VERIFY, operation)
    check_algorithm(key, request.signing_algorithm)
    algorithm, message_type = SigningAlgorithm(request.signing_algorithm), MessageType(request.message_type or RAW)
    check_message(key.key_spec, algorithm, message_type, request.message)
    return current_handle(key, now, SigningHandle), algorithm, message_type  # type: ignore[type-abstract]
