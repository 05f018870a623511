"""GetKeyLastUsage: the last successful cryptographic operation with a key. Source: API Reference, GetKeyLastUsage."""

from core.calls import Call
from core.messages import GetKeyLastUsageRequest
from operations.last_usage import last_usage
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("GetKeyLastUsage", logged=("key_id",), resolve=by_key_id())
def get_key_last_usage(call: Call, request: GetKeyLastUsageRequest, key: KeySnapshot) -> Outcome:
    usage = last_usage(key)
    members: dict[str, object] = {}
    if usage is not None:
        members = {
            "Operation": usage.operation,
            "Timestamp": usage.time,
            "CloudTrailEventId": usage.event_id,
            "KmsRequestId": usage.request_id,
        }
    return Outcome(
        members={
            "KeyId": key.arn,
            "KeyLastUsage": members,
            # The audit trail goes back to the key's beginning.
            "TrackingStartDate": key.created_at,
            "KeyCreationDate": key.created_at,
        }
    )
