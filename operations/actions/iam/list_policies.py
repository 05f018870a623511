"""ListPolicies: AWS's and the account's own managed policies. Source: IAM API Reference, ListPolicies."""

from typing import Annotated

from core.calls import Call
from operations.iam_answers import cut_members, policy_members
from operations.iam_requests import PagedRequest, PolicyPath, Rule, iam_operation
from operations.registry import Outcome
from policies import queries
from policies.aws_managed import AWS_MANAGED, AwsManagedPolicy
from policies.models import ManagedPolicy

Scope = Annotated[str, Rule(values=("All", "AWS", "Local"))]
Usage = Annotated[str, Rule(values=("PermissionsPolicy", "PermissionsBoundary"))]


class ListPoliciesRequest(PagedRequest, frozen=True, kw_only=True):
    scope: Scope | None = None
    only_attached: bool = False
    path_prefix: PolicyPath | None = None
    policy_usage_filter: Usage | None = None


@iam_operation("ListPolicies", ListPoliciesRequest)
def list_policies(call: Call, request: ListPoliciesRequest) -> Outcome:
    account_id = call.caller.account_id
    found: list[ManagedPolicy | AwsManagedPolicy] = []
    if request.scope != "Local":
        found += AWS_MANAGED.values()
    if request.scope != "AWS":
        found += queries.managed_policies_of_account(account_id)
    attached, as_boundary = queries.attachment_counts(account_id), queries.boundary_counts(account_id)
    used = attached if request.policy_usage_filter == "PermissionsPolicy" else attached | as_boundary
    if request.policy_usage_filter == "PermissionsBoundary":
        used = as_boundary
    needed = request.only_attached or request.policy_usage_filter is not None
    prefix = request.path_prefix or "/"
    entries = [
        (policy.arn, policy_members(policy, attached.get(policy.arn, 0), as_boundary.get(policy.arn, 0)))
        for policy in found
        if policy.path.startswith(prefix) and (policy.arn in used or not needed)
    ]
    extra = f"{request.scope} {request.only_attached} {prefix} {request.policy_usage_filter}"
    return Outcome(members=cut_members(call, request, "Policies", entries, extra))
