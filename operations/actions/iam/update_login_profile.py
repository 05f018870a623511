"""UpdateLoginProfile: another password for a user's console access. Source: IAM API Reference, UpdateLoginProfile."""

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import iam_touched
from operations.iam_entities import UserRequest
from operations.iam_requests import Password, iam_operation
from operations.passwords import check_password, give_password
from operations.registry import Outcome


class UpdateLoginProfileRequest(UserRequest, frozen=True, kw_only=True):
    password: Password | None = None
    password_reset_required: bool | None = None


@iam_operation("UpdateLoginProfile", UpdateLoginProfileRequest, writes=True)
def update_login_profile(call: Call, request: UpdateLoginProfileRequest) -> Outcome:
    user = request.load(call)
    if not user.console_access:
        raise IamNoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    must_change = user.must_change_password
    if request.password_reset_required is not None:
        must_change = request.password_reset_required
    if request.password is not None:
        check_password(user, request.password)
        give_password(user, request.password, must_change=must_change, now=call.time)
    elif must_change != user.must_change_password:
        user.must_change_password = must_change
        user.save(update_fields=["must_change_password"])
    return Outcome(touched=iam_touched(call))
