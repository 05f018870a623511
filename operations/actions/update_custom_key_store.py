"""UpdateCustomKeyStore, in an account without a store. Source: API Reference, UpdateCustomKeyStore."""

from core.calls import Call
from core.messages import UpdateCustomKeyStoreRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.registry import Outcome, kms_operation


@kms_operation(
    "UpdateCustomKeyStore",
    writes=True,
    logged=("custom_key_store_id", "new_custom_key_store_name", "cloud_hsm_cluster_id"),
)
def update_custom_key_store(call: Call, request: UpdateCustomKeyStoreRequest) -> Outcome:
    refuse_unknown_store(request.custom_key_store_id)
    return Outcome(members={})
