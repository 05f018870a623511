"""Key id, key ARN, alias name or alias ARN → the one key that is meant. Written once.

Source: kms-semantics 1.9. Whether a caller learns that a key does not exist is decided in :mod:`operations.authorize`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from core.arn import is_key_id, key_arn, partition
from core.calls import Call
from core.errors import InvalidArnException, KmsError, NotFoundException
from core.policy.decide import GrantFacts
from operations.key_time import key_time
from operations.snapshots import find_alias, find_key


class Subject(msgspec.Struct, frozen=True):
    """A key that a request is about, or the lack of it.

    ``arn`` is the ARN that the request means, ``request_alias`` the alias name used, ``refusal`` what a caller who may
    know is told when there is no key. ``alias_arn`` is set when the operation is also about an alias. ``listed`` tells
    whether the audit record names the key among its resources.
    """

    key: Any  # KeySnapshot; None when there is no such key
    arn: str
    request_alias: str | None = None
    refusal: KmsError | None = None
    from_ciphertext: bool = False
    alias_arn: str | None = None
    recorded_as: str | None = None
    state_rule: str | None = None
    grant: GrantFacts | None = None  # the grant that RetireGrant is about
    listed: bool = True


Resolver = Callable[[Call, Any], tuple[Subject, ...]]


def by_key_id(attribute: str = "key_id", *, aliases: bool = False) -> Resolver:
    """Return a resolver for the one key identifier of a request; ``aliases``: whether alias names are accepted."""
    find = find_subject if aliases else find_subject_without_alias

    def resolve(call: Call, request: Any) -> tuple[Subject, ...]:
        return (find(call, getattr(request, attribute)),)

    return resolve


def find_subject_without_alias(call: Call, identifier: str) -> Subject:
    """Resolve a key id or key ARN; raises InvalidArnException for an alias."""
    if identifier.startswith("alias/") or (identifier.startswith("arn:") and ":alias/" in identifier):
        raise InvalidArnException()
    return find_subject(call, identifier)


def find_subject(call: Call, identifier: str) -> Subject:
    """Resolve any of the four forms; a key whose waiting period is over does not exist."""
    account_id = call.caller.account_id
    if identifier.startswith("arn:"):
        return _from_arn(call, identifier)
    if identifier.startswith("alias/"):
        return _from_alias(call, account_id, identifier)
    if not is_key_id(identifier):
        raise NotFoundException(f"Invalid keyId '{identifier}'")
    return _from_id(call, account_id, identifier)


def _from_id(call: Call, account_id: str, key_id: str) -> Subject:
    key = find_key(account_id, call.region, key_id)
    if key is not None and not key.is_deleted(key_time(call, key)):
        return Subject(key, key.arn)
    arn = key_arn(call.region, account_id, key_id)
    return Subject(None, arn, None, NotFoundException(f"Key '{arn}' does not exist"))


def _from_alias(call: Call, account_id: str, name: str) -> Subject:
    key = find_alias(account_id, call.region, name)
    if key is not None and not key.is_deleted(key_time(call, key)):
        return Subject(key, key.arn, name)
    arn = f"arn:{partition(call.region)}:kms:{call.region}:{account_id}:{name}"
    return Subject(None, arn, name, NotFoundException(f"Alias {arn} is not found."))


def _from_arn(call: Call, arn: str) -> Subject:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "kms":
        raise NotFoundException(f"Invalid arn {arn}")
    if parts[3] != call.region or parts[1] != partition(call.region):
        raise NotFoundException(f"Invalid arn {parts[3]}")
    if parts[5].startswith("alias/"):
        return _from_alias(call, parts[4], parts[5])
    kind, _, key_id = parts[5].partition("/")
    if kind != "key" or not is_key_id(key_id):
        raise NotFoundException(f"Invalid keyId '{arn}'")
    return _from_id(call, parts[4], key_id)
