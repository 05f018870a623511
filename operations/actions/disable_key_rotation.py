"""DisableKeyRotation: stop rotating automatically; old material stays. Source: API Reference, DisableKeyRotation."""

from audit.changes import Touched
from core.calls import Call
from core.messages import DisableKeyRotationRequest
from keys import queries
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("DisableKeyRotation", writes=True, logged=("key_id",), resolve=by_key_id())
def disable_key_rotation(call: Call, request: DisableKeyRotationRequest, key: KeySnapshot) -> Outcome:
    row = queries.load_key(key.pk)
    row.rotation_enabled = False
    row.next_rotation_at = None
    row.save(update_fields=["rotation_enabled", "next_rotation_at"])
    return Outcome(elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
