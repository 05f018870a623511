"""From a written scenario to the facts that the engine takes. The schema is that of authorization 11.

All principals named in a scenario count as existing, except unique ids.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import TypedDict, cast

from core.policy.compile import CompiledPolicy, compile_identity_policy, compile_key_policy
from core.policy.condition_keys import KeySource, find_condition_key
from core.policy.conditions import ContextValue
from core.policy.facts import Check, GrantFacts, KeyFacts, NamedPolicy, PrincipalFacts, Scope, Subject
from core.policy.principals import PrincipalForm, PrincipalKind, classify_principal, principal_key, principal_keys
from core.policy.requests import RequestFacts
from core.policy.statements import CURRENT_VERSION


class CallerData(TypedDict):
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


class KeyData(TypedDict):
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


class ConstraintsData(TypedDict, total=False):
    EncryptionContextEquals: dict[str, str]
    EncryptionContextSubset: dict[str, str]
    SourceArn: str


class GrantData(TypedDict):
    grant_id: str
    key_arn: str
    grantee_principal: str
    retiring_principal: str | None
    operations: list[str]
    constraints: ConstraintsData
    issuing_account: str


class RequestData(TypedDict, total=False):
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
    caller: CallerData
    key: KeyData | None
    other_key: KeyData | None
    grants: list[GrantData]
    request: RequestData
    expect: str
    deny_kind: str | None
    deny_at: str | None
    because: str
    sources: list[str]


_NEW_KEY_ID = "00000000-0000-0000-0000-0000000000ff"


def _entity_id(arn: str, known: Mapping[str, str]) -> str:
    """The unique id of a user or role: the caller's own where the file gives it, else one made from its ARN."""
    return known.get(arn, f"id-of:{arn}")


def _caller_ids(caller: CallerData) -> dict[str, str]:
    unique_id = caller["unique_id"] or ""
    match PrincipalKind(caller["type"]):
        case PrincipalKind.USER:
            return {cast("str", caller["arn"]): unique_id}
        case PrincipalKind.ROLE_SESSION:
            return {caller["role_arn"]: unique_id.partition(":")[0]}
    return {}


def principal_facts(caller: CallerData) -> PrincipalFacts:
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


def _grant(grant: GrantData, known: Mapping[str, str]) -> GrantFacts:
    retiring = grant["retiring_principal"]
    return GrantFacts(
        grant_id=grant["grant_id"],
        grantee=_grant_principal(grant["grantee_principal"], known),
        operations=frozenset(grant["operations"]),
        issuing_account_id=grant["issuing_account"],
        retiring=None if retiring is None else _grant_principal(retiring, known),
        encryption_context_equals=grant["constraints"].get("EncryptionContextEquals"),
        encryption_context_subset=grant["constraints"].get("EncryptionContextSubset"),
        source_arn=grant["constraints"].get("SourceArn"),
    )


def _key(key: KeyData | None, grants: Iterable[GrantData], known: Mapping[str, str]) -> KeyFacts | None:
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


def request_facts(data: ScenarioData) -> RequestFacts:
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


def foreign_check(data: ScenarioData) -> Check:
    """An action of another service on ``*``."""
    request = data["request"]
    context = _context(request.get("context", {}))
    return Check(request["action"], "*", None, context, Scope.IDENTITY, Subject.NO_KEY, region=request["region"])
