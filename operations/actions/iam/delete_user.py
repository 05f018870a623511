"""DeleteUser: remove a user that has nothing left. Source: IAM API Reference, DeleteUser.

Key policies that named the user keep its unique id, which nobody has again; what the permission index knew of it goes
with the row.
"""

from accounts import queries
from core.calls import Call
from core.errors import IamDeleteConflict
from operations.iam_answers import iam_touched
from operations.iam_entities import UserRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome
from policies import queries as policy_queries


class DeleteUserRequest(UserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("DeleteUser", DeleteUserRequest, writes=True)
def delete_user(call: Call, request: DeleteUserRequest) -> Outcome:
    user = request.load(call)
    if queries.access_keys_of(user.pk):
        raise IamDeleteConflict("Cannot delete entity, must delete access keys first.")
    if user.console_access:
        raise IamDeleteConflict("Cannot delete entity, must delete login profile first.")
    if queries.groups_of_user(user.pk):
        raise IamDeleteConflict("Cannot delete entity, must remove user from groups first.")
    if policy_queries.attached_arns(user):
        raise IamDeleteConflict("Cannot delete entity, must detach all policies first.")
    if policy_queries.inline_policies(user):
        raise IamDeleteConflict("Cannot delete entity, must delete policies first.")
    user.delete()
    return Outcome(touched=iam_touched(call))
