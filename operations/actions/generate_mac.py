"""GenerateMac: the HMAC of a message. Source: API Reference, GenerateMac; always the digest's full length."""

from core.calls import Call
from core.crypto.algorithms import MacAlgorithm
from core.crypto.hmac_handle import HmacHandle
from core.crypto.key_specs import KeyUsage
from core.messages import GenerateMacRequest
from operations.key_time import key_time
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "GenerateMac", logged=("key_id", "mac_algorithm", "dry_run"), resolve=by_key_id(aliases=True), quick=True
)
def generate_mac(call: Call, request: GenerateMacRequest, key: KeySnapshot) -> Outcome:
    check_usage(key, KeyUsage.GENERATE_VERIFY_MAC, "GenerateMac")
    check_algorithm(key, request.mac_algorithm)
    algorithm = MacAlgorithm(request.mac_algorithm)
    mac = current_handle(key, key_time(call, key), HmacHandle).mac(algorithm, request.message)
    return Outcome(members={"Mac": mac, "MacAlgorithm": algorithm, "KeyId": key.arn})
