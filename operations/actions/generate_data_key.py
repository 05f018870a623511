"""GenerateDataKey: a data key in clear and encrypted.

Source: API Reference, GenerateDataKey.
"""

from core.calls import Call
from core.messages import GenerateDataKeyRequest
from operations.data_keys import data_key_bytes, make_data_key
from operations.key_time import key_time
from operations.recipients import recipient_of
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot


def resolve_data_key(call: Call, request: GenerateDataKeyRequest) -> tuple[Subject, ...]:
    data_key_bytes(request)  # a rule that needs no key is checked before the key is looked for
    return (find_subject(call, request.key_id),)


@kms_operation(
    "GenerateDataKey",
    logged=("key_id", "key_spec", "number_of_bytes", "encryption_context", "dry_run"),
    resolve=resolve_data_key,
    quick=True,
)
def generate_data_key(call: Call, request: GenerateDataKeyRequest, key: KeySnapshot) -> Outcome:
    recipient = recipient_of(call, request.recipient)
    data_key, blob, material_id = make_data_key(request, key, key_time(call, key), "GenerateDataKey")
    return Outcome(
        members={
            **recipient.answer("Plaintext", data_key),
            "CiphertextBlob": blob,
            "KeyId": key.arn,
            "KeyMaterialId": material_id,
        },
        additional=recipient.additional({"keyMaterialId": material_id}),
    )
