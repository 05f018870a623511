"""UpdateAccessKey: activate or deactivate a credential. Source: IAM API Reference, UpdateAccessKey."""

from accounts import queries
from accounts.models import AccessKey, Principal
from audit.changes import Touched
from core.calls import Call
from core.errors import IamInvalidInput, IamNoSuchEntity
from operations.iam_answers import iam_touched
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import AccessKeyId, KeyStatus, iam_operation
from operations.registry import Outcome


class UpdateAccessKeyRequest(OwnUserRequest, frozen=True, kw_only=True):
    access_key_id: AccessKeyId
    status: KeyStatus


@iam_operation("UpdateAccessKey", UpdateAccessKeyRequest, writes=True)
def update_access_key(call: Call, request: UpdateAccessKeyRequest) -> Outcome:
    if request.status == "Expired":
        raise IamInvalidInput("An access key can be made Active or Inactive.")
    key = load_access_key(request.load(call), request.access_key_id)
    key.active = request.status == "Active"
    key.save(update_fields=["active"])
    return Outcome(touched=[*iam_touched(call), (Touched.ACCESS_KEY, key.access_key_id)])


def load_access_key(user: Principal, access_key_id: str) -> AccessKey:
    """Return an access key of a user; that of somebody else counts as not found."""
    key = queries.find_access_key_of(user.pk, access_key_id)
    if key is None:
        raise IamNoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
    return key
