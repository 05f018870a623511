"""DeleteAccessKey: take a credential away. Source: IAM API Reference, DeleteAccessKey."""

from audit.changes import Touched
from core.calls import Call
from operations.actions.iam.update_access_key import load_access_key
from operations.iam_answers import iam_touched
from operations.iam_entities import OwnUserRequest
from operations.iam_requests import AccessKeyId, iam_operation
from operations.registry import Outcome


class DeleteAccessKeyRequest(OwnUserRequest, frozen=True, kw_only=True):
    access_key_id: AccessKeyId


@iam_operation("DeleteAccessKey", DeleteAccessKeyRequest, writes=True)
def delete_access_key(call: Call, request: DeleteAccessKeyRequest) -> Outcome:
    key = load_access_key(request.load(call), request.access_key_id)
    key.delete()
    return Outcome(touched=[*iam_touched(call), (Touched.ACCESS_KEY, request.access_key_id)])
