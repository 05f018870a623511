"""CreateUser: a new IAM user, without password, keys or permissions. Source: IAM API Reference, CreateUser."""

from accounts import queries, unique_ids
from accounts.models import Principal, PrincipalKind
from core.calls import Call
from core.errors import IamEntityAlreadyExists
from operations.iam_answers import iam_touched, recorded, user_members
from operations.iam_entities import check_quota, entity_arn
from operations.iam_policies import load_attachable
from operations.iam_requests import IamRequest, Path, PolicyArn, Tags, UserName, iam_operation
from operations.registry import Outcome


class CreateUserRequest(IamRequest, frozen=True, kw_only=True):
    path: Path | None = None
    user_name: UserName
    permissions_boundary: PolicyArn | None = None
    tags: Tags | None = None

    def resource_arn(self, call: Call) -> str:
        return entity_arn(call, "user", self.user_name, self.path)


@iam_operation("CreateUser", CreateUserRequest, writes=True)
def create_user(call: Call, request: CreateUserRequest) -> Outcome:
    account_id = call.caller.account_id
    if queries.find_user(account_id, request.user_name) is not None:
        raise IamEntityAlreadyExists(kind="User", name=request.user_name)
    check_quota("UsersPerAccount", queries.count_principals(account_id, PrincipalKind.USER))
    if request.permissions_boundary is not None:
        load_attachable(call, request.permissions_boundary)
    user = Principal(
        account_id=account_id,
        kind=PrincipalKind.USER,
        name=request.user_name,
        path=request.path or "/",
        unique_id=unique_ids.new_unique_id(unique_ids.USER_PREFIX),
        created_at=call.time,
        permissions_boundary_arn=request.permissions_boundary or "",
        tags={tag.tag_key: tag.tag_value for tag in request.tags or ()},
    )
    user.set_unusable_password()
    user.save()
    members = {"User": user_members(user, whole=True)}
    return Outcome(members=members, elements=recorded(members), touched=iam_touched(call))
