"""GenerateRandom: random bytes from the operating system's generator.

Source: API Reference, GenerateRandom. NumberOfBytes is required, though the service model calls it optional.
"""

from core.calls import Call
from core.crypto import random_bytes
from core.errors import ValidationException
from core.messages import GenerateRandomRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.recipients import recipient_of
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject


def check_request(call: Call, request: GenerateRandomRequest) -> tuple[Subject, ...]:
    if request.number_of_bytes is None:
        raise ValidationException("NumberOfBytes is required.")
    return ()


@kms_operation("GenerateRandom", logged=("number_of_bytes", "custom_key_store_id"), resolve=check_request, quick=True)
def generate_random(call: Call, request: GenerateRandomRequest) -> Outcome:
    assert request.number_of_bytes is not None
    if request.custom_key_store_id is not None:
        refuse_unknown_store(request.custom_key_store_id)
    recipient = recipient_of(call, request.recipient)
    drawn = random_bytes.generate_random(request.number_of_bytes)
    return Outcome(members=recipient.answer("Plaintext", drawn), additional=recipient.additional())
