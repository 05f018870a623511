"""VerifyMac: tell whether a MAC is that of a message.

Source: API Reference, VerifyMac. A MAC that is not valid, or is only the beginning of one, is a KMSInvalidMacException.
"""

from core.calls import Call
from core.crypto.algorithms import MacAlgorithm
from core.crypto.hmac_handle import HmacHandle
from core.crypto.key_specs import KeyUsage
from core.messages import VerifyMacRequest
from operations.key_time import key_time
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("VerifyMac", logged=("key_id", "mac_algorithm", "dry_run"), resolve=by_key_id(aliases=True), quick=True)
def verify_mac(call: Call, request: VerifyMacRequest, key: KeySnapshot) -> Outcome:
    check_usage(key, KeyUsage.GENERATE_VERIFY_MAC, "VerifyMac")
    check_algorithm(key, request.mac_algorithm)
    algorithm = MacAlgorithm(request.mac_algorithm)
    current_handle(key, key_time(call, key), HmacHandle).verify(algorithm, request.message, request.mac)
    return Outcome(members={"KeyId": key.arn, "MacValid": True, "MacAlgorithm": algorithm})
