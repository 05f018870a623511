"""UntagResource: remove tags from a key; keys that it does not have are ignored. Source: API Reference."""

from audit.changes import Touched
from core.calls import Call
from core.messages import UntagResourceRequest
from keys import queries
from operations.key_tags import checked_tag_keys
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot


def resolve_key(call: Call, request: UntagResourceRequest) -> tuple[Subject, ...]:
    checked_tag_keys(request.tag_keys)
    return (find_subject_without_alias(call, request.key_id),)


@kms_operation("UntagResource", writes=True, logged=("key_id", "tag_keys"), resolve=resolve_key)
def untag_resource(call: Call, request: UntagResourceRequest, key: KeySnapshot) -> Outcome:
    queries.delete_tags(key.pk, request.tag_keys)
    return Outcome(elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
