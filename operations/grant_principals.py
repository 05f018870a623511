"""Who a grant may name, and how it is stored and shown. Source: authorization 3.8; kms-semantics 3.1 and 4.12."""

import re
from dataclasses import dataclass

from accounts import queries as account_queries
from core.errors import InvalidArnException
from core.policy.principals import PrincipalForm, account_of, classify_principal, is_service_principal

_UNIQUE_ID = re.compile(r"(A(?:IDA|ROA)[A-Z2-7]{17})(:[\w+=,.@-]{2,64})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class GrantPrincipal:
    """A principal key (see core.policy.principals), what the caller wrote, and whose principal it is."""

    key: str
    shown: str
    account_id: str | None = None  # None: a service's


def find_principal(text: str, unknown: str) -> GrantPrincipal:
    """Return the principal that a text names now; raises InvalidArnException, with ``unknown`` for an unknown id."""
    unique_id = _UNIQUE_ID.match(text)
    if unique_id is not None:
        named = account_queries.principals_by_unique_id({unique_id[1]}).get(unique_id[1])
        if named is None:
            raise InvalidArnException(unknown)
        return GrantPrincipal(text, text, named.account_id)
    form, account_id = classify_principal(text), account_of(text)
    if form is PrincipalForm.ACCOUNT:
        return GrantPrincipal(str(account_id), f"arn:aws:iam::{account_id}:root", account_id)
    if form in (PrincipalForm.USER, PrincipalForm.ROLE):
        found = account_queries.unique_ids(frozenset({text}))
        if text not in found:
            raise InvalidArnException(f"ARN does not refer to a valid principal: {text}")
        return GrantPrincipal(found[text], text, account_id)
    if form is PrincipalForm.SESSION:
        if account_queries.find_role(str(account_id), text.split("/")[1]) is None:
            raise InvalidArnException(f"ARN does not refer to a valid principal: {text}")
        return GrantPrincipal(text, text, account_id)
    if form is PrincipalForm.FEDERATED:
        return GrantPrincipal(text, text, account_id)
    if text.startswith("arn:"):
        raise InvalidArnException(f"ARN is not valid: {text}")
    raise InvalidArnException(unknown)


def find_service(name: str) -> GrantPrincipal:
    """Return the service principal of this name; raises InvalidArnException for a service that is not known."""
    if not is_service_principal(name):
        raise InvalidArnException(f"{name} is not a valid service principal.")
    return GrantPrincipal(name, name)


def shown_now(key: str, shown: str) -> str:
    """Return a stored principal as lists show it: its current ARN, or its unique id once it is deleted."""
    if _UNIQUE_ID.match(key) and not _UNIQUE_ID.match(shown):
        return account_queries.arns_of({key}).get(key, key)
    return shown
