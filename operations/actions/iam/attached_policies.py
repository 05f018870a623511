"""Attach, detach and list managed policies of users, groups and roles. Source: IAM API Reference.

Nine actions and one behaviour; the members differ in the name of the owner alone. Attaching twice succeeds.
"""

from typing import Any

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import cut_members, iam_touched
from operations.iam_entities import GroupRequest, RoleRequest, UserRequest, check_quota, word_of
from operations.iam_policies import load_attachable
from operations.iam_requests import Marker, MaxItems, PolicyArn, PolicyPath, iam_operation
from operations.registry import Outcome
from policies import queries


class UserPolicyArnRequest(UserRequest, frozen=True, kw_only=True):
    policy_arn: PolicyArn


class GroupPolicyArnRequest(GroupRequest, frozen=True, kw_only=True):
    policy_arn: PolicyArn


class RolePolicyArnRequest(RoleRequest, frozen=True, kw_only=True):
    policy_arn: PolicyArn


class ListAttachedUserPoliciesRequest(UserRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None
    path_prefix: PolicyPath | None = None


class ListAttachedGroupPoliciesRequest(GroupRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None
    path_prefix: PolicyPath | None = None


class ListAttachedRolePoliciesRequest(RoleRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None
    path_prefix: PolicyPath | None = None


@iam_operation("AttachUserPolicy", UserPolicyArnRequest, writes=True)
@iam_operation("AttachGroupPolicy", GroupPolicyArnRequest, writes=True)
@iam_operation("AttachRolePolicy", RolePolicyArnRequest, writes=True)
def attach_policy(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    load_attachable(call, request.policy_arn)
    attached = queries.attached_arns(owner)
    if request.policy_arn not in attached:
        check_quota(f"PoliciesPer{word_of(owner).capitalize()}", len(attached))
        owner.policy_attachments.create(policy_arn=request.policy_arn)
    return Outcome(touched=iam_touched(call))


@iam_operation("DetachUserPolicy", UserPolicyArnRequest, writes=True)
@iam_operation("DetachGroupPolicy", GroupPolicyArnRequest, writes=True)
@iam_operation("DetachRolePolicy", RolePolicyArnRequest, writes=True)
def detach_policy(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    deleted, _ = owner.policy_attachments.filter(policy_arn=request.policy_arn).delete()
    if not deleted:
        raise IamNoSuchEntity(f"Policy {request.policy_arn} was not found.")
    return Outcome(touched=iam_touched(call))


@iam_operation("ListAttachedUserPolicies", ListAttachedUserPoliciesRequest)
@iam_operation("ListAttachedGroupPolicies", ListAttachedGroupPoliciesRequest)
@iam_operation("ListAttachedRolePolicies", ListAttachedRolePoliciesRequest)
def list_attached_policies(call: Call, request: Any) -> Outcome:
    owner = request.load(call)
    prefix = request.path_prefix or "/"
    entries = [
        (arn, {"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn})
        for arn in queries.attached_arns(owner)
        if _path(arn).startswith(prefix)
    ]
    return Outcome(members=cut_members(call, request, "AttachedPolicies", entries, f"{owner.arn} {prefix}"))


def _path(arn: str) -> str:
    """Return the path of a policy: ``arn:aws:iam::aws:policy/job-function/X`` gives ``/job-function/``."""
    return arn.partition(":policy")[2].rpartition("/")[0] + "/"
