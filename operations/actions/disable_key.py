"""DisableKey: make a key unusable for cryptographic operations.

Source: API Reference, DisableKey. Doing it twice succeeds and changes nothing.
"""

from audit.changes import Touched
from core.calls import Call
from core.key_states import next_state
from core.messages import DisableKeyRequest
from keys import queries
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("DisableKey", writes=True, logged=("key_id",), resolve=by_key_id())
def disable_key(call: Call, request: DisableKeyRequest, key: KeySnapshot) -> Outcome:
    row = queries.load_key(key.pk)
    row.state = next_state("DisableKey", key.stored_state)
    row.save(update_fields=["state"])
    return Outcome(elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
