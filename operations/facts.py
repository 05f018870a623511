"""Turns rows into the facts that the policy engine decides on."""

import json
import uuid
from dataclasses import replace

from django.conf import settings

from accounts.models import Principal, PrincipalKind
from core.calls import Caller
from core.policy.compile import compile_identity_policy, compile_key_policy
from core.policy.decide import KeyFacts, NamedPolicy, PrincipalFacts, principal_keys
from core.policy.decide import PrincipalKind as Kind
from core.policy.documents import default_key_policy
from keys.models import KmsKey
from policies import queries as policy_queries

_KINDS = {PrincipalKind.ROOT: Kind.ROOT, PrincipalKind.USER: Kind.USER, PrincipalKind.ROLE: Kind.ROLE_SESSION}
CONSOLE_SESSION_NAME = "console"


def caller(principal: Principal) -> Caller:
    """Build the caller that a principal is, with every identity policy that reaches it."""
    facts = principal_facts(principal)
    return Caller(
        principal_pk=principal.pk,
        facts=facts,
        clock_offset_seconds=principal.account.clock_offset_seconds,
        identity=json.dumps(user_identity(principal, facts), separators=(",", ":")),
    )


def principal_facts(principal: Principal) -> PrincipalFacts:
    kind = _KINDS[PrincipalKind(principal.kind)]
    named = [
        NamedPolicy(policy.name, policy.source, compile_identity_policy(policy.document))
        for policy in policy_queries.identity_policies(principal)
    ]
    boundary = policy_queries.boundary_document(principal)
    arn, unique_id = principal.arn, principal.unique_id
    if kind is Kind.ROLE_SESSION:
        arn = f"arn:aws:sts::{principal.account_id}:assumed-role/{principal.name}/{CONSOLE_SESSION_NAME}"
        unique_id = f"{unique_id}:{CONSOLE_SESSION_NAME}"
    return PrincipalFacts(
        kind=kind,
        account_id=principal.account_id,
        arn=arn,
        principal_arn=principal.arn,
        unique_id=unique_id,
        name=principal.name if kind is Kind.USER else "",
        tags=dict(principal.tags),
        identity=tuple(named),
        boundary=compile_identity_policy(boundary) if boundary else None,
        keys=principal_keys(kind, principal.account_id, arn, principal.unique_id),
    )


def user_identity(principal: Principal, facts: PrincipalFacts) -> dict[str, object]:
    """Return CloudTrail's userIdentity of a principal, without the access key."""
    names = {PrincipalKind.ROOT: "Root", PrincipalKind.USER: "IAMUser", PrincipalKind.ROLE: "AssumedRole"}
    identity: dict[str, object] = {
        "type": names[PrincipalKind(principal.kind)],
        "principalId": facts.unique_id,
        "arn": facts.arn,
        "accountId": principal.account_id,
    }
    if principal.kind == PrincipalKind.USER:
        identity["userName"] = principal.name
    elif principal.kind == PrincipalKind.ROLE:
        issuer = {"type": "Role", "principalId": principal.unique_id, "arn": principal.arn}
        issuer |= {"accountId": principal.account_id, "userName": principal.name}
        identity["sessionContext"] = {"sessionIssuer": issuer}
    return identity


def key_facts(key: KmsKey) -> KeyFacts:
    """Build the facts of a key row that was read with its aliases, tags and policy."""
    return KeyFacts(
        arn=key.arn,
        account_id=key.account_id,
        spec=key.key_spec,
        usage=key.key_usage,
        origin=key.origin,
        multi_region=key.multi_region,
        multi_region_key_type=key.multi_region_key_type,
        aliases=tuple(alias.name for alias in key.aliases.all()),
        tags={tag.tag_key: tag.tag_value for tag in key.tags.all()},
        policy=compile_key_policy(key.key_policy.document, key.key_policy.principal_ids),
        aliases_over_quota=len(key.aliases.all()) > settings.KMS_MAX_ALIASES_PER_KEY,
    )


def facts_of_new_key(key: KmsKey) -> KeyFacts:
    """Build the facts of a key that is being created: no aliases, no tags, a policy that is yet to be given."""
    return KeyFacts(
        arn=key.arn,
        account_id=key.account_id,
        spec=key.key_spec,
        usage=key.key_usage,
        origin=key.origin,
        multi_region=key.multi_region,
        multi_region_key_type=key.multi_region_key_type,
        aliases=(),
        tags={},
        policy=compile_key_policy(default_key_policy(key.account_id), {}),
    )


def unborn_key(account_id: str, region: str) -> KeyFacts:
    """Build the facts of a key that CreateKey is about to make: its ARN is new, so no policy can name it."""
    return facts_of_new_key(KmsKey(account_id=account_id, region=region, key_id=str(uuid.uuid4())))


def unborn_replica(primary: KeyFacts, region: str) -> KeyFacts:
    """Build the facts of the copy that ReplicateKey is about to make of a primary key: no aliases, tags or grants."""
    parts = primary.arn.split(":")
    return replace(
        primary,
        arn=":".join([*parts[:3], region, *parts[4:]]),
        multi_region_key_type="REPLICA",
        aliases=(),
        tags={},
        grants=(),
        policy=compile_key_policy(default_key_policy(primary.account_id), {}),
    )
