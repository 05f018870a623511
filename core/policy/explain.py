"""Why a check was decided as it was.

The decision is handed in; the account beside it is given by the same compiled statements that made it, part by part, so
there is no second set of rules. Texts are the console's: this module gives codes and facts.
Source: authorization 6.2 and 6.3.
"""

from collections.abc import Mapping

from core.policy.compile import CompiledPolicy, CompiledStatement
from core.policy.conditions import ConditionTest
from core.policy.decision import Decision, DenyKind
from core.policy.evaluation import Evaluation
from core.policy.explanation import (
    ConditionTrace,
    ContextEntry,
    Explanation,
    GrantTrace,
    LayerTrace,
    Part,
    Reason,
    Relation,
    StatementTrace,
    Verdict,
)
from core.policy.facts import Check, GrantFacts, PrincipalFacts, Scope
from core.policy.grants import CONSTRAINED_ACTIONS, form_of_grantee, grant_allows
from core.policy.principals import Form, PrincipalKind
from core.policy.remedies import remedies_for
from core.policy.statements import Effect, Layer, StatementRef

__all__ = [
    "ConditionTrace",
    "ContextEntry",
    "Explanation",
    "GrantTrace",
    "LayerTrace",
    "Part",
    "Reason",
    "Relation",
    "StatementTrace",
    "Verdict",
    "account_for",
]

_MISSING_LAYER = {
    DenyKind.IMPLICIT_IDENTITY: Layer.IDENTITY,
    DenyKind.IMPLICIT_BOUNDARY: Layer.BOUNDARY,
    DenyKind.IMPLICIT_SESSION: Layer.SESSION,
    DenyKind.IMPLICIT_RESOURCE: Layer.KEY_POLICY,
    DenyKind.IMPLICIT_RETIRE: Layer.GRANTS,
    DenyKind.POLICY_LOCKOUT: Layer.KEY_POLICY,
}


def account_for(evaluation: Evaluation, decision: Decision) -> Explanation:
    """Say why a check was decided as it was."""
    principal, check = evaluation.principal, evaluation.check
    layers = tuple(_layers(evaluation, decision))
    statements = [trace for layer in layers for trace in layer.statements]
    near = [t for t in statements if t.effect is Effect.ALLOW and _failed_conditions(t) == 1]
    return Explanation(
        decision=decision,
        check=check,
        relation=_relation(principal, check),
        context=_context(evaluation),
        layers=layers,
        deciding=decision.determining,
        missing=None if decision.kind is None else _MISSING_LAYER.get(decision.kind),
        remedies=remedies_for(principal, check, decision),
        near_misses=tuple(near),
    )


def _failed_conditions(trace: StatementTrace) -> int:
    """How many conditions keep an otherwise matching statement from matching; 0 if another part does."""
    if trace.first_failure is not Part.CONDITION:
        return 0
    return sum(not condition.result for condition in trace.conditions)


def _relation(principal: PrincipalFacts, check: Check) -> Relation:
    if check.key is None:
        return Relation.NO_KEY
    same = principal.account_id == check.key.account_id or principal.kind is PrincipalKind.SERVICE
    return Relation.SAME_ACCOUNT if same else Relation.CROSS_ACCOUNT


def _context(evaluation: Evaluation) -> tuple[ContextEntry, ...]:
    entries = [ContextEntry(key, value, source) for key, (value, source) in evaluation.derived().items()]
    entries += (ContextEntry(key, value, evaluation.source_of(key)) for key, value in evaluation.check.context.items())
    return tuple(sorted(entries, key=lambda entry: entry.key.lower()))


def _layers(evaluation: Evaluation, decision: Decision) -> list[LayerTrace]:
    principal, check = evaluation.principal, evaluation.check
    layers = []
    if check.key is not None and check.scope is Scope.KEY:
        traces = _traces(evaluation, check.key.policy, Layer.KEY_POLICY, Layer.KEY_POLICY.value)
        layers.append(LayerTrace(Layer.KEY_POLICY, _verdict(traces, Layer.KEY_POLICY, decision), traces))
    if check.key is not None:
        grants = (check.grant,) if check.grant is not None else check.key.grants
        found = tuple(_trace_grant(grant, evaluation, decision) for grant in grants)
        verdict = Verdict.ABSENT if not found else Verdict.SILENT
        if any(trace.matched for trace in found):
            verdict = Verdict.ALLOWS
        layers.append(LayerTrace(Layer.GRANTS, verdict, grants=found))
    identity: tuple[StatementTrace, ...] = ()
    for named in principal.identity:
        identity += _traces(evaluation, named.policy, Layer.IDENTITY, named.source, named.name)
    layers.append(LayerTrace(Layer.IDENTITY, _verdict(identity, Layer.IDENTITY, decision), identity))
    for layer, policy in ((Layer.BOUNDARY, principal.boundary), (Layer.SESSION, principal.session_policy)):
        if policy is None:
            layers.append(LayerTrace(layer, Verdict.ABSENT))
        else:
            traces = _traces(evaluation, policy, layer, layer.value)
            layers.append(LayerTrace(layer, _verdict(traces, layer, decision), traces))
    return layers


def _verdict(traces: tuple[StatementTrace, ...], layer: Layer, decision: Decision) -> Verdict:
    effects = {trace.effect for trace in traces if trace.matched}
    if Effect.DENY in effects:
        return Verdict.DENIES
    if Effect.ALLOW in effects:
        return Verdict.ALLOWS
    if decision.allowed and layer is not Layer.KEY_POLICY:
        return Verdict.NOT_NEEDED
    return Verdict.SILENT


def _traces(
    evaluation: Evaluation, policy: CompiledPolicy, layer: Layer, source: str, name: str = ""
) -> tuple[StatementTrace, ...]:
    return tuple(
        _trace(
            evaluation,
            statement,
            policy,
            StatementRef(layer, source, statement.source.index, statement.source.sid),
            name,
        )
        for statement in policy.statements
    )


def _trace(
    evaluation: Evaluation, statement: CompiledStatement, policy: CompiledPolicy, ref: StatementRef, name: str
) -> StatementTrace:
    principal, form = _matching_principal(evaluation, statement)
    effective = statement.source.is_effective
    action = statement.matching_action(evaluation.check.action) if effective else None
    resource = statement.matching_resource(evaluation) if effective else None
    conditions = tuple(_trace_condition(test, evaluation) for test in statement.conditions)
    failures = (
        (principal is None, Part.PRINCIPAL),
        (action is None, Part.ACTION),
        (resource is None, Part.RESOURCE),
        (not all(condition.result for condition in conditions), Part.CONDITION),
    )
    return StatementTrace(
        ref=ref,
        effect=statement.effect,
        policy=name or ref.source,
        version=policy.document.version,
        principal=principal,
        form=form,
        action=action,
        resource=resource,
        conditions=conditions,
        first_failure=next((part for failed, part in failures if failed), None),
    )


def _matching_principal(evaluation: Evaluation, statement: CompiledStatement) -> tuple[str | None, Form | None]:
    """The principal key through which a statement reaches the caller, the least limited first."""
    principal = evaluation.principal
    if statement.principal_keys is None:
        return "identity", None
    if statement.not_principal:
        spared = statement.spares(principal.keys, has_boundary=principal.boundary is not None)
        return (None, None) if spared else ("NotPrincipal", None)
    return next(((key, form) for key, form in principal.forms if key in statement.principal_keys), (None, None))


def _trace_condition(test: ConditionTest, evaluation: Evaluation) -> ConditionTrace:
    values = evaluation.values(test.key) if test.key else None
    result = test.evaluate(evaluation)
    if not test.key:
        reason = Reason.ABSENT_IN_KEY_POLICIES
    elif values is None:
        reason = Reason.ABSENT_PASSES if result else Reason.ABSENT_FAILS
    elif test.unparsable and not test.matches:
        reason = Reason.UNPARSABLE_VALUE
    else:
        reason = Reason.MATCHED if result else Reason.NOT_MATCHED
    return ConditionTrace(
        operator=test.entry.operator,
        key=test.entry.key,
        policy_values=test.shown_values(evaluation),
        request_values=None if values is None else tuple(_shown(value) for value in values),
        result=result,
        reason=reason,
    )


def _shown(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _trace_grant(grant: GrantFacts, evaluation: Evaluation, decision: Decision) -> GrantTrace:
    form = form_of_grantee(grant.grantee, evaluation.principal)
    action = evaluation.check.action
    listed = action.removeprefix("kms:") in grant.operations
    covered = grant_allows(grant, evaluation)
    differing: tuple[str, ...] = ()
    if listed and action in CONSTRAINED_ACTIONS:
        differing = _differing_pairs(grant, evaluation.encryption_context())
    if evaluation.check.scope is Scope.RETIRE:
        return GrantTrace(grant.grant_id, listed, form, True, (), decision.allowed)
    return GrantTrace(grant.grant_id, listed, form, covered or not listed, differing, covered and form is not None)


def _differing_pairs(grant: GrantFacts, context: Mapping[str, str]) -> tuple[str, ...]:
    names: set[str] = set()
    for wanted in (grant.encryption_context_equals, grant.encryption_context_subset):
        names.update(name for name, value in (wanted or {}).items() if context.get(name) != value)
    if grant.encryption_context_equals is not None:
        names.update(set(context) - set(grant.encryption_context_equals))
    return tuple(sorted(names))
