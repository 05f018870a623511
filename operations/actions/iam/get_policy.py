"""GetPolicy: what a managed policy is, without its document. Source: IAM API Reference, GetPolicy."""

from core.calls import Call
from operations.iam_answers import policy_members
from operations.iam_entities import PolicyRequest
from operations.iam_policies import load_policy
from operations.iam_requests import iam_operation
from operations.registry import Outcome
from policies import queries


class GetPolicyRequest(PolicyRequest, frozen=True, kw_only=True):
    pass


@iam_operation("GetPolicy", GetPolicyRequest)
def get_policy(call: Call, request: GetPolicyRequest) -> Outcome:
    policy = load_policy(call, request.policy_arn)
    account_id = call.caller.account_id
    attached = queries.attachment_counts(account_id).get(policy.arn, 0)
    members = policy_members(policy, attached, queries.boundary_counts(account_id).get(policy.arn, 0))
    return Outcome(members={"Policy": {**members, "Description": policy.description or None}})
