"""Every written case of policy evaluation, through the engine."""

import copy
from pathlib import Path

import pytest

from core.policy.scenarios import build_scenario, read_scenarios, run_scenario
from tests.reference_models.policy_evaluator import evaluate

VECTORS = Path(__file__).parents[2] / "vectors" / "policy-evaluation.json"
SCENARIOS = read_scenarios(VECTORS.read_text())


def test_the_file_is_complete() -> None:
    assert len(SCENARIOS) == 327
    assert len({scenario["id"] for scenario in SCENARIOS}) == 327


@pytest.mark.parametrize("data", SCENARIOS, ids=lambda data: data["id"])
def test_the_engine_answers_as_written(data) -> None:
    outcome = run_scenario(build_scenario(data))
    assert outcome.got == outcome.expected, data["because"]


@pytest.mark.parametrize("data", SCENARIOS, ids=lambda data: data["id"])
def test_the_literal_evaluator_answers_as_written(data) -> None:
    allowed, kind, subject = evaluate(data)
    assert (allowed, kind) == (data["expect"] == "allow", data["deny_kind"])
    assert data.get("deny_at") in (None, subject)


@pytest.mark.parametrize(("sent", "expected"), [({}, "deny"), ({"aws:SourceArn": "arn:aws:s3:::payroll"}, "allow")])
def test_a_written_grant_for_a_source_counts_only_on_its_behalf(sent, expected) -> None:
    case = copy.deepcopy(next(each for each in SCENARIOS if each["id"] == "PE-076"))
    case["grants"][0]["constraints"] = {"SourceArn": "arn:aws:s3:::payroll"}
    case["request"]["context"] |= sent
    assert run_scenario(build_scenario(case)).got.startswith(expected)
