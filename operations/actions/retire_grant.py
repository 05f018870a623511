"""RetireGrant: give a grant up, by whom the grant names. Source: API Reference, RetireGrant; authorization 3.9."""

from msgspec.structs import replace

from audit.changes import Touched
from core.calls import Call
from core.errors import NotFoundException, ValidationException
from core.messages import RetireGrantRequest
from operations.grant_subjects import (
    checked_grant_id,
    delete_grant,
    load_grant,
    subject_of_grant,
    subject_of_key_arn,
)
from operations.grant_tokens import read_token
from operations.grants import grant_facts
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.snapshots import KeySnapshot


def resolve_grant(call: Call, request: RetireGrantRequest) -> tuple[Subject, ...]:
    by_token = request.grant_token is not None
    by_id = request.key_id is not None and request.grant_id is not None
    if by_token == by_id or (by_token and (request.key_id is not None or request.grant_id is not None)):
        raise ValidationException("Grant token OR (grant ID, key ID) must be specified")
    if request.grant_token is not None:
        row = load_grant(read_token(request.grant_token))
        return (replace(subject_of_grant(call, row), grant=grant_facts(row)),)
    grant_id = checked_grant_id(str(request.grant_id))
    subject = subject_of_key_arn(call, str(request.key_id))
    if subject.key is None:
        return (subject,)
    try:
        return (replace(subject, grant=grant_facts(load_grant(grant_id, subject.key.pk))),)
    except NotFoundException as unknown:
        if subject.key.account_id == call.caller.account_id:
            raise
        # Another account learns as little of a key without that grant as of no key at all.
        return (Subject(None, subject.arn, refusal=unknown),)


@kms_operation("RetireGrant", writes=True, resolve=resolve_grant)
def retire_grant(call: Call, request: RetireGrantRequest, key: KeySnapshot) -> Outcome:
    grant_id = request.grant_id or read_token(str(request.grant_token))
    delete_grant(load_grant(grant_id, key.pk))
    return Outcome(elements={"keyId": key.arn}, additional={"grantId": grant_id}, touched=[(Touched.KEY, str(key.pk))])
