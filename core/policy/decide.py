"""The decision: may this caller do this?

Source: IAM User Guide, "Policy evaluation logic"; authorization 3.2 to 3.5 and 3.9, which this module follows step by
step. Everything is given; nothing is looked up, and no clock is read.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.policy.actions import NOT_CROSS_ACCOUNT
from core.policy.compile import CompiledPolicy, Statements
from core.policy.conditions import ContextValue
from core.policy.evaluation import Evaluation
from core.policy.facts import Check, GrantFacts, KeyFacts, NamedPolicy, PrincipalFacts, Scope, Subject
from core.policy.grants import form_of_grantee, grant_allows, may_retire
from core.policy.principals import Form, PrincipalKind, principal_keys

__all__ = [
    "Check",
    "ContextValue",
    "Decision",
    "DenyKind",
    "GrantFacts",
    "KeyFacts",
    "Layer",
    "NamedPolicy",
    "PrincipalFacts",
    "PrincipalKind",
    "Scope",
    "StatementRef",
    "Subject",
    "decide",
    "principal_keys",
]


class DenyKind(StrEnum):
    """Why a request is denied: which layer denies, or which lacks an Allow."""

    EXPLICIT_IDENTITY = "explicit_identity"
    EXPLICIT_BOUNDARY = "explicit_boundary"
    EXPLICIT_SESSION = "explicit_session"
    EXPLICIT_RESOURCE = "explicit_resource"
    IMPLICIT_IDENTITY = "implicit_identity"
    IMPLICIT_BOUNDARY = "implicit_boundary"
    IMPLICIT_SESSION = "implicit_session"
    IMPLICIT_RESOURCE = "implicit_resource"
    CROSS_ACCOUNT_UNSUPPORTED = "cross_account_unsupported"
    IMPLICIT_RETIRE = "implicit_retire"
    POLICY_LOCKOUT = "policy_lockout"


class Layer(StrEnum):
    KEY_POLICY = "key policy"
    GRANTS = "grants"
    IDENTITY = "identity policies"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement or grant that settled a decision. ``source`` is the policy, or the grant's id; ``index`` counts the
    statements of the document from 0 and is -1 for a grant."""

    layer: Layer
    source: str
    index: int
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """``determining``: the denying statements, or the Allows that together permit; empty where an Allow is missing.
    ``errors``: statements with values that could not be read and therefore match nothing."""

    allowed: bool
    kind: DenyKind | None
    determining: tuple[StatementRef, ...] = ()
    errors: tuple[StatementRef, ...] = ()


Refs = list[StatementRef]


def decide(principal: PrincipalFacts, check: Check) -> Decision:
    """Decide one check."""
    evaluation = Evaluation(principal, check)
    denied = _explicit_deny(evaluation)
    if denied is not None:
        kind, refs = denied
        return Decision(False, kind, refs, _errors(evaluation))
    used: Refs = []
    if check.scope is Scope.KEY:
        failed = _decide_key(evaluation, used)
    elif check.scope is Scope.IDENTITY:
        failed = _identity_side(evaluation, used)
    else:
        failed = _decide_retire(evaluation, used)
    if failed is not None:
        return Decision(False, failed, (), _errors(evaluation))
    return Decision(True, None, tuple(used), _errors(evaluation))


# --- explicit denies --------------------------------------------------------------------------------------------------
def _explicit_deny(evaluation: Evaluation) -> tuple[DenyKind, tuple[StatementRef, ...]] | None:
    """Step 2. The kind that is reported when several deny: identity, boundary, session, key policy."""
    principal, check = evaluation.principal, evaluation.check
    action = check.action
    for named in principal.identity:
        bucket = named.policy.bucket(action)
        if bucket.denies:
            refs = _matching(bucket.denies, evaluation, Layer.IDENTITY, named.source)
            if refs:
                return DenyKind.EXPLICIT_IDENTITY, refs
    for policy, layer, kind in (
        (principal.boundary, Layer.BOUNDARY, DenyKind.EXPLICIT_BOUNDARY),
        (principal.session_policy, Layer.SESSION, DenyKind.EXPLICIT_SESSION),
    ):
        if policy is not None:
            refs = _matching(policy.bucket(action).denies, evaluation, layer, layer.value)
            if refs:
                return kind, refs
    if check.scope is Scope.KEY and check.key is not None:
        bucket = check.key.policy.bucket(action)
        if bucket.denies:
            refs = _matching(
                _denies_for(principal, check.key.policy, action), evaluation, Layer.KEY_POLICY, "key policy"
            )
            if refs:
                return DenyKind.EXPLICIT_RESOURCE, refs
    return None


def _denies_for(principal: PrincipalFacts, policy: CompiledPolicy, action: str) -> Statements:
    """The Deny statements of a key policy whose principal element reaches the caller."""
    bucket = policy.bucket(action)
    has_boundary = principal.boundary is not None
    found = [s for s in bucket.deny_all_but if not s.spares(principal.keys, has_boundary=has_boundary)]
    for key in principal.keys:
        found += bucket.denies_by_key.get(key, ())
    return tuple(dict.fromkeys(sorted(found, key=lambda statement: statement.source.index)))


def _matching(statements: Statements, evaluation: Evaluation, layer: Layer, source: str) -> tuple[StatementRef, ...]:
    return tuple(StatementRef(layer, source, s.source.index, s.source.sid) for s in statements if s.applies(evaluation))


# --- the sides --------------------------------------------------------------------------------------------------------
def _decide_key(evaluation: Evaluation, used: Refs) -> DenyKind | None:
    """Steps 3 to 6. Returns what is missing, or ``None`` if the check is allowed."""
    principal, check = evaluation.principal, evaluation.check
    key = check.key
    if key is None:
        raise ValueError("a check on a key needs the key")
    # A service principal has no account; a key policy that names it is enough.
    same_account = principal.account_id == key.account_id or principal.kind is PrincipalKind.SERVICE
    if not same_account and check.action in NOT_CROSS_ACCOUNT:
        return DenyKind.CROSS_ACCOUNT_UNSUPPORTED
    reached = _resource_side(evaluation, key, used)
    if reached is None:
        return DenyKind.IMPLICIT_RESOURCE
    if not same_account or reached is Form.DELEGATING:
        return _identity_side(evaluation, used)
    if reached is Form.LIMITED:
        return _limits(evaluation, used)
    return None


def _resource_side(evaluation: Evaluation, key: KeyFacts, used: Refs) -> Form | None:
    """Step 4: the least limited form in which an Allow of the key policy or a grant reaches the caller."""
    principal = evaluation.principal
    by_key = key.policy.bucket(evaluation.check.action).allows_by_key
    best: Form | None = None
    ref: StatementRef | None = None
    for principal_key, form in principal.forms:
        for statement in by_key.get(principal_key, ()):
            if statement.applies(evaluation):
                best = form
                ref = StatementRef(Layer.KEY_POLICY, "key policy", statement.source.index, statement.source.sid)
                break
        if best is not None:
            break
    if best is not Form.UNLIMITED:
        for grant in key.grants:
            reached = form_of_grantee(grant.grantee, principal)
            if reached is not None and (best is None or reached < best) and grant_allows(grant, evaluation):
                best = reached
                ref = StatementRef(Layer.GRANTS, grant.grant_id, -1)
    if ref is not None:
        used.append(ref)
    return best


def _identity_side(evaluation: Evaluation, used: Refs) -> DenyKind | None:
    """5c: identity policies, boundary and session policy each allow; a root user is allowed at once."""
    principal = evaluation.principal
    if principal.kind is PrincipalKind.ROOT:
        return None
    action = evaluation.check.action
    for named in principal.identity:
        for statement in named.policy.bucket(action).allows:
            if statement.applies(evaluation):
                used.append(StatementRef(Layer.IDENTITY, named.source, statement.source.index, statement.source.sid))
                return _limits(evaluation, used)
    return DenyKind.IMPLICIT_IDENTITY


def _limits(evaluation: Evaluation, used: Refs) -> DenyKind | None:
    """5b: boundary and session policy, where there is one, each allow."""
    principal = evaluation.principal
    if principal.boundary is not None and not _allowed_by(principal.boundary, Layer.BOUNDARY, evaluation, used):
        return DenyKind.IMPLICIT_BOUNDARY
    if principal.session_policy is None:
        # A federated session without a session policy has no identity-side permission at all.
        return DenyKind.IMPLICIT_SESSION if principal.kind is PrincipalKind.FEDERATED else None
    if not _allowed_by(principal.session_policy, Layer.SESSION, evaluation, used):
        return DenyKind.IMPLICIT_SESSION
    return None


def _allowed_by(policy: CompiledPolicy, layer: Layer, evaluation: Evaluation, used: Refs) -> bool:
    for statement in policy.bucket(evaluation.check.action).allows:
        if statement.applies(evaluation):
            used.append(StatementRef(layer, layer.value, statement.source.index, statement.source.sid))
            return True
    return False


def _decide_retire(evaluation: Evaluation, used: Refs) -> DenyKind | None:
    """3.9: the grant says who may retire it. A Deny of the key policy has no effect here."""
    principal, check = evaluation.principal, evaluation.check
    if check.key is None or check.grant is None:
        raise ValueError("a check on a grant needs the key and the grant")
    identity: Refs = []
    identity_allows = _identity_side(evaluation, identity) is None
    same_account = principal.account_id == check.key.account_id
    if not may_retire(check.grant, principal, same_account=same_account, identity_allows=identity_allows):
        return DenyKind.IMPLICIT_RETIRE
    used.append(StatementRef(Layer.GRANTS, check.grant.grant_id, -1))
    used += identity
    return None


# --- what could not be evaluated --------------------------------------------------------------------------------------
def _errors(evaluation: Evaluation) -> tuple[StatementRef, ...]:
    principal, check = evaluation.principal, evaluation.check
    policies = [(Layer.IDENTITY, named.source, named.policy) for named in principal.identity]
    if principal.boundary is not None:
        policies.append((Layer.BOUNDARY, Layer.BOUNDARY.value, principal.boundary))
    if principal.session_policy is not None:
        policies.append((Layer.SESSION, Layer.SESSION.value, principal.session_policy))
    if check.key is not None and check.scope is Scope.KEY:
        policies.append((Layer.KEY_POLICY, "key policy", check.key.policy))
    return tuple(
        StatementRef(layer, source, statement.source.index, statement.source.sid)
        for layer, source, policy in policies
        for statement in policy.bucket(check.action).unparsable
    )
