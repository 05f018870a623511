"""CreateRole: a new role with its trust policy. Source: IAM API Reference, CreateRole."""

from accounts import queries, unique_ids
from accounts.models import Principal, PrincipalKind
from core.calls import Call
from core.errors import IamEntityAlreadyExists, IamInvalidInput
from operations.iam_answers import iam_touched, recorded, role_members
from operations.iam_entities import check_quota, entity_arn
from operations.iam_policies import check_trust_policy, load_attachable
from operations.iam_requests import (
    IamRequest,
    Path,
    PolicyArn,
    PolicyDocumentText,
    RoleDescription,
    RoleName,
    SessionSeconds,
    Tags,
    iam_operation,
)
from operations.registry import Outcome

DEFAULT_SESSION_SECONDS = 3600


class CreateRoleRequest(IamRequest, frozen=True, kw_only=True):
    path: Path | None = None
    role_name: RoleName
    assume_role_policy_document: PolicyDocumentText
    description: RoleDescription | None = None
    max_session_duration: SessionSeconds | None = None
    permissions_boundary: PolicyArn | None = None
    tags: Tags | None = None

    def resource_arn(self, call: Call) -> str:
        return entity_arn(call, "role", self.role_name, self.path)


@iam_operation("CreateRole", CreateRoleRequest, writes=True)
def create_role(call: Call, request: CreateRoleRequest) -> Outcome:
    account_id = call.caller.account_id
    if request.max_session_duration not in (None, DEFAULT_SESSION_SECONDS):
        raise IamInvalidInput(f"The only MaxSessionDuration that is supported is {DEFAULT_SESSION_SECONDS}.")
    if queries.find_role(account_id, request.role_name) is not None:
        raise IamEntityAlreadyExists(kind="Role", name=request.role_name)
    check_quota("RolesPerAccount", queries.count_principals(account_id, PrincipalKind.ROLE))
    check_trust_policy(request.assume_role_policy_document)
    if request.permissions_boundary is not None:
        load_attachable(call, request.permissions_boundary)
    role = Principal(
        account_id=account_id,
        kind=PrincipalKind.ROLE,
        name=request.role_name,
        path=request.path or "/",
        unique_id=unique_ids.new_unique_id(unique_ids.ROLE_PREFIX),
        created_at=call.time,
        trust_policy=request.assume_role_policy_document,
        description=request.description or "",
        permissions_boundary_arn=request.permissions_boundary or "",
        tags={tag.tag_key: tag.tag_value for tag in request.tags or ()},
    )
    role.set_unusable_password()
    role.save()
    members = {"Role": role_members(role, whole=True)}
    return Outcome(members=members, elements=recorded(members), touched=iam_touched(call))
