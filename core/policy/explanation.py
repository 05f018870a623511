"""The account of a decision, as values: what each part of each statement and grant said.

Texts are the console's: this module gives codes and facts. Source: authorization 6.2.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.policy.conditions import ContextValue
from core.policy.decision import Decision
from core.policy.facts import Check
from core.policy.principals import Form
from core.policy.remedies import Remedy
from core.policy.statements import Effect, Layer, StatementRef


class Relation(StrEnum):
    SAME_ACCOUNT = "same account"
    CROSS_ACCOUNT = "cross account"
    NO_KEY = "no key"


class Verdict(StrEnum):
    """What a layer says about the check."""

    DENIES = "denies"
    ALLOWS = "allows"
    SILENT = "silent"
    ABSENT = "absent"
    """There is no such policy."""
    NOT_NEEDED = "not needed"
    """Silent, or allowing, where nothing of it is required."""


class Part(StrEnum):
    """The parts of a statement, in the order in which they are tried."""

    PRINCIPAL = "principal"
    ACTION = "action"
    RESOURCE = "resource"
    CONDITION = "condition"


class Reason(StrEnum):
    """One line why a condition came out as it did, as a code."""

    MATCHED = "matched"
    NOT_MATCHED = "not-matched"
    ABSENT_FAILS = "absent-fails"
    ABSENT_PASSES = "absent-passes"
    ABSENT_IN_KEY_POLICIES = "absent-in-key-policies"
    UNPARSABLE_VALUE = "unparsable-value"


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One key under one operator. ``request_values`` is ``None`` for an absent key."""

    operator: str
    key: str
    policy_values: tuple[str, ...]
    request_values: tuple[str, ...] | None
    result: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How one statement fared. A part is ``None`` where it did not match; ``first_failure`` is ``None`` for a match.

    ``form`` says how the principal element reaches the caller; identity policies have none.
    """

    ref: StatementRef
    effect: Effect
    policy: str
    version: str | None
    principal: str | None
    form: Form | None
    action: str | None
    resource: str | None
    conditions: tuple[ConditionTrace, ...]
    first_failure: Part | None

    @property
    def matched(self) -> bool:
        return self.first_failure is None


@dataclass(frozen=True, slots=True)
class GrantTrace:
    """How one grant fared. ``differing`` are the names of the pairs that break the constraint."""

    grant_id: str
    operation_listed: bool
    form: Form | None
    constraint_met: bool
    differing: tuple[str, ...]
    matched: bool


@dataclass(frozen=True, slots=True)
class LayerTrace:
    layer: Layer
    verdict: Verdict
    statements: tuple[StatementTrace, ...] = ()
    grants: tuple[GrantTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A condition key of the check; ``source`` is caller, key, request or environment."""

    key: str
    value: ContextValue
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole account of one check. ``near_misses`` are Allows that failed in one condition only."""

    decision: Decision
    check: Check
    relation: Relation
    context: tuple[ContextEntry, ...]
    layers: tuple[LayerTrace, ...]
    deciding: tuple[StatementRef, ...]
    missing: Layer | None
    remedies: tuple[Remedy, ...]
    near_misses: tuple[StatementTrace, ...]
