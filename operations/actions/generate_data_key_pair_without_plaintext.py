"""GenerateDataKeyPairWithoutPlaintext: a key pair for use outside, its private half encrypted only.

Source: API Reference, GenerateDataKeyPairWithoutPlaintext.
"""

from core.calls import Call
from core.messages import GenerateDataKeyPairWithoutPlaintextRequest
from operations.data_key_pairs import PreparedPair, prepare_pair, seal_pair
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot

_NAME = "GenerateDataKeyPairWithoutPlaintext"


def _prepare(call: Call, request: GenerateDataKeyPairWithoutPlaintextRequest, key: KeySnapshot) -> PreparedPair:
    return prepare_pair(request, key, key_time(call, key), _NAME)


@kms_operation(
    _NAME,
    logged=("key_id", "key_pair_spec", "encryption_context", "dry_run"),
    resolve=by_key_id(aliases=True),
    prepare=_prepare,
)
def generate_data_key_pair_without_plaintext(
    call: Call, request: GenerateDataKeyPairWithoutPlaintextRequest, key: KeySnapshot, pair: PreparedPair
) -> Outcome:
    members, additional = seal_pair(request, key, key_time(call, key), _NAME, pair)
    return Outcome(members=members, additional=additional)
