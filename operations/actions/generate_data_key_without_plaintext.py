"""GenerateDataKeyWithoutPlaintext: an encrypted data key only.

Source: API Reference, GenerateDataKeyWithoutPlaintext.
"""

from core.calls import Call
from core.messages import GenerateDataKeyWithoutPlaintextRequest
from operations.data_keys import data_key_bytes, make_data_key
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot


def resolve_data_key(call: Call, request: GenerateDataKeyWithoutPlaintextRequest) -> tuple[Subject, ...]:
    data_key_bytes(request)  # a rule that needs no key is checked before the key is looked for
    return (find_subject(call, request.key_id),)


@kms_operation(
    "GenerateDataKeyWithoutPlaintext",
    logged=("key_id", "key_spec", "number_of_bytes", "encryption_context", "dry_run"),
    resolve=resolve_data_key,
    quick=True,
)
def generate_data_key_without_plaintext(
    call: Call, request: GenerateDataKeyWithoutPlaintextRequest, key: KeySnapshot
) -> Outcome:
    _, blob, material_id = make_data_key(request, key, key_time(call, key), "GenerateDataKeyWithoutPlaintext")
    return Outcome(
        members={"CiphertextBlob": blob, "KeyId": key.arn, "KeyMaterialId": material_id},
        additional={"keyMaterialId": material_id},
    )
