"""The decision: may this caller do this?

Source: IAM User Guide, "Policy evaluation logic"; authorization 3.2 to 3.5 and 3.9, which this module follows step by
step. Everything is given; nothing is looked up, and no clock is read.
"""

from core.policy.actions import NOT_CROSS_ACCOUNT
from core.policy.compile import CompiledPolicy, CompiledStatement, Statements
from core.policy.conditions import ContextValue
from core.policy.decision import Decision, DenyKind
from core.policy.evaluation import Evaluation
from core.policy.explain import Explanation, account_for
from core.policy.facts import Check, GrantFacts, KeyFacts, NamedPolicy, PrincipalFacts, Scope, Subject
from core.policy.grants import form_of_grantee, grant_allows, may_retire
from core.policy.principals import Form, PrincipalKind, principal_keys
from core.policy.statements import Layer, StatementRef

__all__ = [
    "Check",
    "ContextValue",
    "Decision",
    "DenyKind",
    "Explanation",
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
    "explain",
    "principal_keys",
]


Refs = list[StatementRef]


def decide(principal: PrincipalFacts, check: Check) -> Decision:
    """Decide one check."""
    return _decide(Evaluation(principal, check))


def explain(principal: PrincipalFacts, check: Check) -> Explanation:
    """Decide one check and say why. The decision is that of :func:`decide`, made by the same code."""
    evaluation = Evaluation(principal, check)
    return account_for(evaluation, _decide(evaluation))


def _decide(evaluation: Evaluation) -> Decision:
    check = evaluation.check
    denied = _explicit_deny(evaluation)
    if denied is not None:
        kind, refs = denied
        if check.subject is Subject.LOCKOUT:
            kind = DenyKind.POLICY_LOCKOUT
        return Decision(False, kind, refs, _errors(evaluation))
    used: Refs = []
    if check.scope is Scope.KEY:
        failed = _decide_key(evaluation, used)
    elif check.scope is Scope.IDENTITY:
        failed = _identity_side(evaluation, used)
    else:
        failed = _decide_retire(evaluation, used)
    if failed is not None:
        if check.subject is Subject.LOCKOUT:
            failed = DenyKind.POLICY_LOCKOUT
        return Decision(False, failed, (), _errors(evaluation))
    return Decision(True, None, tuple(used), _errors(evaluation))


# --- explicit denies --------------------------------------------------------------------------------------------------
def _explicit_deny(evaluation: Evaluation) -> tuple[DenyKind, tuple[StatementRef, ...]] | None:
    """Step 2. The kind that is reported when several deny: identity, boundary, session, key policy."""
    principal, check = evaluation.principal, evaluation.check
    action = check.action
    denies = principal.identity_bucket(action).denies
    if denies:
        refs = tuple(ref for statement, ref in denies if statement.applies(evaluation))
        if refs:
            return DenyKind.EXPLICIT_IDENTITY, refs
    if principal.boundary is not None:
        refs = _denying(principal.boundary, Layer.BOUNDARY, evaluation)
        if refs:
            return DenyKind.EXPLICIT_BOUNDARY, refs
    if principal.session_policy is not None:
        refs = _denying(principal.session_policy, Layer.SESSION, evaluation)
        if refs:
            return DenyKind.EXPLICIT_SESSION, refs
    key = check.key
    if key is not None and check.scope is Scope.KEY and key.policy.bucket(action).denies:
        reaching = denies_reaching(principal, key.policy, action)
        refs = tuple(statement.ref for statement in reaching if statement.applies(evaluation))
        if refs:
            return DenyKind.EXPLICIT_RESOURCE, refs
    return None


def _denying(policy: CompiledPolicy, layer: Layer, evaluation: Evaluation) -> tuple[StatementRef, ...]:
    denies = policy.bucket(evaluation.check.action).denies
    return tuple(_limit_ref(layer, statement) for statement in denies if statement.applies(evaluation))


def _limit_ref(layer: Layer, statement: CompiledStatement) -> StatementRef:
    return StatementRef(layer, layer.value, statement.source.index, statement.source.sid)


def denies_reaching(principal: PrincipalFacts, policy: CompiledPolicy, action: str) -> Statements:
    """The Deny statements of a key policy whose principal element reaches the caller, in their order."""
    bucket = policy.bucket(action)
    has_boundary = principal.boundary is not None
    found = [s for s in bucket.deny_all_but if not s.spares(principal.keys, has_boundary=has_boundary)]
    for key in principal.keys:
        found += bucket.denies_by_key.get(key, ())
    return tuple(dict.fromkeys(sorted(found, key=lambda statement: statement.source.index)))


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
    for principal_key, form in principal.forms:
        for statement in by_key.get(principal_key, ()):
            if statement.always or statement.applies(evaluation):
                if form is not Form.UNLIMITED and key.grants:
                    better = _grant_side(evaluation, key, used, better_than=form)
                    if better is not None:
                        return better
                used.append(statement.ref)
                return form
    return _grant_side(evaluation, key, used, better_than=None) if key.grants else None


def _grant_side(evaluation: Evaluation, key: KeyFacts, used: Refs, *, better_than: Form | None) -> Form | None:
    """The least limited form in which a grant reaches the caller, if it is better than that of the key policy."""
    best: GrantFacts | None = None
    best_form = better_than
    for grant in key.grants:
        form = form_of_grantee(grant.grantee, evaluation.principal)
        if form is not None and (best_form is None or form < best_form) and grant_allows(grant, evaluation):
            best, best_form = grant, form
    if best is None:
        return None
    used.append(StatementRef(Layer.GRANTS, best.grant_id, -1))
    return best_form


def _identity_side(evaluation: Evaluation, used: Refs) -> DenyKind | None:
    """5c: identity policies, boundary and session policy each allow; a root user is allowed at once."""
    principal = evaluation.principal
    if principal.kind is PrincipalKind.ROOT:
        return None
    for statement, ref in principal.identity_bucket(evaluation.check.action).allows:
        if statement.always or statement.applies(evaluation):
            used.append(ref)
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
            used.append(_limit_ref(layer, statement))
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
    found = principal.identity_bucket(check.action).unparsable
    if principal.boundary is not None:
        unparsable = principal.boundary.bucket(check.action).unparsable
        found += tuple(_limit_ref(Layer.BOUNDARY, statement) for statement in unparsable)
    if principal.session_policy is not None:
        unparsable = principal.session_policy.bucket(check.action).unparsable
        found += tuple(_limit_ref(Layer.SESSION, statement) for statement in unparsable)
    if check.key is not None and check.scope is Scope.KEY:
        unparsable = check.key.policy.bucket(check.action).unparsable
        if unparsable:
            found += tuple(statement.ref for statement in unparsable)
    return found
