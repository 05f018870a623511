"""DeleteGroup: remove a group without members and policies. Source: IAM API Reference, DeleteGroup."""

from accounts import queries
from core.calls import Call
from core.errors import IamDeleteConflict
from operations.iam_answers import iam_touched
from operations.iam_entities import GroupRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome
from policies import queries as policy_queries


class DeleteGroupRequest(GroupRequest, frozen=True, kw_only=True):
    pass


@iam_operation("DeleteGroup", DeleteGroupRequest, writes=True)
def delete_group(call: Call, request: DeleteGroupRequest) -> Outcome:
    group = request.load(call)
    if queries.has_members(group.pk):
        raise IamDeleteConflict("Cannot delete entity, must remove users from group first.")
    if policy_queries.attached_arns(group):
        raise IamDeleteConflict("Cannot delete entity, must detach all policies first.")
    if policy_queries.inline_policies(group):
        raise IamDeleteConflict("Cannot delete entity, must delete policies first.")
    group.delete()
    return Outcome(touched=iam_touched(call))
