"""The parts of a policy document, as written, after its structure was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

CURRENT_VERSION = "2012-10-17"
OLD_VERSION = "2008-10-17"


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


class WarningCode(StrEnum):
    """What the console points out although the service accepts it (authorization 1.3, 5.2)."""

    NO_ACTION = "no-action"
    NO_RESOURCE = "no-resource"
    RESOURCE_NOT_STAR = "resource-not-star"
    FOREIGN_ACTION = "foreign-action"
    UNKNOWN_ACTION = "unknown-action"
    INEFFECTIVE_ACTION = "ineffective-action"
    KEY_ABSENT_IN_KEY_POLICY = "key-absent-in-key-policy"
    SET_OPERATOR_MISSING = "set-operator-missing"
    UNPARSABLE_VALUE = "unparsable-value"
    NOT_PRINCIPAL = "not-principal"
    EVERYBODY = "everybody"
    OLD_VERSION = "old-version"


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """``statement`` counts from 0; ``None`` concerns the whole document. ``subject`` is the offending text."""

    code: WarningCode
    statement: int | None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Principals:
    """The value of ``Principal`` or ``NotPrincipal``. ``everybody`` is the bare ``"*"``."""

    everybody: bool = False
    aws: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    """``Federated`` and ``CanonicalUser``; no key policy may name them."""


@dataclass(frozen=True, slots=True)
class ConditionEntry:
    """One key under one operator; ``values`` are in the spelling of the document."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. An element that is absent is ``None``; an empty list is an empty tuple."""

    index: int
    sid: str | None
    effect: Effect
    principals: Principals | None = None
    not_principals: Principals | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[ConditionEntry, ...] = ()

    @property
    def is_effective(self) -> bool:
        """Without an action or a resource element a statement says nothing, a Deny included."""
        return (self.actions is not None or self.not_actions is not None) and (
            self.resources is not None or self.not_resources is not None
        )


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A document whose structure was checked. ``version`` is ``None`` if absent: the old language."""

    version: str | None
    id: str | None
    statements: tuple[Statement, ...]
    warnings: tuple[PolicyWarning, ...] = ()

    @property
    def has_variables(self) -> bool:
        """Policy variables exist in the current language only; elsewhere ``${`` is plain text."""
        return self.version == CURRENT_VERSION

    @property
    def principals(self) -> frozenset[str]:
        """Every AWS and service principal string of the document, as submitted, except ``"*"``."""
        found: set[str] = set()
        for statement in self.statements:
            for block in (statement.principals, statement.not_principals):
                if block is not None:
                    found.update(block.aws, block.service)
        return frozenset(found - {"*"})


class Layer(StrEnum):
    """Where a statement or grant takes part in a decision."""

    KEY_POLICY = "key policy"
    GRANTS = "grants"
    IDENTITY = "identity policies"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement or grant that settled a decision.

    ``source`` names the policy as a reader knows it, or the grant's id; ``index`` counts the statements of the document
    from 0 and is -1 for a grant.
    """

    layer: Layer
    source: str
    index: int
    sid: str | None = None


NO_IDS: Mapping[str, str] = MappingProxyType({})
