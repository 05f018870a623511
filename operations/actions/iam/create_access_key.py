"""CreateAccessKey: a long-term credential of a user. Source: IAM API Reference, CreateAccessKey.

The answer is the only place where the secret is ever shown; the audit record has the id alone.
"""

from accounts import queries, unique_ids
from accounts.models import AccessKey
from audit.changes import Touched
from core.calls import Call
from keys import custody
from operations.iam_answers import access_key_members, iam_touched, recorded
from operations.iam_entities import OwnUserRequest, check_quota
from operations.iam_requests import iam_operation
from operations.registry import Outcome


class CreateAccessKeyRequest(OwnUserRequest, frozen=True, kw_only=True):
    pass


@iam_operation("CreateAccessKey", CreateAccessKeyRequest, writes=True)
def create_access_key(call: Call, request: CreateAccessKeyRequest) -> Outcome:
    user = request.load(call)
    check_quota("AccessKeysPerUser", len(queries.access_keys_of(user.pk)))
    access_key_id, secret = unique_ids.new_access_key_id(), unique_ids.new_secret_access_key()
    key = AccessKey.objects.create(
        principal=user,
        access_key_id=access_key_id,
        sealed_secret=custody.seal_access_key(access_key_id, secret),
        created_at=call.time,
    )
    shown = access_key_members(key)
    return Outcome(
        members={"AccessKey": {**shown, "SecretAccessKey": secret}},
        elements=recorded({"AccessKey": shown}),
        touched=[*iam_touched(call), (Touched.ACCESS_KEY, access_key_id)],
    )
