"""ListAccessKeys: the credentials of a user, without secrets. Source: IAM API Reference, ListAccessKeys."""

from accounts import queries
from core.calls import Call
from operations.iam_answers import access_key_members, cut_members
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import Marker, MaxItems, iam_operation
from operations.registry import Outcome


class ListAccessKeysRequest(OwnUserRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("ListAccessKeys", ListAccessKeysRequest)
def list_access_keys(call: Call, request: ListAccessKeysRequest) -> Outcome:
    user = request.load(call)
    entries = [(key.access_key_id, access_key_members(key)) for key in queries.access_keys_of(user.pk)]
    return Outcome(members=cut_members(call, request, "AccessKeyMetadata", entries, user.arn))
