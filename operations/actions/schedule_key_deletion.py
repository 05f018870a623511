"""ScheduleKeyDeletion: make a key unusable at once and delete it after a waiting period of 7 to 30 days.

Source: API Reference, ScheduleKeyDeletion; kms-semantics 4.7. The deletion date is the call's time plus the period,
milliseconds kept. A primary key with replicas waits for these to go first, then its own period begins.
"""

from datetime import timedelta

from core.calls import Call
from core.errors import ValidationException
from core.key_states import Circumstance, next_state
from core.messages import ScheduleKeyDeletionRequest
from keys import queries
from keys.stored_replicas import plan_deletion_of_primary
from operations.metadata import audit_value
from operations.registry import Outcome, kms_operation
from operations.related_keys import touched_copies
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot

SHORTEST_DAYS, LONGEST_DAYS, DEFAULT_DAYS = 7, 30, 30


def resolve_key(call: Call, request: ScheduleKeyDeletionRequest) -> tuple[Subject, ...]:
    waiting_period_days(request)
    return (find_subject_without_alias(call, request.key_id),)


def waiting_period_days(request: ScheduleKeyDeletionRequest) -> int:
    """Return the waiting period; raises ValidationException, as the service model's limits are wider than the rule."""
    days = DEFAULT_DAYS if request.pending_window_in_days is None else request.pending_window_in_days
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise ValidationException(f"PendingWindowInDays must be between {SHORTEST_DAYS} and {LONGEST_DAYS}")
    return days


@kms_operation(
    "ScheduleKeyDeletion",
    writes=True,
    logged=("key_id", ("pending_window_in_days", DEFAULT_DAYS)),
    resolve=resolve_key,
)
def schedule_key_deletion(call: Call, request: ScheduleKeyDeletionRequest, key: KeySnapshot) -> Outcome:
    days = waiting_period_days(request)
    replicas = key.is_primary and bool(key.living_relatives(call.time))
    circumstances = frozenset({Circumstance.HAS_REPLICAS} if replicas else ())
    row = queries.load_key(key.pk)
    row.state = next_state("ScheduleKeyDeletion", key.state(call.time), circumstances)
    if replicas:
        row.pending_window_days = days
    else:
        row.deletion_date = call.time + timedelta(days=days)
    row.save(update_fields=["state", "deletion_date", "pending_window_days"])
    plan_deletion_of_primary(row)
    members: dict[str, object] = {"KeyId": key.arn, "KeyState": row.state, "PendingWindowInDays": days}
    elements = {"keyId": key.arn, "keyState": row.state, "pendingWindowInDays": days}
    if not replicas:
        members["DeletionDate"] = row.deletion_date
        elements["deletionDate"] = audit_value(row.deletion_date)
    return Outcome(members=members, elements=elements, touched=touched_copies(key))
