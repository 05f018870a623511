"""UpdateKeyDescription: replace a key's description (0 to 8,192 characters). Source: API Reference."""

from audit.changes import Touched
from core.calls import Call
from core.messages import UpdateKeyDescriptionRequest
from keys import queries
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot
from operations.stored_text import refuse_nul


@kms_operation("UpdateKeyDescription", writes=True, logged=("key_id", "description"), resolve=by_key_id())
def update_key_description(call: Call, request: UpdateKeyDescriptionRequest, key: KeySnapshot) -> Outcome:
    refuse_nul([request.description])
    row = queries.load_key(key.pk)
    row.description = request.description
    row.save(update_fields=["description"])
    return Outcome(touched=[(Touched.KEY, str(key.pk))])
