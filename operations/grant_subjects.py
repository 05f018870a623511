"""Which grant a request means, and taking one away. Source: kms-semantics 3.5 and 4.12."""

import re

from core.calls import Call
from core.errors import InvalidGrantIdException, NotFoundException
from operations import key_policies
from operations.key_time import key_time
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import find_key
from policies import queries
from policies.models import Grant

_GRANT_ID = re.compile(r"[0-9a-f]{64}\Z")


def checked_grant_id(grant_id: str) -> str:
    """Return a well-formed grant id; raises InvalidGrantIdException."""
    if not _GRANT_ID.match(grant_id):
        raise InvalidGrantIdException()
    return grant_id


def load_grant(grant_id: str, key_pk: int | None = None) -> Grant:
    """Return a grant (of one key, if given); raises NotFoundException."""
    row = queries.find_grant(checked_grant_id(grant_id))
    if row is None or (key_pk is not None and row.key_id != key_pk):
        raise NotFoundException(f"Grant ID {grant_id} not found")
    return row


def subject_of_grant(call: Call, row: Grant) -> Subject:
    """Return the key of a grant that a token names; raises NotFoundException if the key is not here."""
    key = find_key(row.key.account_id, row.key.region, row.key.key_id)
    if key is None or key.region != call.region or key.is_deleted(key_time(call, key)):
        raise NotFoundException(f"Grant ID {row.grant_id} not found")
    return Subject(key, key.arn)


def subject_of_key_arn(call: Call, key_arn: str) -> Subject:
    """Return the key of an ARN; an alias is refused, and a bare id as AWS does (kms-semantics 3.1, 4 and 6)."""
    if not key_arn.startswith(("arn:", "alias/")):
        raise NotFoundException(f"Invalid arn {key_arn}")
    return find_subject_without_alias(call, key_arn)


def delete_grant(row: Grant) -> None:
    """Delete a grant and what the permission index says of it."""
    row.delete()
    key_policies.rewrite_grantee(row.key_id, row.grantee)
