"""DeleteRole: remove a role without policies. Source: IAM API Reference, DeleteRole.

Key policies that named the role keep its unique id, which nobody has again.
"""

from core.calls import Call
from core.errors import IamDeleteConflict
from operations.iam_answers import iam_touched
from operations.iam_entities import RoleRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome
from policies import queries as policy_queries


class DeleteRoleRequest(RoleRequest, frozen=True, kw_only=True):
    pass


@iam_operation("DeleteRole", DeleteRoleRequest, writes=True)
def delete_role(call: Call, request: DeleteRoleRequest) -> Outcome:
    role = request.load(call)
    if policy_queries.attached_arns(role):
        raise IamDeleteConflict("Cannot delete entity, must detach all policies first.")
    if policy_queries.inline_policies(role):
        raise IamDeleteConflict("Cannot delete entity, must delete policies first.")
    role.delete()
    return Outcome(touched=iam_touched(call))
