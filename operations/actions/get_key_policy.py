"""GetKeyPolicy: the key policy, in AWS's layout, principals by their current names.

Source: API Reference, GetKeyPolicy; kms-semantics 4.3.
"""

from core.calls import Call
from core.errors import NotFoundException
from core.messages import GetKeyPolicyRequest
from operations import key_policies
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("GetKeyPolicy", logged=("key_id", ("policy_name", key_policies.POLICY_NAME)), resolve=by_key_id())
def get_key_policy(call: Call, request: GetKeyPolicyRequest, key: KeySnapshot) -> Outcome:
    if request.policy_name not in (None, key_policies.POLICY_NAME):
        raise NotFoundException("No such policy exists")
    return Outcome(members={"Policy": key_policies.shown_policy(key.pk), "PolicyName": key_policies.POLICY_NAME})
