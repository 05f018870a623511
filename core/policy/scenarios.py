"""Scenarios: written questions to the engine with the expected answer.

One JSON object each; the schema is in the documentation of the policy vectors (authorization 11). Used by the tests and
by ``manage.py check_policies``. All principals named in a scenario count as existing, except unique ids.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict, cast

from core.errors import KmsError
from core.policy.compile import CompiledPolicy, compile_identity_policy, compile_key_policy
from core.policy.condition_keys import KeySource, find_condition_key
from core.policy.conditions import ContextValue
from core.policy.decide import Decision
from core.policy.facts import Check, GrantFacts, KeyFacts, NamedPolicy, PrincipalFacts, Scope, Subject
from core.policy.principals import PrincipalForm, PrincipalKind, classify_principal, principal_key, principal_keys
from core.policy.requests import RequestFacts, checks_for, permitted_at
from core.policy.statements import CURRENT_VERSION


class InvalidScenarios(ValueError):
    """The file is not a list of scenarios; the text says where."""


class _Caller(TypedDict):
    type: str
    account: str | None
    arn: str | None
    role_arn: str
    user_arn: str
    service: str
    unique_id: str | None
    tags: dict[str, str]
    identity_policies: list[dict[str, object]]
    boundary: object
    session_policy: object


class _Key(TypedDict):
    arn: str
    account: str
    spec: str
    usage: str
    origin: str
    multi_region: bool
    multi_region_key_type: str | None
    aliases: list[str]
    tags: dict[str, str]
    policy: object


class _Grant(TypedDict):
    grant_id: str
    key_arn: str
    grantee_principal: str
    retiring_principal: str | None
    operations: list[str]
    constraints: dict[str, dict[str, str]]
    issuing_account: str


class _Request(TypedDict, total=False):
    action: str
    region: str
    parameters: dict[str, object]
    context: dict[str, object]
    other_context: dict[str, object]


class ScenarioData(TypedDict, total=False):
    """A scenario as in the file."""

    id: str
    group: str
    title: str
    caller: _Caller
    key: _Key | None
    other_key: _Key | None
    grants: list[_Grant]
    request: _Request
    expect: str
    deny_kind: str | None
    deny_at: str | None
    because: str
    sources: list[str]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A question with its expected answer. ``denied_at`` is ``None`` where it does not matter."""

    id: str
    group: str
    title: str
    principal: PrincipalFacts
    checks: tuple[Check, ...]
    allowed: bool
    kind: str | None
    denied_at: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine answered; ``expected`` and ``got`` read alike, as in ``deny implicit_identity at alias``."""

    scenario: Scenario
    decision: Decision
    failing: Check | None
    passed: bool
    expected: str
    got: str


_REQUIRED = ("id", "title", "caller", "request", "expect")
_KNOWN = frozenset(ScenarioData.__annotations__)


def read_scenarios(text: str) -> tuple[ScenarioData, ...]:
    """Parse a file of scenarios. Raises InvalidScenarios."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidScenarios(f"not JSON: {error}") from error
    if not isinstance(data, list):
        raise InvalidScenarios("not a list of scenarios")
    for number, item in enumerate(data, start=1):
        if not isinstance(item, dict):
            raise InvalidScenarios(f"scenario {number} is not an object")
        name = item.get("id", f"number {number}")
        missing = [field for field in _REQUIRED if field not in item]
        unknown = sorted(set(item) - _KNOWN)
        if missing or unknown:
            problem = f"lacks {missing[0]!r}" if missing else f"has an unknown field {unknown[0]!r}"
            raise InvalidScenarios(f"scenario {name} {problem}")
        if item["expect"] not in ("allow", "deny"):
            raise InvalidScenarios(f"scenario {name} expects neither 'allow' nor 'deny'")
    return tuple(cast("list[ScenarioData]", data))


def build_scenario(data: ScenarioData) -> Scenario:
    """Build the facts of a scenario. Raises InvalidScenarios for a part that is missing or of the wrong form."""
    try:
        return Scenario(
            id=data["id"],
            group=data.get("group", ""),
            title=data["title"],
            principal=_principal(data["caller"]),
            checks=checks_for(data["request"]["action"].partition(":")[2], _request_facts(data))
            if data["request"]["action"].startswith("kms:")
            else (_foreign_check(data),),
            allowed=data["expect"] == "allow",
            kind=data.get("deny_kind"),
            denied_at=data.get("deny_at"),
        )
    except KeyError as error:
        raise InvalidScenarios(f"scenario {data.get('id')} lacks or does not know {error}") from error
    except (KmsError, TypeError, AttributeError, ValueError) as error:
        raise InvalidScenarios(f"scenario {data.get('id')}: {error}") from error


def run_scenario(scenario: Scenario) -> Outcome:
    """Ask the engine and compare."""
    decision, failing = permitted_at(scenario.principal, scenario.checks)
    subject = failing.subject.value if failing is not None else None
    same_place = scenario.denied_at is None or scenario.denied_at == subject
    passed = (decision.allowed, decision.kind) == (scenario.allowed, scenario.kind) and same_place
    at = subject if scenario.denied_at is not None else None
    expected = _answer(scenario.allowed, scenario.kind, scenario.denied_at)
    return Outcome(scenario, decision, failing, passed, expected, _answer(decision.allowed, decision.kind, at))


def _answer(allowed: bool, kind: str | None, at: str | None) -> str:
    if allowed:
        return "allow"
    return f"deny {kind}" + (f" at {at}" if at else "")


# --- from the file to the facts ---------------------------------------------------------------------------------------
_NEW_KEY_ID = "00000000-0000-0000-0000-0000000000ff"


def _entity_id(arn: str, known: Mapping[str, str]) -> str:
    """The unique id of a user or role: the caller's own where the file gives it, else one made from its ARN."""
    return known.get(arn, f"id-of:{arn}")


def _caller_ids(caller: _Caller) -> dict[str, str]:
    unique_id = caller["unique_id"] or ""
    match PrincipalKind(caller["type"]):
        case PrincipalKind.USER:
            return {cast("str", caller["arn"]): unique_id}
        case PrincipalKind.ROLE_SESSION:
            return {caller["role_arn"]: unique_id.partition(":")[0]}
    return {}


def _principal(caller: _Caller) -> PrincipalFacts:
    kind = PrincipalKind(caller["type"])
    known = _caller_ids(caller)
    account, arn = caller["account"] or "", caller["arn"] or ""
    principal_arn, entity_id, name = arn, "", ""
    match kind:
        case PrincipalKind.USER:
            entity_id, name = _entity_id(arn, known), arn.rpartition("/")[2]
        case PrincipalKind.ROLE_SESSION:
            principal_arn = caller["role_arn"]
            entity_id = _entity_id(principal_arn, known)
        case PrincipalKind.FEDERATED:
            entity_id = _entity_id(caller["user_arn"], known)
        case PrincipalKind.SERVICE:
            entity_id = name = caller["service"]
    return PrincipalFacts(
        kind=kind,
        account_id=account,
        arn=arn,
        principal_arn=principal_arn,
        unique_id=caller["unique_id"] or "",
        name=name,
        tags=caller["tags"],
        identity=tuple(
            NamedPolicy(str(item["name"]), str(item["name"]), compile_identity_policy(json.dumps(item["document"])))
            for item in caller["identity_policies"]
        ),
        boundary=_identity_document(caller["boundary"]),
        session_policy=_identity_document(caller["session_policy"]),
        keys=principal_keys(kind, account, arn, entity_id),
    )


def _identity_document(document: object) -> CompiledPolicy | None:
    return None if document is None else compile_identity_policy(json.dumps(document))


def _key_policy(document: object, known: Mapping[str, str]) -> CompiledPolicy:
    named = compile_key_policy(json.dumps(document), {}).document.principals
    entities = (text for text in named if classify_principal(text) in (PrincipalForm.USER, PrincipalForm.ROLE))
    return compile_key_policy(json.dumps(document), {arn: _entity_id(arn, known) for arn in entities})


def _grant_principal(text: str, known: Mapping[str, str]) -> str:
    """The principal key of a grantee; a unique id stands for itself."""
    return principal_key(text, {text: _entity_id(text, known)}) or text


def _grant(grant: _Grant, known: Mapping[str, str]) -> GrantFacts:
    retiring = grant["retiring_principal"]
    return GrantFacts(
        grant_id=grant["grant_id"],
        grantee=_grant_principal(grant["grantee_principal"], known),
        operations=frozenset(grant["operations"]),
        issuing_account_id=grant["issuing_account"],
        retiring=None if retiring is None else _grant_principal(retiring, known),
        encryption_context_equals=grant["constraints"].get("EncryptionContextEquals"),
        encryption_context_subset=grant["constraints"].get("EncryptionContextSubset"),
    )


def _key(key: _Key | None, grants: Iterable[_Grant], known: Mapping[str, str]) -> KeyFacts | None:
    if key is None:
        return None
    return KeyFacts(
        arn=key["arn"],
        account_id=key["account"],
        spec=key["spec"],
        usage=key["usage"],
        origin=key["origin"],
        multi_region=key["multi_region"],
        multi_region_key_type=key["multi_region_key_type"],
        aliases=tuple(key["aliases"]),
        tags=key["tags"],
        policy=_key_policy(key["policy"], known),
        grants=tuple(_grant(grant, known) for grant in grants if grant["key_arn"] == key["arn"]),
    )


def _context(values: Mapping[str, object]) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {}
    for name, value in values.items():
        if isinstance(value, list):
            context[name] = tuple(str(item) for item in value)
        elif isinstance(value, dict):
            context[name] = base64.b64decode(str(value["binary"]))
        else:
            context[name] = str(value)
    return context


def _request_facts(data: ScenarioData) -> RequestFacts:
    caller, request = data["caller"], data["request"]
    parameters = request.get("parameters", {})
    known = _caller_ids(caller)
    region, account = request["region"], caller["account"] or ""
    context = _context(request.get("context", {}))
    grants = data.get("grants", [])
    key = _key(data.get("key"), grants, known)
    alias_name = parameters.get("AliasName")
    policy = parameters.get("Policy")
    new_policy = None if policy is None else _key_policy(policy, known)
    replica_region = cast("str | None", parameters.get("ReplicaRegion"))
    grant_id = parameters.get("GrantId")
    return RequestFacts(
        region=region,
        account_id=account,
        context=context,
        other_context=_context(request["other_context"]) if "other_context" in request else None,
        environment={name: value for name, value in context.items() if _is_environment(name)},
        key=key,
        other_key=_key(data.get("other_key"), grants, known),
        alias_arn=None if alias_name is None else f"arn:aws:kms:{region}:{account}:{alias_name}",
        grant=next((_grant(grant, known) for grant in grants if grant["grant_id"] == grant_id), None),
        retiring_principal_arn=cast("str | None", parameters.get("RetiringPrincipal")),
        replica_region=replica_region,
        new_key=_new_key(context, replica_region or region, account, new_policy, key),
        new_policy=new_policy,
        bypass_lockout_check=bool(parameters.get("BypassPolicyLockoutSafetyCheck")),
        has_tags=bool(parameters.get("Tags")) and request["action"] in ("kms:CreateKey", "kms:ReplicateKey"),
    )


def _is_environment(name: str) -> bool:
    key = find_condition_key(name)
    return key is None or key.source is KeySource.ENVIRONMENT


def _new_key(
    context: Mapping[str, ContextValue],
    region: str,
    account: str,
    policy: CompiledPolicy | None,
    primary: KeyFacts | None,
) -> KeyFacts:
    """The key that CreateKey or ReplicateKey is about to make."""
    empty = compile_key_policy(json.dumps(_NO_ALLOW), {})
    return KeyFacts(
        arn=f"arn:aws:kms:{region}:{account}:key/{_NEW_KEY_ID}",
        account_id=account,
        spec=primary.spec if primary else str(context.get("kms:KeySpec", "SYMMETRIC_DEFAULT")),
        usage=primary.usage if primary else str(context.get("kms:KeyUsage", "ENCRYPT_DECRYPT")),
        origin=primary.origin if primary else str(context.get("kms:KeyOrigin", "AWS_KMS")),
        multi_region=primary is not None or context.get("kms:MultiRegion") == "true",
        multi_region_key_type="REPLICA" if primary else None,
        aliases=(),
        tags={},
        policy=policy or empty,
    )


# What a key policy has to contain to be one, without allowing anything.
_NO_ALLOW = {
    "Version": CURRENT_VERSION,
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}


def _foreign_check(data: ScenarioData) -> Check:
    """An action of another service on ``*``."""
    request = data["request"]
    context = {**_context(request.get("context", {})), "aws:RequestedRegion": request["region"]}
    return Check(request["action"], "*", None, context, Scope.IDENTITY, Subject.NO_KEY)
