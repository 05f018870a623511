"""Put, get, list and delete inline policies of users, groups and roles. Source: IAM API Reference.

Twelve actions and one behaviour; the members differ in the name of the owner alone.
"""

from typing import Any

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import cut_members, encoded, iam_touched
from operations.iam_entities import GroupRequest, RoleRequest, UserRequest, word_of
from operations.iam_policies import check_inline_document
from operations.iam_requests import Marker, MaxItems, PolicyDocumentText, PolicyName, iam_operation
from operations.registry import Outcome
from policies import queries


class UserPolicyNameRequest(UserRequest, frozen=True, kw_only=True):
    policy_name: PolicyName


class GroupPolicyNameRequest(GroupRequest, frozen=True, kw_only=True):
    policy_name: PolicyName


class RolePolicyNameRequest(RoleRequest, frozen=True, kw_only=True):
    policy_name: PolicyName


class PutUserPolicyRequest(UserPolicyNameRequest, frozen=True, kw_only=True):
    policy_document: PolicyDocumentText


class PutGroupPolicyRequest(GroupPolicyNameRequest, frozen=True, kw_only=True):
    policy_document: PolicyDocumentText


class PutRolePolicyRequest(RolePolicyNameRequest, frozen=True, kw_only=True):
    policy_document: PolicyDocumentText


class ListUserPoliciesRequest(UserRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


class ListGroupPoliciesRequest(GroupRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


class ListRolePoliciesRequest(RoleRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("PutUserPolicy", PutUserPolicyRequest, writes=True)
@iam_operation("PutGroupPolicy", PutGroupPolicyRequest, writes=True)
@iam_operation("PutRolePolicy", PutRolePolicyRequest, writes=True)
def put_inline_policy(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    check_inline_document(owner, request.policy_name, request.policy_document)
    owner.inline_policies.update_or_create(name=request.policy_name, defaults={"document": request.policy_document})
    return Outcome(touched=iam_touched(call))


@iam_operation("DeleteUserPolicy", UserPolicyNameRequest, writes=True)
@iam_operation("DeleteGroupPolicy", GroupPolicyNameRequest, writes=True)
@iam_operation("DeleteRolePolicy", RolePolicyNameRequest, writes=True)
def delete_inline_policy(call: Call, request: Any) -> Outcome:
    _load(request.load(call), request.policy_name).delete()
    return Outcome(touched=iam_touched(call))


@iam_operation("GetUserPolicy", UserPolicyNameRequest)
@iam_operation("GetGroupPolicy", GroupPolicyNameRequest)
@iam_operation("GetRolePolicy", RolePolicyNameRequest)
def get_inline_policy(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    policy = _load(owner, request.policy_name)
    return Outcome(
        members={
            f"{word_of(owner).capitalize()}Name": owner.name,
            "PolicyName": policy.name,
            "PolicyDocument": encoded(policy.document),
        }
    )


@iam_operation("ListUserPolicies", ListUserPoliciesRequest)
@iam_operation("ListGroupPolicies", ListGroupPoliciesRequest)
@iam_operation("ListRolePolicies", ListRolePoliciesRequest)
def list_inline_policies(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    entries = [(policy.name, policy.name) for policy in queries.inline_policies(owner)]
    return Outcome(members=cut_members(call, request, "PolicyNames", entries, owner.arn))


def _load(owner: Any, name: str) -> Any:
    policy = queries.find_inline_policy(owner, name)
    if policy is None:
        raise IamNoSuchEntity(kind=f"{word_of(owner)} policy", name=name)
    return policy
