"""DeleteCustomKeyStore, in an account without a store. Source: API Reference, DeleteCustomKeyStore."""

from core.calls import Call
from core.messages import DeleteCustomKeyStoreRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.registry import Outcome, kms_operation


@kms_operation("DeleteCustomKeyStore", writes=True, logged=("custom_key_store_id",))
def delete_custom_key_store(call: Call, request: DeleteCustomKeyStoreRequest) -> Outcome:
    refuse_unknown_store(request.custom_key_store_id)
    return Outcome(members={})
