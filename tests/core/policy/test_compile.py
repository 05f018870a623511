"""Compiling: shared, bounded, and never slow on hostile text."""

import json
import time

import pytest

from core.errors import MalformedPolicyDocumentException
from core.policy.compile import compile_identity_policy, compile_key_policy
from core.policy.memo import Memo
from core.policy.patterns import Glob, Template, Variable, build_pattern, tokenize
from core.policy.principals import PrincipalForm, classify_principal, principal_key

ALICE = "arn:aws:iam::111122223333:user/eng/Alice"


def key_policy(principal=ALICE) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_one_text_is_compiled_once() -> None:
    assert compile_key_policy(key_policy(), {ALICE: "AIDA1"}) is compile_key_policy(key_policy(), {ALICE: "AIDA1"})
    assert compile_key_policy(key_policy(), {ALICE: "AIDA1"}) is not compile_key_policy(key_policy(), {ALICE: "AIDA2"})


def test_a_key_policy_and_an_identity_policy_of_one_text_are_two() -> None:
    text = json.dumps({"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}})
    assert compile_identity_policy(text).statements[0].principal_keys is None
    assert compile_key_policy(text, {}).statements[0].principal_keys == frozenset()


def test_a_stored_text_that_is_no_policy_decides_nothing() -> None:
    for text in ("", "{}", '{"Statement": [{"Effect": "Maybe"}]}'):
        with pytest.raises(MalformedPolicyDocumentException):
            compile_identity_policy(text)


def test_an_orphaned_principal_is_no_obstacle_and_matches_nobody() -> None:
    assert compile_key_policy(key_policy("AIDACKCEVSQ6C2EXAMPLE"), {}).statements[0].principal_keys == frozenset()


def test_the_memory_of_compiled_policies_is_bounded_by_weight() -> None:
    memo: Memo[str] = Memo(capacity=10)
    memo.keep(b"a", "A", 4)
    memo.keep(b"b", "B", 4)
    assert memo.find(b"a") == "A"
    memo.keep(b"c", "C", 4)
    assert (memo.find(b"a"), memo.find(b"b"), memo.find(b"c")) == ("A", None, "C")
    memo.keep(b"c", "C", 10)
    assert (memo.find(b"a"), memo.find(b"c")) == (None, "C")


def test_wildcards_have_no_place_in_principals() -> None:
    assert classify_principal("arn:aws:iam::111122223333:user/*") is PrincipalForm.INVALID
    assert classify_principal("arn:aws:iam::111122223333:user/eng/Al?ce") is PrincipalForm.INVALID
    assert classify_principal("arn:aws:iam::*:root") is PrincipalForm.INVALID
    assert classify_principal(ALICE) is PrincipalForm.USER
    assert classify_principal("arn:aws:iam::111122223333:role/a//b/App") is PrincipalForm.ROLE
    assert principal_key("111122223333", {}) == principal_key("arn:aws:iam::111122223333:root", {}) == "111122223333"


def hostile_principals() -> list[str]:
    start = "arn:aws:iam::111122223333:user/"
    return [start + "/" * 30_000 + "!", start + "a/" * 15_000 + "*", "a." * 15_000 + "amazonaws.com!"]


@pytest.mark.parametrize("text", [*hostile_principals(), "${a" + " " * 30_000, "${a" + " b" * 15_000, "${" * 15_000])
def test_hostile_text_costs_little(text) -> None:
    started = time.perf_counter()
    classify_principal(text)
    tokenize(text, variables=True, wildcards=True)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("${aws:username}", Variable("aws:username", None)),
        ("${ aws:userName , 'no one' }", Variable("aws:username", "no one")),
        ("${aws:PrincipalTag/cost center, ''}", Variable("aws:principaltag/cost center", "")),
    ],
)
def test_the_forms_of_a_variable(text, variable) -> None:
    pattern = build_pattern(tokenize(text, variables=True, wildcards=True))
    assert isinstance(pattern, Template)
    assert pattern.tokens == (variable,)


@pytest.mark.parametrize("text", ["${}", "${a", "${a, b}", "${a, 'b}", "$ {a}", "${'a'}"])
def test_what_is_no_variable_stays_as_written(text) -> None:
    pattern = build_pattern(tokenize(text, variables=True, wildcards=True))
    assert isinstance(pattern, Glob)
    assert pattern.matches(text)
