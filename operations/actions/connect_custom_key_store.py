"""ConnectCustomKeyStore, in an account without a store. Source: API Reference, ConnectCustomKeyStore."""

from core.calls import Call
from core.messages import ConnectCustomKeyStoreRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.registry import Outcome, kms_operation


@kms_operation("ConnectCustomKeyStore", writes=True, logged=("custom_key_store_id",))
def connect_custom_key_store(call: Call, request: ConnectCustomKeyStoreRequest) -> Outcome:
    refuse_unknown_store(request.custom_key_store_id)
    return Outcome(members={})
