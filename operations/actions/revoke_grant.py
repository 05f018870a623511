"""RevokeGrant: take a grant away, by who may administer the key. Source: API Reference, RevokeGrant."""

from audit.changes import Touched
from core.calls import Call
from core.messages import RevokeGrantRequest
from operations.grant_subjects import checked_grant_id, delete_grant, load_grant
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot


def resolve_key(call: Call, request: RevokeGrantRequest) -> tuple[Subject, ...]:
    checked_grant_id(request.grant_id)
    return (find_subject_without_alias(call, request.key_id),)


@kms_operation("RevokeGrant", writes=True, logged=("key_id", "grant_id", "dry_run"), resolve=resolve_key)
def revoke_grant(call: Call, request: RevokeGrantRequest, key: KeySnapshot) -> Outcome:
    delete_grant(load_grant(request.grant_id, key.pk))
    return Outcome(elements={"keyId": key.arn}, touched=[(Touched.KEY, str(key.pk))])
