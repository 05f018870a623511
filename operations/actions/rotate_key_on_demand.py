"""RotateKeyOnDemand: give the key new material now; the old opens old ciphertext for ever.

Source: API Reference, RotateKeyOnDemand; kms-semantics 4.9: at most 25 for a key's whole life; while one runs, a second
call succeeds and starts nothing; the automatic schedule does not move. A key of origin EXTERNAL rotates to the material
that was imported for it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from msgspec.structs import replace

from core.calls import Call
from core.crypto.key_specs import KeySpec, Origin
from core.errors import (
    ConflictException,
    KMSInvalidStateException,
    LimitExceededException,
    UnsupportedOperationException,
)
from core.messages import RotateKeyOnDemandRequest
from keys import queries, stored_keys
from keys.stored_imports import rotate_to
from operations.registry import Outcome, kms_operation
from operations.related_keys import awaits_replicas, refuse_replica, synchronized, touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot

MAX_ON_DEMAND_ROTATIONS = 25
# Source: API Reference, ConflictException: an automatic rotation is due within this time.
MINUTES_BEFORE_AUTOMATIC = 20


@kms_operation("RotateKeyOnDemand", writes=True, logged=("key_id",), resolve=by_key_id())
def rotate_key_on_demand(call: Call, request: RotateKeyOnDemandRequest, key: KeySnapshot) -> Outcome:
    if key.key_spec != KeySpec.SYMMETRIC_DEFAULT:
        raise UnsupportedOperationException()
    refuse_replica(key, "RotateKeyOnDemand")
    answer = Outcome(members={"KeyId": key.arn}, elements={"keyId": request.key_id}, touched=touched_copies(key))
    if key.pending_rotation(call.time) is not None:
        return answer
    due = key.next_rotation_at
    if due is not None and due <= call.time + timedelta(minutes=MINUTES_BEFORE_AUTOMATIC):
        raise ConflictException(
            f"An automatic rotation is under way or due within {MINUTES_BEFORE_AUTOMATIC} minutes: {key.arn}"
        )
    if queries.count_rotations(key.pk, stored_keys.ON_DEMAND) >= MAX_ON_DEMAND_ROTATIONS:
        raise LimitExceededException(
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            f"performed for this key: {key.arn}"
        )
    current_from = call.time + timedelta(seconds=settings.KMS_ROTATION_SECONDS)
    row = queries.load_key(key.pk)
    if key.origin is Origin.EXTERNAL:
        rotate_to(row, imported_for_rotation(key, call.time), stored_keys.ON_DEMAND, current_from)
    else:
        stored_keys.add_material(row, stored_keys.ON_DEMAND, call.time, current_from)
    return replace(answer, further=synchronized(key, call.time))


def imported_for_rotation(key: KeySnapshot, now: datetime) -> str:
    """Return the id of the material that has been imported to be rotated to, in every Region."""
    pending = key.pending_import()
    if pending is None:
        raise KMSInvalidStateException(f"No available key material pending rotation for the key: {key.arn}.")
    if awaits_replicas(key, pending, now):
        raise KMSInvalidStateException(
            "Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region "
            "key."
        )
    return pending.material_id
