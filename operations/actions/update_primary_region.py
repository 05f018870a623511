"""UpdatePrimaryRegion: make a replica the primary key, and the primary a replica.

Source: API Reference, UpdatePrimaryRegion; kms-semantics 4.11 and 3.6 (125, 126). Called in the Region of the primary;
both keys must be enabled, and show Updating for a moment while they go on working.
"""

from datetime import timedelta

from django.conf import settings

from core.arn import key_arn
from core.calls import Call
from core.errors import KMSInvalidStateException, ValidationException
from core.messages import UpdatePrimaryRegionRequest
from keys import queries
from keys.stored_replicas import move_primary
from operations.registry import FurtherEvent, Outcome, kms_operation
from operations.related_keys import synchronized_by, touched_copies
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot, find_key


def resolve_both(call: Call, request: UpdatePrimaryRegionRequest) -> tuple[Subject, ...]:
    """Return the key, and its copy in the Region that is to have the primary, if there is one."""
    subject = find_subject_without_alias(call, request.key_id)
    key = subject.key
    if key is None or not key.multi_region or request.primary_region == key.region:
        return (subject,)
    other = find_key(key.account_id, request.primary_region, key.key_id)
    if other is None or other.is_deleted(call.time):
        return (subject,)
    # Source: Developer Guide, log entry of UpdatePrimaryRegion: the key of this Region alone.
    return (subject, Subject(other, other.arn, listed=False))


@kms_operation("UpdatePrimaryRegion", writes=True, logged=("key_id", "primary_region"), resolve=resolve_both)
def update_primary_region(
    call: Call, request: UpdatePrimaryRegionRequest, key: KeySnapshot, replica: KeySnapshot | None = None
) -> Outcome:
    region = request.primary_region
    if not key.is_primary:
        raise KMSInvalidStateException(f"{key.arn} is not a multi-Region primary key.")
    if region == key.region:
        return Outcome(elements={"keyId": key.arn})
    if replica is None:
        raise ValidationException(f"{key.key_id} does not have a replica key in the specified Region.")
    settles_at = call.time + timedelta(seconds=settings.KMS_REPLICATION_SECONDS)
    move_primary(queries.load_key(key.pk), region, settles_at)
    there = key_arn(region, key.account_id, key.key_id)
    return Outcome(
        elements={"keyId": key.arn},
        touched=touched_copies(key),
        further=[
            FurtherEvent("kms:UpdatePrimaryRegion", region, (), {"keyId": there, "primaryRegion": region}),
            synchronized_by(region, there),
        ],
    )
