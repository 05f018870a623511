"""Wildcards in actions and resources."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from core.policy.actions import ACTIONS, OPERATIONS, action_mask
from core.policy.patterns import Glob, parse_glob, parse_resource_pattern


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_a_glob_is_the_regular_expression_it_stands_for(pattern, text) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(character, character) for character in pattern)
    assert parse_glob(pattern).matches(text) == bool(re.fullmatch(expression, text))


def test_many_wildcards_cost_little() -> None:
    glob, text = parse_glob("*a" * 200 + "b"), "a" * 5000
    started = time.perf_counter()
    assert not glob.matches(text)
    assert time.perf_counter() - started < 0.5


def test_resource_variables_count_after_the_fifth_colon_only() -> None:
    early = parse_resource_pattern("arn:aws:kms:us-west-2:${aws:PrincipalAccount}:key/*", variables=True)
    assert isinstance(early, Glob)
    late = parse_resource_pattern("arn:aws:kms:*:111122223333:alias/${aws:username}", variables=True)
    filled = late.substitute({"aws:username": "Alice"}.get)
    assert filled.matches("arn:aws:kms:us-west-2:111122223333:alias/Alice")
    assert late.substitute({}.get) is None


def test_an_action_pattern_ignores_case() -> None:
    assert action_mask("KMS:enCRYPT") == ACTIONS["kms:Encrypt"].mask
    assert action_mask("kms:re*") & ACTIONS["kms:ReEncryptFrom"].mask
    assert not action_mask("kms:Delete*") & ACTIONS["kms:ScheduleKeyDeletion"].mask
    assert not action_mask("kms:Get*") & ACTIONS["kms:GenerateDataKey"].mask
    assert not action_mask("s3:*")
    assert not action_mask("kms:ReEncrypt")


def test_every_operation_of_the_service_model_is_in_the_table() -> None:
    from botocore.session import get_session

    assert set(OPERATIONS) == set(get_session().get_service_model("kms").operation_names)


def test_each_action_has_a_bit_of_its_own() -> None:
    assert len({action.bit for action in ACTIONS.values()}) == len(ACTIONS) <= 64
