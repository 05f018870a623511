"""GetLoginProfile: since when a user has its password. Source: IAM API Reference, GetLoginProfile."""

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome


class GetLoginProfileRequest(OwnUserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("GetLoginProfile", GetLoginProfileRequest)
def get_login_profile(call: Call, request: GetLoginProfileRequest) -> Outcome:
    user = request.load(call)
    if not user.console_access:
        raise IamNoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    return Outcome(
        members={
            "LoginProfile": {
                "UserName": user.name,
                "CreateDate": user.password_changed_at,
                "PasswordResetRequired": user.must_change_password,
            }
        }
    )
