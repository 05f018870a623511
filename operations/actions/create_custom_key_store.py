"""CreateCustomKeyStore: refused, this version has no custom key stores. Source: API Reference, CreateCustomKeyStore."""

from core.calls import Call
from core.errors import UnsupportedOperationException
from core.messages import CreateCustomKeyStoreRequest
from operations.registry import Outcome, kms_operation


@kms_operation("CreateCustomKeyStore", writes=True, logged=("custom_key_store_name", "cloud_hsm_cluster_id"))
def create_custom_key_store(call: Call, request: CreateCustomKeyStoreRequest) -> Outcome:
    raise UnsupportedOperationException("Custom key stores are not available in this installation.")
