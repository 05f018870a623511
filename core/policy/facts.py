"""What a decision is made from: the caller, the key with its grants, and the question.

Nothing here is looked up while deciding; whoever asks gathers the facts first. Source: authorization 2.2, 3.8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from core.policy.actions import ACTIONS
from core.policy.compile import CompiledPolicy, CompiledStatement
from core.policy.conditions import ContextValue
from core.policy.principals import Form, PrincipalKind, form_of
from core.policy.statements import Effect, Layer, StatementRef


class Scope(StrEnum):
    """Which sides take part in a check."""

    KEY = "key"
    """Key policy, grants and the identity side."""
    IDENTITY = "identity"
    """The identity side alone: no key, or the alias half of an alias operation."""
    RETIRE = "retire"
    """The grant itself, with the identity side to delegate or deny."""


class Subject(StrEnum):
    """What a check of an operation is about; names the failing one of several."""

    KEY = "key"
    OTHER_KEY = "other_key"
    ALIAS = "alias"
    TAGS = "tags"
    REPLICA_REGION = "replica_region"
    SERVICE_LINKED_ROLE = "service_linked_role"
    LOCKOUT = "lockout"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """An identity policy; ``source`` tells a reader where it is attached, as in "inline policy of user Alice"."""

    name: str
    source: str
    policy: CompiledPolicy


StatementWithRef = tuple[CompiledStatement, StatementRef]


class IdentityBucket:
    """The statements of all identity policies of a caller that cover one action."""

    __slots__ = ("allows", "denies", "unparsable")

    def __init__(self, identity: tuple[NamedPolicy, ...], action: str) -> None:
        found: list[StatementWithRef] = []
        for named in identity:
            bucket = named.policy.bucket(action)
            for statement in bucket.denies + bucket.allows:
                source = statement.source
                found.append((statement, StatementRef(Layer.IDENTITY, named.source, source.index, source.sid)))
        self.denies = tuple(item for item in found if item[0].effect is Effect.DENY)
        # Statements that need nothing computed come first.
        allows = (item for item in found if item[0].effect is Effect.ALLOW)
        self.allows = tuple(sorted(allows, key=lambda item: not item[0].always))
        self.unparsable = tuple(ref for statement, ref in found if statement.has_unparsable_values)


@dataclass(frozen=True, slots=True)
class PrincipalFacts:
    """The caller, built once per credential.

    ``arn`` is the caller's ARN (of a session: the session's), ``principal_arn`` the value of ``aws:PrincipalArn`` (of a
    session: the role's, with its path), ``unique_id`` the value of ``aws:userid``, ``name`` the user's name without
    path. ``keys`` comes from :func:`core.policy.principals.principal_keys`.
    """

    kind: PrincipalKind
    account_id: str
    arn: str
    principal_arn: str
    unique_id: str
    name: str
    tags: Mapping[str, str]
    identity: tuple[NamedPolicy, ...]
    boundary: CompiledPolicy | None = None
    session_policy: CompiledPolicy | None = None
    keys: frozenset[str] = frozenset()
    forms: tuple[tuple[str, Form], ...] = field(init=False, repr=False, compare=False)
    """The keys with the form in which they reach the caller, the least limited first."""
    lowered_tags: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _buckets: dict[str, IdentityBucket] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = ((form_of(self.kind, self.account_id, self.arn, key), key) for key in self.keys)
        object.__setattr__(self, "forms", tuple((key, form) for form, key in sorted(forms)))
        object.__setattr__(self, "lowered_tags", {name.lower(): value for name, value in self.tags.items()})
        object.__setattr__(self, "_buckets", {})

    def identity_bucket(self, action: str) -> IdentityBucket:
        """The identity policies' statements for an action, gathered once per action."""
        found = self._buckets.get(action)
        if found is None:
            found = IdentityBucket(self.identity, action)
            if action in ACTIONS:
                self._buckets[action] = found
        return found


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A grant. ``grantee`` and ``retiring`` are principal keys (authorization 2.2): account id, unique id, session ARN.

    ``operations`` are API names without prefix. A constraint is ``None`` if the grant has none of its kind.
    """

    grant_id: str
    grantee: str
    operations: frozenset[str]
    issuing_account_id: str
    retiring: str | None = None
    encryption_context_equals: Mapping[str, str] | None = None
    encryption_context_subset: Mapping[str, str] | None = None
    source_arn: str | None = None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The key in question. ``grants`` need hold no more than the grants of the caller's principal keys."""

    arn: str
    account_id: str
    spec: str
    usage: str
    origin: str
    multi_region: bool
    multi_region_key_type: str | None
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    policy: CompiledPolicy
    grants: tuple[GrantFacts, ...] = ()
    aliases_over_quota: bool = False
    """Conditions on ``kms:ResourceAliases`` fail for a key with more aliases than the quota."""


class Check(msgspec.Struct, frozen=True):
    """One question. ``context`` holds the request and environment keys, in any letter case; what follows from the
    caller and the key is derived and need not be listed. ``grant`` is the grant to retire. ``region`` is the Region
    called, the value of ``aws:RequestedRegion``; if empty, the context has it."""

    action: str
    resource: str
    key: KeyFacts | None
    context: Mapping[str, ContextValue]
    scope: Scope
    subject: Subject = Subject.KEY
    grant: GrantFacts | None = None
    region: str = ""
