"""PutKeyPolicy: replace the key policy. Source: API Reference, PutKeyPolicy; authorization 1.3 and 1.6."""

from audit.changes import Touched
from core.calls import Call
from core.errors import UnsupportedOperationException
from core.messages import PutKeyPolicyRequest
from operations import key_policies
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "PutKeyPolicy",
    writes=True,
    logged=(
        "key_id",
        ("policy_name", key_policies.POLICY_NAME),
        "policy",
        ("bypass_policy_lockout_safety_check", False),
    ),
    resolve=by_key_id(),
)
def put_key_policy(call: Call, request: PutKeyPolicyRequest, key: KeySnapshot) -> Outcome:
    if request.policy_name not in (None, key_policies.POLICY_NAME):
        raise UnsupportedOperationException("The only valid policy name is default.")
    policy = key_policies.checked_policy(
        call, key.facts, request.policy, bool(request.bypass_policy_lockout_safety_check)
    )
    key_policies.store(key.pk, policy)
    return Outcome(touched=[(Touched.KEY, str(key.pk))])
