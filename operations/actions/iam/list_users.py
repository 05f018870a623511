"""ListUsers: the users of the account, by name. Source: IAM API Reference, ListUsers."""

from accounts import queries
from accounts.models import PrincipalKind
from core.calls import Call
from operations.iam_answers import page_members, page_size, position_of, user_members
from operations.iam_requests import PagedRequest, PathPrefix, iam_operation
from operations.registry import Outcome


class ListUsersRequest(PagedRequest, frozen=True, kw_only=True):
    path_prefix: PathPrefix | None = None


@iam_operation("ListUsers", ListUsersRequest)
def list_users(call: Call, request: ListUsersRequest) -> Outcome:
    prefix = request.path_prefix or "/"
    users = queries.named_principals(
        call.caller.account_id, PrincipalKind.USER, prefix, position_of(call, request, prefix), page_size(request) + 1
    )
    entries = [(user.name.lower(), user_members(user)) for user in users]
    return Outcome(members=page_members(call, request, "Users", entries, prefix))
