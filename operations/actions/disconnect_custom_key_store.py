"""DisconnectCustomKeyStore, in an account without a store. Source: API Reference, DisconnectCustomKeyStore."""

from core.calls import Call
from core.messages import DisconnectCustomKeyStoreRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.registry import Outcome, kms_operation


@kms_operation("DisconnectCustomKeyStore", writes=True, logged=("custom_key_store_id",))
def disconnect_custom_key_store(call: Call, request: DisconnectCustomKeyStoreRequest) -> Outcome:
    refuse_unknown_store(request.custom_key_store_id)
    return Outcome(members={})
