"""CancelKeyDeletion: keep a key that was to be deleted; it becomes Disabled, whatever it was before, or PendingImport.

Source: API Reference, CancelKeyDeletion; kms-semantics 4.7.
"""

from core.calls import Call
from core.key_states import Circumstance, next_state
from core.messages import CancelKeyDeletionRequest
from keys import queries
from keys.stored_replicas import plan_deletion_of_primary
from operations.registry import Outcome, kms_operation
from operations.related_keys import touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("CancelKeyDeletion", writes=True, logged=("key_id",), resolve=by_key_id())
def cancel_key_deletion(call: Call, request: CancelKeyDeletionRequest, key: KeySnapshot) -> Outcome:
    lacks = Circumstance.LACKS_MATERIAL if key.lacks_material(call.time) else None
    row = queries.load_key(key.pk)
    row.state = next_state("CancelKeyDeletion", key.stored_state, frozenset({lacks} if lacks else ()))
    row.deletion_date = row.pending_window_days = None
    row.save(update_fields=["state", "deletion_date", "pending_window_days"])
    plan_deletion_of_primary(row)
    return Outcome(members={"KeyId": key.arn}, elements={"keyId": key.arn}, touched=touched_copies(key))
