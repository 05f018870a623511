"""UpdateAssumeRolePolicy: another trust policy for a role. Source: IAM API Reference, UpdateAssumeRolePolicy."""

from core.calls import Call
from operations.iam_answers import iam_touched
from operations.iam_entities import RoleRequest
from operations.iam_policies import check_trust_policy
from operations.iam_requests import PolicyDocumentText, iam_operation
from operations.registry import Outcome


class UpdateAssumeRolePolicyRequest(RoleRequest, frozen=True, kw_only=True):
    policy_document: PolicyDocumentText


@iam_operation("UpdateAssumeRolePolicy", UpdateAssumeRolePolicyRequest, writes=True)
def update_assume_role_policy(call: Call, request: UpdateAssumeRolePolicyRequest) -> Outcome:
    role = request.load(call)
    check_trust_policy(request.policy_document)
    role.trust_policy = request.policy_document
    role.save(update_fields=["trust_policy"])
    return Outcome(touched=iam_touched(call))
