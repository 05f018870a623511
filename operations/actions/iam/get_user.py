"""GetUser: a user, by default the caller. Source: IAM API Reference, GetUser."""

from core.calls import Call
from operations.iam_answers import user_members
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import iam_operation
from operations.registry import Outcome


class GetUserRequest(OwnUserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("GetUser", GetUserRequest)
def get_user(call: Call, request: GetUserRequest) -> Outcome:
    return Outcome(members={"User": user_members(request.load(call), whole=True)})
