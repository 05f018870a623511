"""Why a call was refused, as far as the caller may know.

The engine tells everything; this module takes out what the caller could not read with calls of its own: statements of
policies without ``kms:GetKeyPolicy`` or the ``iam:Get…`` permissions, grants without ``kms:ListGrants``, and everything
about a key of another account or one that does not exist. Source: authorization 6.2, "Who may see what".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.calls import Call
from core.errors import KmsError
from core.policy.decide import Check, Decision, DenyKind, Explanation, Layer, Scope, StatementRef, decide, explain
from core.policy.explain import LayerTrace
from core.policy.facts import Subject
from core.policy.principals import PrincipalKind
from core.policy.remedies import Remedy, RemedyCode

_READS_IDENTITY_POLICIES: Mapping[PrincipalKind, tuple[str, ...]] = {
    PrincipalKind.USER: ("iam:GetUserPolicy", "iam:GetPolicyVersion"),
}
_READS_ROLE_POLICIES = ("iam:GetRolePolicy", "iam:GetPolicyVersion")


@dataclass(frozen=True, slots=True)
class RefusalExplanation:
    """Who may not do what, and why.

    ``kind`` is None when the caller must not learn whether the resource exists; ``resource`` is "" when the answer does
    not repeat it. ``layers`` hold statements and grants only where the caller may read them.
    """

    caller: str
    action: str
    resource: str
    kind: DenyKind | None
    layers: tuple[LayerTrace, ...]
    deciding: tuple[StatementRef, ...]
    remedies: tuple[Remedy, ...]


def explain_refusal(call: Call, refusal: KmsError) -> RefusalExplanation | None:
    """Return the explanation of a denied call for its caller; None if it was not a permission that was missing."""
    check, decision = refusal.facts.get("check"), refusal.facts.get("decision")
    if not isinstance(check, Check) or not isinstance(decision, Decision):
        return None
    principal = call.caller.facts
    found = explain(principal, check)
    own_key = check.key is not None and check.key.account_id == principal.account_id
    about_a_key = check.action.startswith("kms:") and check.subject in (Subject.KEY, Subject.OTHER_KEY)
    hidden = about_a_key and not own_key
    readable = _readable_layers(call, check)
    own_deny = decision.kind in (DenyKind.EXPLICIT_IDENTITY, DenyKind.EXPLICIT_BOUNDARY, DenyKind.EXPLICIT_SESSION)
    remedies = () if hidden and not own_deny else _shown_remedies(found, readable)
    # What the answer does not repeat (a key known from its ciphertext, somebody else's key) is not repeated here.
    told = check.resource in (refusal.message or "")
    return RefusalExplanation(
        caller=principal.arn or principal.name,
        action=check.action,
        resource=check.resource if told else "*" if check.key is None and check.resource.endswith(":*") else "",
        kind=None if hidden and not own_deny else decision.kind,
        layers=tuple(_shown(layer, readable) for layer in found.layers if not (hidden and layer.layer in _OF_THE_KEY)),
        deciding=tuple(ref for ref in decision.determining if ref.layer in readable),
        remedies=tuple(remedy for remedy in remedies if told or not _names(remedy, check.resource)),
    )


_OF_THE_KEY = frozenset({Layer.KEY_POLICY, Layer.GRANTS})


def _readable_layers(call: Call, check: Check) -> frozenset[Layer]:
    """Return the layers whose statements the caller could read with calls of its own."""
    found = set()
    principal = call.caller.facts
    if check.key is not None and check.key.account_id == principal.account_id:
        for layer, action in ((Layer.KEY_POLICY, "kms:GetKeyPolicy"), (Layer.GRANTS, "kms:ListGrants")):
            asked = Check(action, check.key.arn, check.key, check.context, Scope.KEY)
            if decide(principal, asked).allowed:
                found.add(layer)
    actions = _READS_IDENTITY_POLICIES.get(principal.kind, _READS_ROLE_POLICIES)
    asked_of = (Check(action, principal.principal_arn, None, check.context, Scope.IDENTITY) for action in actions)
    if all(decide(principal, asked).allowed for asked in asked_of):
        found |= {Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION}
    return frozenset(found)


def _shown(layer: LayerTrace, readable: frozenset[Layer]) -> LayerTrace:
    return layer if layer.layer in readable else replace(layer, statements=(), grants=())


def _shown_remedies(found: Explanation, readable: frozenset[Layer]) -> tuple[Remedy, ...]:
    """Take the place of a statement out of the remedies if its policy may not be read."""
    return tuple(
        replace(remedy, facts={name: fact for name, fact in remedy.facts.items() if name not in ("index", "sid")})
        if _layer_of(remedy) not in readable
        else remedy
        for remedy in found.remedies
    )


def _names(remedy: Remedy, resource: str) -> bool:
    return resource != "*" and (resource in (remedy.statement or "") or resource in remedy.facts.values())


def _layer_of(remedy: Remedy) -> Layer:
    if remedy.code is RemedyCode.CHANGE_DENY:
        return Layer(remedy.facts["layer"])
    return Layer.KEY_POLICY
