"""What holds for every policy: the compiled engine is the literal one, and more Deny never permits."""

import copy
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.policy.decide import decide, explain
from core.policy.requests import permitted_at
from core.policy.scenarios import build_scenario
from core.policy.statements import Layer
from tests.core.policy.strategies import grants, scenarios, statements
from tests.reference_models.policy_evaluator import evaluate

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
thorough = settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
usual = settings(max_examples=150, deadline=None, suppress_health_check=SLOW)


def answer(data):
    scenario = build_scenario(data)
    decision, failing = permitted_at(scenario.principal, scenario.checks)
    return decision.allowed, decision.kind, failing.subject.value if failing else None


@thorough
@given(scenarios())
def test_the_engine_agrees_with_the_literal_evaluator(data) -> None:
    assert answer(data) == evaluate(data)


@usual
@given(scenarios())
def test_an_explanation_gives_the_decision_and_its_deciding_statements_match(data) -> None:
    scenario = build_scenario(data)
    for check in scenario.checks:
        explanation = explain(scenario.principal, check)
        assert explanation.decision == decide(scenario.principal, check)
        matched = {trace.ref for layer in explanation.layers for trace in layer.statements if trace.matched} | {
            trace.grant_id for layer in explanation.layers for trace in layer.grants if trace.matched
        }
        for ref in explanation.deciding:
            assert (ref.source if ref.layer is Layer.GRANTS else ref) in matched
        if not explanation.decision.allowed:
            assert explanation.remedies


def _places(data):
    """Every document of a scenario, with whether it is a key policy."""
    caller = data["caller"]
    yield data["key"]["policy"], True
    for policy in caller["identity_policies"]:
        yield policy["document"], False
    for limit in (caller["boundary"], caller["session_policy"]):
        if limit is not None:
            yield limit, False


@usual
@given(scenarios(), st.data())
def test_one_more_deny_never_permits(data, draw) -> None:
    before = answer(data)[0]
    document, key_policy = draw.draw(st.sampled_from(list(_places(data))))
    document["Statement"].append(draw.draw(statements(key_policy=key_policy, effects=("Deny",))))
    assert before or not answer(data)[0]


@usual
@given(scenarios(), st.data())
def test_one_more_allow_or_grant_never_refuses(data, draw) -> None:
    before = answer(data)[0]
    if draw.draw(st.booleans()):
        data["grants"].append(draw.draw(grants("another")))
    else:
        document, key_policy = draw.draw(st.sampled_from(list(_places(data))))
        document["Statement"].append(draw.draw(statements(key_policy=key_policy, effects=("Allow",))))
    assert not before or answer(data)[0]


@usual
@given(scenarios(), st.integers())
def test_the_order_of_statements_values_and_policies_is_irrelevant(data, seed) -> None:
    before = answer(data)
    shuffled = copy.deepcopy(data)
    chance = random.Random(seed)
    chance.shuffle(shuffled["caller"]["identity_policies"])
    chance.shuffle(shuffled["grants"])
    for document, _ in _places(shuffled):
        chance.shuffle(document["Statement"])
        for statement in document["Statement"]:
            _shuffle_values(statement, chance)
    assert answer(shuffled) == before


def _shuffle_values(value, chance) -> None:
    if isinstance(value, list):
        chance.shuffle(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _shuffle_values(inner, chance)


@usual
@given(scenarios())
def test_the_case_of_actions_and_condition_keys_is_irrelevant(data) -> None:
    before = answer(data)
    changed = copy.deepcopy(data)
    for document, _ in _places(changed):
        for statement in document["Statement"]:
            for name in ("Action", "NotAction"):
                if name in statement:
                    value = statement[name]
                    statement[name] = value.swapcase() if isinstance(value, str) else [a.swapcase() for a in value]
            for operator, tests in statement.get("Condition", {}).items():
                statement["Condition"][operator] = {key.swapcase(): value for key, value in tests.items()}
    assert answer(changed) == before
