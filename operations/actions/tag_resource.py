"""TagResource: add tags to a key, or overwrite their values. Source: API Reference, TagResource."""

from audit.changes import Touched
from core.calls import Call
from core.messages import TagResourceRequest
from keys import queries
from operations.key_tags import checked_tags
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot


def resolve_key(call: Call, request: TagResourceRequest) -> tuple[Subject, ...]:
    checked_tags(request.tags)
    return (find_subject_without_alias(call, request.key_id),)


@kms_operation("TagResource", writes=True, logged=("key_id", "tags"), resolve=resolve_key)
def tag_resource(call: Call, request: TagResourceRequest, key: KeySnapshot) -> Outcome:
    queries.save_tags(key.pk, checked_tags(request.tags, queries.tag_keys_of(key.pk)))
    return Outcome(elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
