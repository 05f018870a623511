"""CreatePolicy: a customer managed policy. Source: IAM API Reference, CreatePolicy."""

from accounts import unique_ids
from core.calls import Call
from core.errors import IamEntityAlreadyExists
from operations.iam_answers import iam_touched, policy_members, recorded
from operations.iam_entities import check_quota, entity_arn
from operations.iam_policies import check_managed_document
from operations.iam_requests import (
    IamRequest,
    PolicyDescription,
    PolicyDocumentText,
    PolicyName,
    PolicyPath,
    iam_operation,
)
from operations.registry import Outcome
from policies import queries
from policies.models import ManagedPolicy


class CreatePolicyRequest(IamRequest, frozen=True, kw_only=True):
    policy_name: PolicyName
    path: PolicyPath | None = None
    policy_document: PolicyDocumentText
    description: PolicyDescription | None = None

    def resource_arn(self, call: Call) -> str:
        return entity_arn(call, "policy", self.policy_name, self.path)


@iam_operation("CreatePolicy", CreatePolicyRequest, writes=True)
def create_policy(call: Call, request: CreatePolicyRequest) -> Outcome:
    account_id = call.caller.account_id
    if queries.managed_policy_named(account_id, request.policy_name) is not None:
        raise IamEntityAlreadyExists(
            f"A policy called {request.policy_name} already exists. Duplicate names are not allowed."
        )
    check_quota("PoliciesPerAccount", queries.count_managed_policies(account_id))
    check_managed_document(request.policy_document)
    policy = ManagedPolicy.objects.create(
        account_id=account_id,
        name=request.policy_name,
        path=request.path or "/",
        description=request.description or "",
        document=request.policy_document,
        unique_id=unique_ids.new_unique_id(unique_ids.POLICY_PREFIX),
        created_at=call.time,
        updated_at=call.time,
    )
    members = {"Policy": policy_members(policy, 0, 0)}
    return Outcome(members=members, elements=recorded(members), touched=iam_touched(call))
