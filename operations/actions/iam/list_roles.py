"""ListRoles: the roles of the account, by name. Source: IAM API Reference, ListRoles."""

from accounts import queries
from accounts.models import PrincipalKind
from core.calls import Call
from operations.iam_answers import page_members, page_size, position_of, role_members
from operations.iam_requests import PagedRequest, PathPrefix, iam_operation
from operations.registry import Outcome


class ListRolesRequest(PagedRequest, frozen=True, kw_only=True):
    path_prefix: PathPrefix | None = None


@iam_operation("ListRoles", ListRolesRequest)
def list_roles(call: Call, request: ListRolesRequest) -> Outcome:
    prefix = request.path_prefix or "/"
    roles = queries.named_principals(
        call.caller.account_id, PrincipalKind.ROLE, prefix, position_of(call, request, prefix), page_size(request) + 1
    )
    entries = [(role.name.lower(), role_members(role)) for role in roles]
    return Outcome(members=page_members(call, request, "Roles", entries, prefix))
