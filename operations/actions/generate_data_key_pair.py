"""GenerateDataKeyPair: a key pair for use outside, its private half in clear and encrypted under a symmetric key.

Source: API Reference, GenerateDataKeyPair.
"""

from core.calls import Call
from core.messages import GenerateDataKeyPairRequest
from operations.data_key_pairs import PreparedPair, prepare_pair, seal_pair
from operations.key_time import key_time
from operations.recipients import recipient_of
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


def _prepare(call: Call, request: GenerateDataKeyPairRequest, key: KeySnapshot) -> PreparedPair:
    recipient_of(call, request.recipient)  # who cannot be answered to causes no work
    return prepare_pair(request, key, key_time(call, key), "GenerateDataKeyPair")


@kms_operation(
    "GenerateDataKeyPair",
    logged=("key_id", "key_pair_spec", "encryption_context", "dry_run"),
    resolve=by_key_id(aliases=True),
    prepare=_prepare,
)
def generate_data_key_pair(
    call: Call, request: GenerateDataKeyPairRequest, key: KeySnapshot, pair: PreparedPair
) -> Outcome:
    recipient = recipient_of(call, request.recipient)
    members, additional = seal_pair(request, key, key_time(call, key), "GenerateDataKeyPair", pair)
    return Outcome(
        members={**recipient.answer("PrivateKeyPlaintext", pair.private_key), **members},
        additional=recipient.additional(additional),
    )
