"""What the service accepts and the console points out.

Source: authorization 1.3 (statements without effect), 2.4 (NotPrincipal), 4.4 (set operators), 5.2 (keys that are
absent in key policies).
"""

from collections.abc import Iterator

from core.policy.actions import ACTIONS, Where, action_mask
from core.policy.condition_keys import find_condition_key, is_absent_in_key_policies
from core.policy.conditions import build_test
from core.policy.operators import Comparison, parse_operator
from core.policy.statements import (
    CURRENT_VERSION,
    Effect,
    PolicyDocument,
    PolicyWarning,
    Principals,
    Statement,
    WarningCode,
)

_IDENTITY_ONLY = sum(action.mask for action in ACTIONS.values() if action.where is not Where.KEY_POLICY)


def warnings_for(document: PolicyDocument, *, key_policy: bool) -> tuple[PolicyWarning, ...]:
    """Every warning of a document whose structure is sound."""
    found: list[PolicyWarning] = []
    if document.version != CURRENT_VERSION:
        found.append(PolicyWarning(WarningCode.OLD_VERSION, None))
    for statement in document.statements:
        found += (
            PolicyWarning(code, statement.index, subject)
            for code, subject in _statement_warnings(statement, key_policy=key_policy)
        )
    return tuple(found)


def _statement_warnings(statement: Statement, *, key_policy: bool) -> Iterator[tuple[WarningCode, str]]:
    if not (statement.actions or statement.not_actions):
        yield WarningCode.NO_ACTION, ""
    if not (statement.resources or statement.not_resources):
        yield WarningCode.NO_RESOURCE, ""
    yield from _action_warnings(statement, key_policy=key_policy)
    yield from _condition_warnings(statement, key_policy=key_policy)
    if not key_policy:
        return
    for resource in (statement.resources or ()) + (statement.not_resources or ()):
        if resource != "*":
            yield WarningCode.RESOURCE_NOT_STAR, resource
    if statement.not_principals is not None:
        yield WarningCode.NOT_PRINCIPAL, ""
    if statement.effect is Effect.ALLOW and not statement.conditions and _names_everybody(statement.principals):
        yield WarningCode.EVERYBODY, ""


def _names_everybody(principals: Principals | None) -> bool:
    return principals is not None and (principals.everybody or "*" in principals.aws)


def _action_warnings(statement: Statement, *, key_policy: bool) -> Iterator[tuple[WarningCode, str]]:
    for action in (statement.actions or ()) + (statement.not_actions or ()):
        if action == "*":
            continue
        mask = action_mask(action)
        if not action.lower().startswith("kms:"):
            if key_policy:
                yield WarningCode.FOREIGN_ACTION, action
        elif not mask:
            yield WarningCode.UNKNOWN_ACTION, action
        elif key_policy and not mask & ~_IDENTITY_ONLY:
            yield WarningCode.INEFFECTIVE_ACTION, action


def _condition_warnings(statement: Statement, *, key_policy: bool) -> Iterator[tuple[WarningCode, str]]:
    for entry in statement.conditions:
        operator = parse_operator(entry.operator)
        key = find_condition_key(entry.key)
        if operator is None:
            continue
        if key_policy and is_absent_in_key_policies(entry.key):
            yield WarningCode.KEY_ABSENT_IN_KEY_POLICY, entry.key
        if key and key.multivalued and not operator.set_operator and operator.comparison is not Comparison.NULL:
            yield WarningCode.SET_OPERATOR_MISSING, entry.key
        test = build_test(entry, key=entry.key.lower(), variables=True, hidden=lambda _: False)
        for value in test.unparsable:
            yield WarningCode.UNPARSABLE_VALUE, value
