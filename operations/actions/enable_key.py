"""EnableKey: make a disabled key usable again.

Source: API Reference, EnableKey. Doing it twice succeeds and changes nothing.
"""

from core.calls import Call
from core.key_states import next_state
from core.messages import EnableKeyRequest
from keys import queries, stored_keys
from operations.registry import Outcome, kms_operation
from operations.related_keys import touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("EnableKey", writes=True, logged=("key_id",), resolve=by_key_id())
def enable_key(call: Call, request: EnableKeyRequest, key: KeySnapshot) -> Outcome:
    row = queries.load_key(key.pk)
    row.state = next_state("EnableKey", key.stored_state)
    row.save(update_fields=["state"])
    if row.next_rotation_at is not None and row.next_rotation_at < call.time and not key.is_replica:
        # What fell due while the key was disabled is made up for once (kms-semantics 4.8).
        stored_keys.set_rotation(row, row.rotation_period_days, call.time)
    return Outcome(elements={"keyId": key.arn}, touched=touched_copies(key))
