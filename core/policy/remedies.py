"""What would have to change for a denied check to be allowed.

Codes and facts, not sentences: the console words them. Source: authorization 6.3.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.policy.actions import GRANT_OPERATIONS
from core.policy.decision import Decision, DenyKind
from core.policy.facts import Check, PrincipalFacts
from core.policy.principals import PrincipalKind


class RemedyCode(StrEnum):
    NAME_CALLER_IN_KEY_POLICY = "name-caller-in-key-policy"
    ADD_ACCOUNT_STATEMENT = "add-account-statement"
    COMPLETE_ACCOUNT_STATEMENT = "complete-account-statement"
    CREATE_GRANT = "create-grant"
    ALLOW_FOREIGN_CALLER_IN_KEY_POLICY = "allow-foreign-caller-in-key-policy"
    ADD_IDENTITY_POLICY = "add-identity-policy"
    WIDEN_BOUNDARY = "widen-boundary"
    WIDEN_SESSION_POLICY = "widen-session-policy"
    NAME_SESSION_IN_KEY_POLICY = "name-session-in-key-policy"
    CHANGE_DENY = "change-deny"
    USE_OWNER_ACCOUNT = "use-owner-account"
    RETIRE_AS_ANOTHER = "retire-as-another"
    REVOKE_INSTEAD = "revoke-instead"
    ALLOW_PUT_KEY_POLICY = "allow-put-key-policy"
    BYPASS_LOCKOUT_CHECK = "bypass-lockout-check"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out. ``facts`` are texts for the sentence; ``statement`` is ready-made JSON for the policy editor."""

    code: RemedyCode
    facts: Mapping[str, str]
    statement: str | None = None


# Policies that AWS ships and that give the action on every key, where the key policy delegates.
_MANAGED_POLICIES = (
    ("AdministratorAccess", ("kms:",)),
    (
        "AWSKeyManagementServicePowerUser",
        (
            "kms:CreateAlias",
            "kms:CreateKey",
            "kms:DeleteAlias",
            "kms:Describe",
            "kms:GenerateRandom",
            "kms:Get",
            "kms:List",
            "kms:TagResource",
            "kms:UntagResource",
        ),
    ),
)


def remedies_for(principal: PrincipalFacts, check: Check, decision: Decision) -> tuple[Remedy, ...]:
    """The remedies of a denied check, the most fitting first; none for an allowed one."""
    match decision.kind:
        case None:
            return ()
        case DenyKind.IMPLICIT_RESOURCE:
            return _implicit_resource(principal, check)
        case DenyKind.IMPLICIT_IDENTITY:
            return _implicit_identity(principal, check)
        case DenyKind.IMPLICIT_BOUNDARY | DenyKind.IMPLICIT_SESSION:
            return _implicit_limit(principal, check, decision.kind)
        case DenyKind.CROSS_ACCOUNT_UNSUPPORTED:
            owner = check.key.account_id if check.key is not None else ""
            return (_remedy(RemedyCode.USE_OWNER_ACCOUNT, owner=owner, action=check.action),)
        case DenyKind.IMPLICIT_RETIRE:
            return _implicit_retire(check)
        case DenyKind.POLICY_LOCKOUT:
            return (
                _remedy(
                    RemedyCode.ALLOW_PUT_KEY_POLICY,
                    _statement("kms:PutKeyPolicy", "*", principal=_named(principal)),
                    caller=_named(principal),
                ),
                _remedy(RemedyCode.BYPASS_LOCKOUT_CHECK),
            )
    return tuple(
        _remedy(
            RemedyCode.CHANGE_DENY, layer=ref.layer.value, source=ref.source, index=str(ref.index), sid=ref.sid or ""
        )
        for ref in decision.determining
    )


def _remedy(code: RemedyCode, statement: str | None = None, /, **facts: str) -> Remedy:
    return Remedy(code, MappingProxyType(facts), statement)


def _named(principal: PrincipalFacts) -> str:
    """How a key policy would name the caller: a session by its role, a service by its name."""
    return principal.name if principal.kind is PrincipalKind.SERVICE else principal.principal_arn


def _statement(action: str, resource: str, *, principal: str = "", service: bool = False) -> str:
    statement: dict[str, object] = {"Effect": "Allow"}
    if principal:
        statement["Principal"] = {"Service" if service else "AWS": principal}
    return json.dumps({**statement, "Action": action, "Resource": resource}, indent=2)


def _implicit_resource(principal: PrincipalFacts, check: Check) -> tuple[Remedy, ...]:
    caller, action = _named(principal), check.action
    is_service = principal.kind is PrincipalKind.SERVICE
    named = _statement(action, "*", principal=caller, service=is_service)
    if check.key is None or is_service:
        return (_remedy(RemedyCode.NAME_CALLER_IN_KEY_POLICY, named, caller=caller, action=action),)
    if check.key.account_id != principal.account_id:
        facts = {"caller": caller, "account": principal.account_id, "action": action}
        return (_remedy(RemedyCode.ALLOW_FOREIGN_CALLER_IN_KEY_POLICY, named, **facts),)
    partition = check.key.arn.split(":")[1]
    root = f"arn:{partition}:iam::{principal.account_id}:root"
    found = [_remedy(RemedyCode.NAME_CALLER_IN_KEY_POLICY, named, caller=caller, action=action)]
    partial = next(
        (
            statement
            for statement in check.key.policy.statements
            if principal.account_id in (statement.principal_keys or ()) and not statement.not_principal
        ),
        None,
    )
    if partial is None:
        found.append(_remedy(RemedyCode.ADD_ACCOUNT_STATEMENT, _statement("kms:*", "*", principal=root), account=root))
    else:
        lacks = "condition" if partial.covers_action(action) else "action"
        facts = {"index": str(partial.source.index), "sid": partial.source.sid or "", "lacks": lacks}
        found.append(_remedy(RemedyCode.COMPLETE_ACCOUNT_STATEMENT, **facts, action=action))
    if action.removeprefix("kms:") in GRANT_OPERATIONS:
        found.append(_remedy(RemedyCode.CREATE_GRANT, grantee=caller, operation=action.removeprefix("kms:")))
    return tuple(found)


def _implicit_identity(principal: PrincipalFacts, check: Check) -> tuple[Remedy, ...]:
    policies = [name for name, starts in _MANAGED_POLICIES if check.action.startswith(starts)]
    resource = "*" if check.key is None and check.resource.endswith(":*") else check.resource
    found = [
        _remedy(
            RemedyCode.ADD_IDENTITY_POLICY,
            _statement(check.action, resource),
            caller=_named(principal),
            action=check.action,
            resource=resource,
            managed_policies=", ".join(policies),
        )
    ]
    if check.key is not None and check.key.account_id == principal.account_id:
        caller = _named(principal)
        named = _statement(check.action, "*", principal=caller)
        found.append(_remedy(RemedyCode.NAME_CALLER_IN_KEY_POLICY, named, caller=caller, action=check.action))
    return tuple(found)


def _implicit_limit(principal: PrincipalFacts, check: Check, kind: DenyKind) -> tuple[Remedy, ...]:
    boundary = kind is DenyKind.IMPLICIT_BOUNDARY
    widen = RemedyCode.WIDEN_BOUNDARY if boundary else RemedyCode.WIDEN_SESSION_POLICY
    found = [_remedy(widen, _statement(check.action, check.resource), action=check.action)]
    if check.key is not None and check.key.account_id == principal.account_id:
        # A user named as itself, or a session named by its own ARN, is not limited by either.
        code = RemedyCode.NAME_SESSION_IN_KEY_POLICY
        if principal.kind is PrincipalKind.USER:
            code = RemedyCode.NAME_CALLER_IN_KEY_POLICY
        statement = _statement(check.action, "*", principal=principal.arn)
        found.append(_remedy(code, statement, caller=principal.arn, action=check.action))
    return tuple(found)


def _implicit_retire(check: Check) -> tuple[Remedy, ...]:
    grant = check.grant
    if grant is None:
        return ()
    facts = {"retiring": grant.retiring or "", "issuing_account": grant.issuing_account_id}
    if "RetireGrant" in grant.operations:
        facts["grantee"] = grant.grantee
    return (
        _remedy(RemedyCode.RETIRE_AS_ANOTHER, **facts),
        _remedy(RemedyCode.REVOKE_INSTEAD, action="kms:RevokeGrant", grant_id=grant.grant_id),
    )
