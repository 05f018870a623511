"""DeletePolicy: remove a customer managed policy that nothing uses. Source: IAM API Reference, DeletePolicy."""

from core.calls import Call
from core.errors import IamDeleteConflict
from operations.iam_answers import iam_touched
from operations.iam_entities import PolicyRequest
from operations.iam_policies import load_own_policy
from operations.iam_requests import iam_operation
from operations.registry import Outcome
from policies import queries


class DeletePolicyRequest(PolicyRequest, frozen=True, kw_only=True):
    pass


@iam_operation("DeletePolicy", DeletePolicyRequest, writes=True)
def delete_policy(call: Call, request: DeletePolicyRequest) -> Outcome:
    policy = load_own_policy(call, request.policy_arn)
    account_id = call.caller.account_id
    if policy.arn in queries.attachment_counts(account_id) or policy.arn in queries.boundary_counts(account_id):
        raise IamDeleteConflict("Cannot delete a policy attached to entities.")
    policy.delete()
    return Outcome(touched=iam_touched(call))
