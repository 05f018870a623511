"""AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser. Source: IAM API Reference.

Adding a member and removing a stranger succeed and change nothing.
"""

from accounts import queries
from core.calls import Call
from operations.iam_answers import cut_members, group_members, iam_touched
from operations.iam_entities import GroupRequest, UserRequest, check_quota, load_user
from operations.iam_requests import ExistingUserName, Marker, MaxItems, iam_operation
from operations.registry import Outcome


class GroupMembershipRequest(GroupRequest, frozen=True, kw_only=True):
    user_name: ExistingUserName


class ListGroupsForUserRequest(UserRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("AddUserToGroup", GroupMembershipRequest, writes=True)
def add_user_to_group(call: Call, request: GroupMembershipRequest) -> Outcome:
    group = request.load(call)
    user = load_user(call, request.user_name)
    groups = queries.groups_of_user(user.pk)
    if group not in groups:
        check_quota("GroupsPerUser", len(groups))
        group.members.add(user)
    return Outcome(touched=iam_touched(call))


@iam_operation("RemoveUserFromGroup", GroupMembershipRequest, writes=True)
def remove_user_from_group(call: Call, request: GroupMembershipRequest) -> Outcome:
    group = request.load(call)
    group.members.remove(load_user(call, request.user_name))
    return Outcome(touched=iam_touched(call))


@iam_operation("ListGroupsForUser", ListGroupsForUserRequest)
def list_groups_for_user(call: Call, request: ListGroupsForUserRequest) -> Outcome:
    user = request.load(call)
    entries = [(group.name.lower(), group_members(group)) for group in queries.groups_of_user(user.pk)]
    return Outcome(members=cut_members(call, request, "Groups", entries, user.name))
