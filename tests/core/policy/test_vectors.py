"""Every written case of policy evaluation, through the engine."""

from pathlib import Path

import pytest

from core.policy.scenarios import build_scenario, read_scenarios, run_scenario

VECTORS = Path(__file__).parents[2] / "vectors" / "policy-evaluation.json"
SCENARIOS = read_scenarios(VECTORS.read_text())


def test_the_file_is_complete() -> None:
    assert len(SCENARIOS) == 327
    assert len({scenario["id"] for scenario in SCENARIOS}) == 327


@pytest.mark.parametrize("data", SCENARIOS, ids=lambda data: data["id"])
def test_the_engine_answers_as_written(data) -> None:
    outcome = run_scenario(build_scenario(data))
    assert outcome.got == outcome.expected, data["because"]
