"""Scenarios: written questions to the engine with the expected answer.

One JSON object each; the schema is in the documentation of the policy vectors (authorization 11). Used by the tests and
by ``manage.py check_policies``. All principals named in a scenario count as existing, except unique ids.
"""

import json
from dataclasses import dataclass
from typing import cast

from core.errors import KmsError
from core.policy.decide import Decision
from core.policy.facts import Check, PrincipalFacts
from core.policy.requests import checks_for, permitted_at
from core.policy.scenario_facts import ScenarioData, foreign_check, principal_facts, request_facts


class InvalidScenarios(ValueError):
    """The file is not a list of scenarios; the text says where."""


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
        service, _, operation = data["request"]["action"].partition(":")
        checks = checks_for(operation, request_facts(data)) if service == "kms" else (foreign_check(data),)
        return Scenario(
            id=data["id"],
            group=data.get("group", ""),
            title=data["title"],
            principal=principal_facts(data["caller"]),
            checks=checks,
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
