"""GetParametersForImport: a wrapping key and a token, with which key material can be sent within 24 hours.

Source: API Reference, GetParametersForImport; kms-semantics 4.10. Nothing is stored: the token carries what is needed.
"""

from core.calls import Call
from core.crypto.wrapping import WrappingAlgorithm, WrappingKeySpec, check_wrapping, generate_wrapping_key
from core.messages import GetParametersForImportRequest
from operations.import_tokens import make_token
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


def draw_pair(call: Call, request: GetParametersForImportRequest, key: KeySnapshot) -> tuple[bytes, bytes]:
    """Make the wrapping key, once however often the call is decided: RSA_4096 takes half a second."""
    spec = WrappingKeySpec(request.wrapping_key_spec)
    check_wrapping(key.key_spec, WrappingAlgorithm(request.wrapping_algorithm), spec)
    return generate_wrapping_key(spec)


@kms_operation(
    "GetParametersForImport",
    logged=("key_id", "wrapping_algorithm", "wrapping_key_spec"),
    resolve=by_key_id(),
    prepare=draw_pair,
)
def get_parameters_for_import(
    call: Call, request: GetParametersForImportRequest, key: KeySnapshot, pair: tuple[bytes, bytes]
) -> Outcome:
    private_key, public_key = pair
    token, valid_to = make_token(key, WrappingAlgorithm(request.wrapping_algorithm), private_key, call.time)
    return Outcome(
        members={"KeyId": key.arn, "ImportToken": token, "PublicKey": public_key, "ParametersValidTo": valid_to}
    )
