"""The text of an AccessDenied answer.

Source: kms-semantics 1.8, authorization 6.1. An answer never tells a foreign caller whether a key exists.
"""

from enum import StrEnum

from core.policy.decide import Decision, DenyKind
from core.policy.facts import Check, PrincipalFacts, Scope, Subject


class ResourceForm(StrEnum):
    """How the request named the resource, which decides how the answer may."""

    NAMED = "named"
    """The request names the key, or the operation has no key: the check itself tells the rest."""
    CIPHERTEXT = "ciphertext"
    """Decrypt or ReEncrypt source without key id: the key is known from the ciphertext only."""
    UNKNOWN = "unknown"
    """There is no such key."""
    UNKNOWN_CIPHERTEXT = "unknown ciphertext"
    """The ciphertext names a key that does not exist here."""


_COMBINED = (
    " because the resource does not exist in this Region, no resource-based policies allow access, or a "
    "resource-based policy explicitly denies access"
)

_REASONS = {
    DenyKind.EXPLICIT_IDENTITY: " with an explicit deny in an identity-based policy",
    DenyKind.EXPLICIT_RESOURCE: " with an explicit deny in a resource-based policy",
    DenyKind.EXPLICIT_BOUNDARY: " with an explicit deny in a permissions boundary",
    DenyKind.EXPLICIT_SESSION: " with an explicit deny in a session policy",
    DenyKind.IMPLICIT_IDENTITY: " because no identity-based policy allows the {action} action",
    DenyKind.IMPLICIT_RESOURCE: " because no resource-based policy allows the {action} action",
    DenyKind.IMPLICIT_BOUNDARY: " because no permissions boundary allows the {action} action",
    DenyKind.IMPLICIT_SESSION: " because no session policy allows the {action} action",
    DenyKind.CROSS_ACCOUNT_UNSUPPORTED: _COMBINED,
    DenyKind.IMPLICIT_RETIRE: " because no grant or policy allows the {action} action",
}
# For a key that is not the caller's these kinds would tell whether it exists.
_TELLING = frozenset({DenyKind.IMPLICIT_RESOURCE, DenyKind.EXPLICIT_RESOURCE, DenyKind.CROSS_ACCOUNT_UNSUPPORTED})
# The caller's own explicit denies are the same whether or not the key exists.
_OWN_DENIES = frozenset({DenyKind.EXPLICIT_IDENTITY, DenyKind.EXPLICIT_BOUNDARY, DenyKind.EXPLICIT_SESSION})
_OF_CIPHERTEXT = frozenset({ResourceForm.CIPHERTEXT, ResourceForm.UNKNOWN_CIPHERTEXT})
_UNKNOWN = frozenset({ResourceForm.UNKNOWN, ResourceForm.UNKNOWN_CIPHERTEXT})


def access_denied_message(principal: PrincipalFacts, check: Check, decision: Decision, form: ResourceForm) -> str:
    """The message of AccessDeniedException.

    For an unknown key, ``decision`` is that of the identity side on the ARN of the request, and may even allow (a key
    of another account). Raises ValueError where there is nothing to refuse, and for ``policy_lockout``, which is
    answered with MalformedPolicyDocumentException instead.
    """
    foreign = check.key is not None and check.key.account_id != principal.account_id
    kind = decision.kind
    if form in _UNKNOWN:
        reason = _REASONS[kind] if kind in _OWN_DENIES else _COMBINED
    elif kind is None or kind is DenyKind.POLICY_LOCKOUT:
        raise ValueError(f"no AccessDenied message for {kind}")
    else:
        reason = _COMBINED if foreign and kind in _TELLING else _REASONS[kind]
    start = f"User: {principal.arn or principal.name} is not authorized to perform: {check.action}"
    return start + _resource(check, form, foreign=foreign) + reason.format(action=check.action)


def _resource(check: Check, form: ResourceForm, *, foreign: bool) -> str:
    if form in _OF_CIPHERTEXT:
        return " on the resource associated with this ciphertext"
    if foreign or form is ResourceForm.UNKNOWN:
        return " on this resource"
    if check.subject is Subject.TAGS:
        return ""
    if check.scope is Scope.IDENTITY and check.resource.endswith(":*"):
        return " on resource: *"
    return f" on resource: {check.resource}"
