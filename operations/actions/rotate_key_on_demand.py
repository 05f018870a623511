"""RotateKeyOnDemand: give the key new material now; the old opens old ciphertext for ever.

Source: API Reference, RotateKeyOnDemand; kms-semantics 4.9: at most 25 for a key's whole life; while one runs, a second
call succeeds and starts nothing; the automatic schedule does not move.
"""

from datetime import timedelta

from django.conf import settings

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import ConflictException, LimitExceededException, UnsupportedOperationException
from core.messages import RotateKeyOnDemandRequest
from keys import queries, stored_keys
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot

MAX_ON_DEMAND_ROTATIONS = 25
# Source: API Reference, ConflictException: an automatic rotation is due within this time.
MINUTES_BEFORE_AUTOMATIC = 20


@kms_operation("RotateKeyOnDemand", writes=True, logged=("key_id",), resolve=by_key_id())
def rotate_key_on_demand(call: Call, request: RotateKeyOnDemandRequest, key: KeySnapshot) -> Outcome:
    if key.key_spec != KeySpec.SYMMETRIC_DEFAULT:
        raise UnsupportedOperationException()
    answer = Outcome(
        members={"KeyId": key.arn}, elements={"keyId": request.key_id}, touched=[(Touched.KEY, str(key.pk))]
    )
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
    stored_keys.add_material(queries.load_key(key.pk), stored_keys.ON_DEMAND, call.time, current_from)
    return answer
