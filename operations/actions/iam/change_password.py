"""ChangePassword: the caller's own password. Source: IAM API Reference, ChangePassword.

A user that had to change its password has done so with this.
"""

from accounts import queries
from accounts.models import PrincipalKind
from core.calls import Call
from core.errors import IamAccessDenied, IamInvalidUserType, IamNoSuchEntity
from operations.iam_answers import iam_touched
from operations.iam_requests import IamRequest, Password, iam_operation
from operations.passwords import check_password, give_password
from operations.registry import Outcome


class ChangePasswordRequest(IamRequest, frozen=True, kw_only=True):
    old_password: Password
    new_password: Password

    def resource_arn(self, call: Call) -> str:
        return call.caller.facts.principal_arn


@iam_operation("ChangePassword", ChangePasswordRequest, writes=True)
def change_password(call: Call, request: ChangePasswordRequest) -> Outcome:
    user = queries.find_principal(call.caller.principal_pk)
    if user is None or user.kind != PrincipalKind.USER:
        raise IamInvalidUserType()
    if not user.console_access:
        raise IamNoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    if not user.check_password(request.old_password):
        raise IamAccessDenied("The old password was incorrect.")
    check_password(user, request.new_password)
    give_password(user, request.new_password, must_change=False, now=call.time)
    return Outcome(touched=iam_touched(call))
