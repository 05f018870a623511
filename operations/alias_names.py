"""What an alias may be called, what it may name, how many a key may have.

Source: kms-semantics 4.5 and its catalogue of errors, 3.1.
"""

import re
from enum import StrEnum

from core import arn
from core.calls import Call
from core.errors import NotAuthorizedException, NotFoundException, ValidationException
from operations.resolve import Subject, find_subject
from operations.snapshots import find_alias

PREFIX = "alias/"
RESERVED_PREFIX = "alias/aws/"
MAX_LENGTH = 256  # with the prefix
_ALLOWED = re.compile(r"[a-zA-Z0-9/_-]+")


class AliasFault(StrEnum):
    """Why a name cannot be that of a customer's alias."""

    EMPTY = "empty"
    RESERVED = "reserved"
    CHARACTERS = "characters"
    TOO_LONG = "too-long"


def alias_fault(name: str) -> AliasFault | None:
    """Return what CreateAlias would refuse about a name that begins with the prefix, or None. For forms.

    A call learns of characters and length from the service model's constraints, of the rest from checked_alias_name.
    """
    typed = name.removeprefix(PREFIX)
    if not typed:
        return AliasFault.EMPTY
    if name.startswith(RESERVED_PREFIX):
        return AliasFault.RESERVED
    if len(name) > MAX_LENGTH:
        return AliasFault.TOO_LONG
    return None if _ALLOWED.fullmatch(typed) else AliasFault.CHARACTERS


def checked_alias_name(name: str) -> str:
    """Return a name that a customer may create, change or delete.

    Raises ValidationException for a name without the prefix or with a colon, NotAuthorizedException for AWS's own.
    """
    if not name.startswith(PREFIX) or name == PREFIX:
        raise ValidationException(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if name.startswith(RESERVED_PREFIX):
        raise NotAuthorizedException()
    if ":" in name:
        raise ValidationException(f"{name} contains invalid characters for an alias")
    return name


def alias_arn(call: Call, name: str) -> str:
    """Return the ARN of an alias of the caller's account, in the Region of the call."""
    return arn.alias_arn(call.region, call.caller.account_id, name)


def alias_touched(call: Call, name: str) -> str:
    """Return the id under which the change log knows an alias."""
    return f"{call.caller.account_id}/{call.region}/{name}"


def alias_subject(call: Call, name: str) -> Subject:
    """Return the key of an alias that is about to change. Only who may change it learns that there is none."""
    key = find_alias(call.caller.account_id, call.region, name)
    named = alias_arn(call, name)
    if key is None or key.is_deleted(call.time):
        return Subject(None, named, refusal=NotFoundException(f"Alias {named} is not found."), alias_arn=named)
    return Subject(key, key.arn, alias_arn=named)


def target_subject(call: Call, identifier: str) -> Subject:
    """Return the key that an alias is to name; raises ValidationException for another alias."""
    if identifier.startswith(PREFIX) or ":alias/" in identifier:
        raise ValidationException("Aliases must refer to keys. Not aliases")
    return find_subject(call, identifier)
