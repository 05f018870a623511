"""CancelKeyDeletion: keep a key that was to be deleted; it becomes Disabled, whatever it was before.

Source: API Reference, CancelKeyDeletion; kms-semantics 4.7.
"""

from audit.changes import Touched
from core.calls import Call
from core.key_states import next_state
from core.messages import CancelKeyDeletionRequest
from keys import queries
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("CancelKeyDeletion", writes=True, logged=("key_id",), resolve=by_key_id())
def cancel_key_deletion(call: Call, request: CancelKeyDeletionRequest, key: KeySnapshot) -> Outcome:
    row = queries.load_key(key.pk)
    row.state = next_state("CancelKeyDeletion", key.stored_state)
    row.deletion_date = None
    row.save(update_fields=["state", "deletion_date"])
    return Outcome(members={"KeyId": key.arn}, elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
