"""DeleteLoginProfile: end a user's console access. Source: IAM API Reference, DeleteLoginProfile."""

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import iam_touched
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import iam_operation
from operations.passwords import take_password
from operations.registry import Outcome


class DeleteLoginProfileRequest(OwnUserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("DeleteLoginProfile", DeleteLoginProfileRequest, writes=True)
def delete_login_profile(call: Call, request: DeleteLoginProfileRequest) -> Outcome:
    user = request.load(call)
    if not user.console_access:
        raise IamNoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    take_password(user)
    return Outcome(touched=iam_touched(call))
