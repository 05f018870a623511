"""ListGroups: the groups of the account, by name. Source: IAM API Reference, ListGroups."""

from accounts import queries
from core.calls import Call
from operations.iam_answers import group_members, page_members, page_size, position_of
from operations.iam_requests import PagedRequest, PathPrefix, iam_operation
from operations.registry import Outcome


class ListGroupsRequest(PagedRequest, frozen=True, kw_only=True):
    path_prefix: PathPrefix | None = None


@iam_operation("ListGroups", ListGroupsRequest)
def list_groups(call: Call, request: ListGroupsRequest) -> Outcome:
    prefix = request.path_prefix or "/"
    groups = queries.named_groups(
        call.caller.account_id, prefix, position_of(call, request, prefix), page_size(request) + 1
    )
    entries = [(group.name.lower(), group_members(group)) for group in groups]
    return Outcome(members=page_members(call, request, "Groups", entries, prefix))
