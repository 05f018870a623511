"""Policy documents as text: what is refused, with which words, and what is only worth a warning.

Source: authorization 1.2 to 1.4. Whether the principals of a key policy exist is asked elsewhere: this module sees the
text alone.
"""

import re
from collections.abc import Iterator

from core.errors import (
    IamMalformedPolicyDocument,
    LimitExceededException,
    MalformedPolicyDocumentException,
    ValidationException,
)
from core.policy.condition_keys import forbids_for_all_values
from core.policy.json_text import InvalidJson, read_json
from core.policy.operators import SetOperator, parse_operator
from core.policy.policy_warnings import warnings_for
from core.policy.principals import PrincipalForm, classify_principal, is_service_principal
from core.policy.rendering import default_key_policy, render_key_policy
from core.policy.statements import (
    CURRENT_VERSION,
    Effect,
    PolicyDocument,
    PolicyWarning,
    Principals,
    Statement,
    WarningCode,
)
from core.policy.structure import Fault, FaultKind, read_structure

__all__ = [
    "Effect",
    "PolicyDocument",
    "PolicyWarning",
    "Principals",
    "Statement",
    "WarningCode",
    "default_key_policy",
    "load_document",
    "parse_identity_policy",
    "parse_key_policy",
    "parse_managed_policy",
    "render_key_policy",
]

KEY_POLICY_LIMIT_BYTES = 32_768
KEY_POLICY_LIMIT_CHARACTERS = 131_072  # the service model's limit, looser than the quota

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."

_OUTSIDE_CHARACTER_SET = re.compile("[^\t\n\r\x20-\xff]")
_SID = re.compile(r"[0-9A-Za-z]*")
_VENDOR = re.compile(r"[A-Za-z0-9-]+:.+", re.DOTALL)


def parse_key_policy(text: str) -> PolicyDocument:
    """Check a key policy (CreateKey, PutKeyPolicy, ReplicateKey) and read it.

    Raises, in this order and for the first fault only: ValidationException, LimitExceededException,
    MalformedPolicyDocumentException.
    """
    _check_service_model(text)
    if len(text.encode()) > KEY_POLICY_LIMIT_BYTES:
        raise LimitExceededException(f"Key policy exceeds the {KEY_POLICY_LIMIT_BYTES} byte limit.")
    try:
        data = read_json(text)
    except InvalidJson:
        data = None
    if not isinstance(data, dict):
        raise MalformedPolicyDocumentException("Policy document is not valid JSON.")
    document, faults = read_structure(data)
    for sentence in _key_policy_faults(document, faults):
        raise MalformedPolicyDocumentException(sentence)
    return _with_warnings(document, key_policy=True)


def parse_identity_policy(text: str) -> PolicyDocument:
    """Check an identity, boundary or session policy and read it. Raises IamMalformedPolicyDocument.

    A document without ``Version`` is read in the old language. Sizes are the business of the caller, who knows the
    kind of the document.
    """
    return _parse_iam_document(text, version_optional=True)


def parse_managed_policy(text: str) -> PolicyDocument:
    """Check a customer managed policy, which must state the current version. Raises IamMalformedPolicyDocument."""
    return _parse_iam_document(text, version_optional=False)


def load_document(text: str) -> PolicyDocument:
    """Read a stored document, which was checked when it was stored; an orphaned principal is no fault here.

    Raises MalformedPolicyDocumentException if the structure is broken all the same: nothing may be decided with it.
    """
    try:
        document, faults = read_structure(read_json(text))
    except InvalidJson as error:
        raise MalformedPolicyDocumentException("Policy document is not valid JSON.") from error
    if faults:
        raise MalformedPolicyDocumentException(_syntax_error(faults[0].element))
    return document


def _with_warnings(document: PolicyDocument, *, key_policy: bool) -> PolicyDocument:
    warnings = warnings_for(document, key_policy=key_policy)
    return PolicyDocument(document.version, document.id, document.statements, warnings)


def _check_service_model(text: str) -> None:
    start = "1 validation error detected: Value '{}' at 'policy' failed to satisfy constraint: Member must "
    if not text:
        raise ValidationException(start.format("") + "have length greater than or equal to 1")
    if len(text) > KEY_POLICY_LIMIT_CHARACTERS:
        limit = f"have length less than or equal to {KEY_POLICY_LIMIT_CHARACTERS}"
        raise ValidationException(start.format(text) + limit)
    if _OUTSIDE_CHARACTER_SET.search(text):
        pattern = r"satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+"
        raise ValidationException(start.format(text) + pattern)


def _syntax_error(element: str) -> str:
    return f"Policy contains a syntax error: {element}."


def _key_policy_faults(document: PolicyDocument, faults: tuple[Fault, ...]) -> Iterator[str]:
    """The sentences for every fault, in the order in which the service checks."""
    by_kind = {kind: [fault.element for fault in faults if fault.kind is kind] for kind in FaultKind}
    statements = document.statements
    for element in by_kind[FaultKind.ELEMENT] + by_kind[FaultKind.VERSION] + by_kind[FaultKind.EFFECT]:
        yield _syntax_error(element)
    both_or_none = any((s.principals is None) == (s.not_principals is None) for s in statements)
    if by_kind[FaultKind.NO_PRINCIPAL] or both_or_none:
        yield "Policy contains a statement with no principal."
    if any(s.not_principals is not None and s.effect is Effect.ALLOW for s in statements):
        yield "Policy contains a statement that uses NotPrincipal with Allow."
    if by_kind[FaultKind.PRINCIPAL] or not all(_has_valid_principals(s) for s in statements):
        yield INVALID_PRINCIPALS
    for element in by_kind[FaultKind.BOTH] + by_kind[FaultKind.OPERATOR] + by_kind[FaultKind.KEY_PREFIX]:
        yield _syntax_error(element)
    for statement in statements:
        for entry in statement.conditions:
            operator = parse_operator(entry.operator)
            if operator and operator.set_operator is SetOperator.ALL and forbids_for_all_values(entry.key):
                yield _overly_permissive(entry.key)


def _has_valid_principals(statement: Statement) -> bool:
    block = statement.principals or statement.not_principals
    if block is None or block.everybody:
        return True
    return (
        not block.other
        and all(classify_principal(text) is not PrincipalForm.INVALID for text in block.aws)
        and all(is_service_principal(text) for text in block.service)
    )


def _overly_permissive(key: str) -> str:
    kind = "tag" if key.lower().startswith("aws:") else "encryption context"
    return (
        f"OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        f"requests without the specified {kind} ({key}) or with an unspecified {kind}. To fix, remove ForAllValues."
    )


def _parse_iam_document(text: str, *, version_optional: bool) -> PolicyDocument:
    try:
        data = read_json(text)
    except InvalidJson:
        data = None
    if not isinstance(data, dict):
        raise IamMalformedPolicyDocument("Syntax errors in policy.")
    document, faults = read_structure(data)
    for sentence in _identity_policy_faults(document, faults, version_optional=version_optional):
        raise IamMalformedPolicyDocument(sentence)
    return _with_warnings(document, key_policy=False)


def _identity_policy_faults(
    document: PolicyDocument, faults: tuple[Fault, ...], *, version_optional: bool
) -> Iterator[str]:
    statements = document.statements
    kinds = {fault.kind for fault in faults}
    absent_and_accepted = document.version is None and version_optional
    if FaultKind.VERSION in kinds or (document.version != CURRENT_VERSION and not absent_and_accepted):
        yield "Policy document must be version 2012-10-17 or greater."
    structural = {FaultKind.ELEMENT, FaultKind.EFFECT, FaultKind.BOTH, FaultKind.OPERATOR}
    if kinds & structural or document.id is not None:
        yield "The policy failed legacy parsing"
    if any(s.principals is not None or s.not_principals is not None for s in statements):
        yield "Policy document should not specify a principal."
    if any(not (s.actions or s.not_actions) for s in statements):
        yield "Policy statement must contain actions."
    if any(not (s.resources or s.not_resources) for s in statements):
        yield "Policy statement must contain resources."
    sids = [s.sid for s in statements if s.sid]
    if not all(_SID.fullmatch(sid) for sid in sids):
        yield (
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    if len(set(sids)) != len(sids):
        yield "Statement IDs (SID) in a single policy must be unique."
    actions = [text for s in statements for text in (s.actions or ()) + (s.not_actions or ())]
    if FaultKind.KEY_PREFIX in kinds or not all(text == "*" or _VENDOR.fullmatch(text) for text in actions):
        yield "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    for resource in (text for s in statements for text in (s.resources or ()) + (s.not_resources or ())):
        if resource != "*" and not resource.startswith("arn:"):
            yield f'Resource {resource} must be in ARN format or "*".'
