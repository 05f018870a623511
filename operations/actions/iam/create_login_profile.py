"""CreateLoginProfile: give a user a password for the console. Source: IAM API Reference, CreateLoginProfile."""

from core.calls import Call
from core.errors import IamEntityAlreadyExists, IamInvalidInput
from operations.iam_answers import iam_touched, recorded
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import Password, iam_operation
from operations.passwords import check_password, give_password
from operations.registry import Outcome


class CreateLoginProfileRequest(OwnUserRequest, frozen=True, kw_only=True):
    password: Password | None = None
    password_reset_required: bool = False


@iam_operation("CreateLoginProfile", CreateLoginProfileRequest, writes=True)
def create_login_profile(call: Call, request: CreateLoginProfileRequest) -> Outcome:
    user = request.load(call)
    if request.password is None:
        raise IamInvalidInput("A password is needed.")
    if user.console_access:
        raise IamEntityAlreadyExists(f"Login Profile for user {user.name} already exists.")
    check_password(user, request.password)
    give_password(user, request.password, must_change=request.password_reset_required, now=call.time)
    profile = {
        "LoginProfile": {
            "UserName": user.name,
            "CreateDate": call.time,
            "PasswordResetRequired": request.password_reset_required,
        }
    }
    return Outcome(members=profile, elements=recorded(profile), touched=iam_touched(call))
