"""What an alias may be called. Source: kms-semantics 4.5 and its catalogue of errors, 3.1."""

from core import arn
from core.calls import Call
from core.errors import NotAuthorizedException, ValidationException

PREFIX = "alias/"
RESERVED_PREFIX = "alias/aws/"


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
