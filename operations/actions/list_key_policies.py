"""ListKeyPolicies: always the one name ``default``. Source: API Reference, ListKeyPolicies."""

from core.calls import Call
from core.errors import InvalidMarkerException
from core.messages import ListKeyPoliciesRequest
from operations import key_policies
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("ListKeyPolicies", logged=("key_id", "limit", "marker"), resolve=by_key_id())
def list_key_policies(call: Call, request: ListKeyPoliciesRequest, key: KeySnapshot) -> Outcome:
    if request.marker is not None:  # the one page never gives one
        raise InvalidMarkerException()
    return Outcome(members={"PolicyNames": [key_policies.POLICY_NAME], "Truncated": False})
