"""PutUserPermissionsBoundary and DeleteUserPermissionsBoundary. Source: IAM API Reference.

A boundary is a managed policy that cuts down what the user's identity policies give.
"""

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import iam_touched
from operations.iam_entities import UserRequest
from operations.iam_policies import load_attachable
from operations.iam_requests import PolicyArn, iam_operation
from operations.registry import Outcome


class PutUserPermissionsBoundaryRequest(UserRequest, frozen=True, kw_only=True):
    permissions_boundary: PolicyArn


class DeleteUserPermissionsBoundaryRequest(UserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("PutUserPermissionsBoundary", PutUserPermissionsBoundaryRequest, writes=True)
def put_user_permissions_boundary(call: Call, request: PutUserPermissionsBoundaryRequest) -> Outcome:
    user = request.load(call)
    load_attachable(call, request.permissions_boundary)
    user.permissions_boundary_arn = request.permissions_boundary
    user.save(update_fields=["permissions_boundary_arn"])
    return Outcome(touched=iam_touched(call))


@iam_operation("DeleteUserPermissionsBoundary", DeleteUserPermissionsBoundaryRequest, writes=True)
def delete_user_permissions_boundary(call: Call, request: DeleteUserPermissionsBoundaryRequest) -> Outcome:
    user = request.load(call)
    if not user.permissions_boundary_arn:
        raise IamNoSuchEntity(f"The permissions boundary of user {user.name} cannot be found.")
    user.permissions_boundary_arn = ""
    user.save(update_fields=["permissions_boundary_arn"])
    return Outcome(touched=iam_touched(call))
