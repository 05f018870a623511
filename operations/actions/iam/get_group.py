"""GetGroup: a group and its users. Source: IAM API Reference, GetGroup."""

from accounts import queries
from core.calls import Call
from operations.iam_answers import group_members, page_members, page_size, position_of, user_members
from operations.iam_entities import GroupRequest
from operations.iam_requests import Marker, MaxItems, iam_operation
from operations.registry import Outcome


class GetGroupRequest(GroupRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("GetGroup", GetGroupRequest)
def get_group(call: Call, request: GetGroupRequest) -> Outcome:
    group = request.load(call)
    users = queries.members_of_group(group.pk, position_of(call, request, group.name), page_size(request) + 1)
    entries = [(user.name.lower(), user_members(user)) for user in users]
    return Outcome(members={"Group": group_members(group), **page_members(call, request, "Users", entries, group.name)})
