"""The checks that an operation asks for, and their combined answer.

Source: authorization 3.5 to 3.7. Checks run in the listed order; the first failure is the answer and names its subject.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from msgspec import structs

from core.policy.actions import OPERATIONS, Where
from core.policy.compile import CompiledPolicy
from core.policy.conditions import ContextValue
from core.policy.decide import Decision, decide
from core.policy.facts import Check, GrantFacts, KeyFacts, PrincipalFacts, Scope, Subject
from core.policy.messages import ResourceForm, access_denied_message

__all__ = [
    "ON_ONE_KEY",
    "RequestFacts",
    "ResourceForm",
    "access_denied_message",
    "check_on_key",
    "checks_for",
    "permitted_at",
]

Context = Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What an operation is about. Every operation needs ``region`` and ``account_id`` (the caller's); the rest is given
    where it applies.

    ``key`` is the key in question: the source of ReEncrypt, the primary of a multi-Region operation, the key an alias
    points to now. ``other_key`` is the destination of ReEncrypt, the key an alias will point to, the replica that
    becomes primary. ``context`` are the condition keys of the request and its environment, ``environment`` the latter
    alone (for the lockout check). ``new_policy`` is the ``Policy`` parameter, ``new_key`` the key about to be made.
    """

    region: str
    account_id: str
    partition: str = "aws"
    context: Context = field(default_factory=dict)
    other_context: Context | None = None
    environment: Context = field(default_factory=dict)
    key: KeyFacts | None = None
    other_key: KeyFacts | None = None
    alias_arn: str | None = None
    grant: GrantFacts | None = None
    retiring_principal_arn: str | None = None
    replica_region: str | None = None
    new_key: KeyFacts | None = None
    new_policy: CompiledPolicy | None = None
    bypass_lockout_check: bool = False
    has_tags: bool = False
    creates_service_linked_role: bool = False

    def no_key_resource(self, region: str | None = None) -> str:
        """The literal resource of a check without a key; ``key/*`` does not match it (authorization 3.5)."""
        return f"arn:{self.partition}:kms:{region or self.region}:{self.account_id}:*"


def checks_for(operation: str, facts: RequestFacts) -> tuple[Check, ...]:
    """The checks of a KMS operation, in order. Raises KeyError for an operation that KMS does not have."""
    build = _BUILDERS.get(operation)
    if build is not None:
        return build(facts)
    if OPERATIONS[operation].where is Where.KEY_POLICY:
        return (_on_key(f"kms:{operation}", facts, facts.key, facts.context),)
    return (_without_key(f"kms:{operation}", facts),)


def check_on_key(action: str, key: KeyFacts, context: Context, region: str) -> Check:
    """The one check of an operation on one key, without the facts that only other operations need."""
    return Check(action, key.arn, key, context, Scope.KEY, region=region)


def permitted_at(principal: PrincipalFacts, checks: Sequence[Check]) -> tuple[Decision, Check | None]:
    """Decide the checks in order; returns the failing check, or ``None`` with the last decision if all are allowed.

    ``checks`` must not be empty.
    """
    if not checks:
        raise ValueError("an operation has at least one check")
    decision: Decision | None = None
    for check in checks:
        decision = decide(principal, check)
        if not decision.allowed:
            return decision, check
    assert decision is not None
    return decision, None


# --- one check --------------------------------------------------------------------------------------------------------
def _on_key(
    action: str, facts: RequestFacts, key: KeyFacts | None, context: Context, subject: Subject = Subject.KEY
) -> Check:
    if key is None:
        raise ValueError(f"{action} is about a key")
    return Check(action, key.arn, key, context, Scope.KEY, subject, region=facts.region)


def _without_key(action: str, facts: RequestFacts, resource: str | None = None) -> Check:
    resource = resource or facts.no_key_resource()
    return Check(action, resource, None, facts.context, Scope.IDENTITY, Subject.NO_KEY, region=facts.region)


def _on_alias(action: str, facts: RequestFacts) -> Check:
    if facts.alias_arn is None:
        raise ValueError(f"{action} is about an alias")
    return Check(action, facts.alias_arn, None, facts.context, Scope.IDENTITY, Subject.ALIAS, region=facts.region)


def _on_new_tags(facts: RequestFacts, region: str) -> Check:
    """Tags of a key about to be made: the identity side alone, on the ARN of the new key."""
    if facts.new_key is None:
        raise ValueError("kms:TagResource is about the new key")
    arn = facts.new_key.arn
    return Check("kms:TagResource", arn, None, facts.context, Scope.IDENTITY, Subject.TAGS, region=region)


def _lockout(facts: RequestFacts, key: KeyFacts | None, region: str) -> tuple[Check, ...]:
    """1.6: would the caller still be allowed to put a policy? Grants do not count, nor request parameters."""
    if facts.new_policy is None or facts.bypass_lockout_check:
        return ()
    if key is None:
        raise ValueError("the lockout check is about a key")
    changed = replace(key, policy=facts.new_policy, grants=())
    environment = facts.environment
    return (Check("kms:PutKeyPolicy", key.arn, changed, environment, Scope.KEY, Subject.LOCKOUT, region=region),)


# --- operations with rules of their own -------------------------------------------------------------------------------
def _alias_and_key(action: str) -> Callable[[RequestFacts], tuple[Check, ...]]:
    return lambda facts: (_on_alias(action, facts), _on_key(action, facts, facts.key, facts.context))


def _update_alias(facts: RequestFacts) -> tuple[Check, ...]:
    action = "kms:UpdateAlias"
    return (
        _on_alias(action, facts),
        _on_key(action, facts, facts.key, facts.context),
        _on_key(action, facts, facts.other_key, facts.context, Subject.OTHER_KEY),
    )


def _re_encrypt(facts: RequestFacts) -> tuple[Check, ...]:
    other_context = facts.context if facts.other_context is None else facts.other_context
    return (
        _on_key("kms:ReEncryptFrom", facts, facts.key, facts.context),
        _on_key("kms:ReEncryptTo", facts, facts.other_key, other_context, Subject.OTHER_KEY),
    )


def _update_primary_region(facts: RequestFacts) -> tuple[Check, ...]:
    """The second check is made in the Region of the replica, if there is one."""
    primary = _on_key("kms:UpdatePrimaryRegion", facts, facts.key, facts.context)
    if facts.other_key is None:
        return (primary,)
    there = facts.other_key.arn.split(":")[3]
    context = facts.context if facts.other_context is None else facts.other_context
    replica = _on_key("kms:UpdatePrimaryRegion", facts, facts.other_key, context, Subject.OTHER_KEY)
    return (primary, structs.replace(replica, region=there))


def _create_key(facts: RequestFacts) -> tuple[Check, ...]:
    checks = [_without_key("kms:CreateKey", facts)]
    if facts.has_tags:
        checks.append(_on_new_tags(facts, facts.region))
    if facts.creates_service_linked_role:
        role = (
            f"arn:{facts.partition}:iam::{facts.account_id}:role/aws-service-role/mrk.kms.amazonaws.com/"
            "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
        )
        check = _without_key("iam:CreateServiceLinkedRole", facts, role)
        checks.append(structs.replace(check, subject=Subject.SERVICE_LINKED_ROLE))
    return (*checks, *_lockout(facts, facts.new_key, facts.region))


def _replicate_key(facts: RequestFacts) -> tuple[Check, ...]:
    region = facts.replica_region
    if region is None:
        raise ValueError("kms:ReplicateKey is about a Region")
    create = Check(
        "kms:CreateKey",
        facts.no_key_resource(region),
        None,
        facts.context,
        Scope.IDENTITY,
        Subject.REPLICA_REGION,
        region=region,
    )
    checks = [_on_key("kms:ReplicateKey", facts, facts.key, facts.context), create]
    if facts.has_tags:
        checks.append(_on_new_tags(facts, region))
    return (*checks, *_lockout(facts, facts.new_key, region))


def _put_key_policy(facts: RequestFacts) -> tuple[Check, ...]:
    return (
        _on_key("kms:PutKeyPolicy", facts, facts.key, facts.context),
        *_lockout(facts, facts.key, facts.region),
    )


def _retire_grant(facts: RequestFacts) -> tuple[Check, ...]:
    if facts.grant is None:
        raise ValueError("kms:RetireGrant is about a grant")
    check = _on_key("kms:RetireGrant", facts, facts.key, facts.context)
    return (structs.replace(check, scope=Scope.RETIRE, grant=facts.grant),)


def _list_retirable_grants(facts: RequestFacts) -> tuple[Check, ...]:
    """Its resource is the retiring principal, which the caller has checked to be of its own account."""
    return (_without_key("kms:ListRetirableGrants", facts, facts.retiring_principal_arn),)


_BUILDERS: Mapping[str, Callable[[RequestFacts], tuple[Check, ...]]] = MappingProxyType(
    {
        "CreateAlias": _alias_and_key("kms:CreateAlias"),
        "DeleteAlias": _alias_and_key("kms:DeleteAlias"),
        "UpdateAlias": _update_alias,
        "ReEncrypt": _re_encrypt,
        "UpdatePrimaryRegion": _update_primary_region,
        "CreateKey": _create_key,
        "ReplicateKey": _replicate_key,
        "PutKeyPolicy": _put_key_policy,
        "RetireGrant": _retire_grant,
        "ListRetirableGrants": _list_retirable_grants,
    }
)

ON_ONE_KEY: frozenset[str] = frozenset(
    name for name, operation in OPERATIONS.items() if operation.where is Where.KEY_POLICY and name not in _BUILDERS
)
"""The operations whose only check is their own permission on their key: :func:`check_on_key` builds it."""
