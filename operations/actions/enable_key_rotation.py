"""EnableKeyRotation: rotate the key's material every 90 to 2,560 days (default 365).

Source: API Reference, EnableKeyRotation; kms-semantics 4.8: the same period again changes nothing, another one starts
the count anew.
"""

from datetime import timedelta

from msgspec.structs import replace

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import UnsupportedOperationException
from core.messages import EnableKeyRotationRequest
from keys import queries, stored_keys
from operations.registry import Outcome, kms_operation
from operations.related_keys import refuse_replica, synchronized, touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot

DEFAULT_PERIOD_DAYS = 365


@kms_operation("EnableKeyRotation", writes=True, logged=("key_id", "rotation_period_in_days"), resolve=by_key_id())
def enable_key_rotation(call: Call, request: EnableKeyRotationRequest, key: KeySnapshot) -> Outcome:
    if key.key_spec != KeySpec.SYMMETRIC_DEFAULT:
        raise UnsupportedOperationException()
    refuse_replica(key, "EnableKeyRotation")
    asked = request.rotation_period_in_days
    row = queries.load_key(key.pk)
    done = Outcome(elements={"keyId": key.arn})
    if row.rotation_enabled and asked in (None, row.rotation_period_days):
        return done
    period = asked or DEFAULT_PERIOD_DAYS
    stored_keys.set_rotation(row, period, call.time + timedelta(days=period))
    return replace(done, touched=touched_copies(key), further=synchronized(key, call.time))
