"""GetRole: a role with its trust policy. Source: IAM API Reference, GetRole."""

from core.calls import Call
from operations.iam_answers import role_members
from operations.iam_entities import RoleRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome


class GetRoleRequest(RoleRequest, frozen=True, kw_only=True):
    pass


@iam_operation("GetRole", GetRoleRequest)
def get_role(call: Call, request: GetRoleRequest) -> Outcome:
    return Outcome(members={"Role": role_members(request.load(call), whole=True)})
