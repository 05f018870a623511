"""DisableKeyRotation: stop rotating automatically; old material stays. Source: API Reference, DisableKeyRotation."""

from msgspec.structs import replace

from core.calls import Call
from core.messages import DisableKeyRotationRequest
from keys import queries, stored_keys
from operations.registry import Outcome, kms_operation
from operations.related_keys import refuse_replica, synchronized, touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("DisableKeyRotation", writes=True, logged=("key_id",), resolve=by_key_id())
def disable_key_rotation(call: Call, request: DisableKeyRotationRequest, key: KeySnapshot) -> Outcome:
    refuse_replica(key, "DisableKeyRotation")
    done = Outcome(elements={"keyId": key.arn})
    if not key.rotation_enabled:
        return done
    stored_keys.set_rotation(queries.load_key(key.pk), key.rotation_period_days, None)
    return replace(done, touched=touched_copies(key), further=synchronized(key, call.time))
