"""DescribeCustomKeyStores, in an account without a store: an empty list, and no store for any id or name.

Source: API Reference, DescribeCustomKeyStores.
"""

from core.calls import Call
from core.errors import InvalidMarkerException, ValidationException
from core.messages import DescribeCustomKeyStoresRequest
from operations.custom_key_stores import refuse_unknown_store
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject


def check_request(call: Call, request: DescribeCustomKeyStoresRequest) -> tuple[Subject, ...]:
    if request.custom_key_store_id is not None and request.custom_key_store_name is not None:
        raise ValidationException("Specify CustomKeyStoreId or CustomKeyStoreName, not both.")
    return ()


@kms_operation(
    "DescribeCustomKeyStores",
    logged=("custom_key_store_id", "custom_key_store_name", "limit", "marker"),
    resolve=check_request,
)
def describe_custom_key_stores(call: Call, request: DescribeCustomKeyStoresRequest) -> Outcome:
    if request.marker is not None:  # the one page never gives one
        raise InvalidMarkerException()
    for named in (request.custom_key_store_id, request.custom_key_store_name):
        if named is not None:
            refuse_unknown_store(named)
    return Outcome(members={"CustomKeyStores": [], "Truncated": False})
