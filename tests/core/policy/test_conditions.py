"""Operators, set operators, missing keys, variables and values, rule by rule."""

import pytest

from core.policy.conditions import build_test
from core.policy.operators import BASIC_OPERATORS, parse_operator
from core.policy.statements import ConditionEntry
from core.policy.values import parse_address, parse_instant, parse_number

ALICE = "arn:aws:iam::111122223333:user/eng/Alice"


class Facts:
    """The condition keys of a request, by lower-case name."""

    def __init__(self, **keys) -> None:
        self.keys = {name.replace("_", ":"): value for name, value in keys.items()}

    def values(self, key):
        value = self.keys.get(key)
        return value if value is None or isinstance(value, tuple) else (value,)

    def single(self, key):
        value = self.keys.get(key)
        return value if isinstance(value, str) else None


def holds(operator, values, *, variables=True, **request) -> bool:
    entry = ConditionEntry(operator, "x:k", values if isinstance(values, tuple) else (values,))
    test = build_test(entry, key="x:k", variables=variables, hidden=lambda key: False)
    return test.evaluate(Facts(**request))


@pytest.mark.parametrize(
    ("operator", "policy", "request_value", "expected"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "A", "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringLike", "a*c?e", "abbbcde", True),
        ("StringLike", "a?", "a", False),
        ("StringLike", "*", "", True),
        ("StringLike", "A*", "abc", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", "10", "9.99", False),
        ("NumericEquals", "ten", "10", False),
        ("NumericNotEquals", "ten", "10", True),
        ("NumericGreaterThan", "1700000000", "2026-01-01T00:00:00Z", True),
        ("DateEquals", "2026-06-30T14:00:00+02:00", "2026-06-30T12:00:00Z", True),
        ("DateLessThan", "2026-07", "2026-06-30T23:59:59Z", True),
        ("DateGreaterThan", "1700000000", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "tomorrow", "2026-01-01T00:00:00Z", False),
        ("Bool", "true", "true", True),
        ("Bool", "true", "false", False),
        ("BinaryEquals", "AQID", b"\x01\x02\x03", True),
        ("BinaryEquals", "AQID", "AQID", False),
        ("IpAddress", "10.1.2.3/8", "10.9.9.9", True),
        ("IpAddress", "10.1.2.3", "10.1.2.4", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::7", True),
        ("IpAddress", "10.0.0.0/8", "::ffff:10.1.1.1", True),
        ("IpAddress", "10.0.0.0/8", "not an address", False),
        ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", True),
        ("ArnLike", "arn:aws:iam::*:user/*", ALICE, True),
        ("ArnEquals", "arn:aws:iam::*:user/*", ALICE, True),
        ("ArnLike", "arn:aws:iam::*", ALICE, False),
        ("ArnLike", "arn:*:user/*", ALICE, False),
        ("ArnLike", "ARN:aws:iam::*:user/*", ALICE, False),
        ("ArnNotLike", "arn:aws:iam::*:role/*", ALICE, True),
    ],
)
def test_one_value_against_one_value(operator, policy, request_value, expected) -> None:
    assert holds(operator, policy, x_k=request_value) is expected


@pytest.mark.parametrize("name", sorted(set(BASIC_OPERATORS) - {"Null"}))
def test_an_absent_key_passes_only_where_the_rules_say_so(name) -> None:
    negated = BASIC_OPERATORS[name].negated
    assert holds(name, "10") is negated
    assert holds(f"{name}IfExists", "10")
    assert holds(f"ForAllValues:{name}", "10")
    assert not holds(f"ForAnyValue:{name}", "10")


def test_null_asks_for_absence() -> None:
    assert holds("Null", "true")
    assert not holds("Null", "true", x_k="v")
    assert holds("Null", "false", x_k="v")
    assert not holds("Null", "false")


def test_null_takes_neither_prefix_nor_suffix() -> None:
    assert parse_operator("NullIfExists") is None
    assert parse_operator("ForAnyValue:Null") is None
    assert parse_operator("ForSomeValues:StringEquals") is None
    assert parse_operator("stringequals") is None


@pytest.mark.parametrize(
    ("set_operator", "values", "positive", "negated"),
    [
        ("ForAllValues", ("a",), True, False),
        ("ForAllValues", ("a", "c"), False, False),
        ("ForAllValues", ("c", "d"), False, True),
        ("ForAnyValue", ("a", "c"), True, True),
        ("ForAnyValue", ("c", "d"), False, True),
    ],
)
def test_set_operators(set_operator, values, positive, negated) -> None:
    assert holds(f"{set_operator}:StringEquals", ("a", "b"), x_k=values) is positive
    assert holds(f"{set_operator}:StringNotEquals", ("a", "b"), x_k=values) is negated


def test_several_values_of_a_negated_operator_nor() -> None:
    assert holds("StringNotEquals", ("a", "b"), x_k="c")
    assert not holds("StringNotEquals", ("a", "b"), x_k="b")


def test_without_a_set_operator_any_value_may_match_and_none_may_when_negated() -> None:
    assert holds("StringEquals", "a", x_k=("a", "c"))
    assert not holds("StringNotEquals", "a", x_k=("a", "c"))
    assert holds("StringNotEquals", "a", x_k=("b", "c"))


def test_a_variable_is_substituted() -> None:
    assert holds("StringEquals", "${aws:username}-x", x_k="Alice-x", aws_username="Alice")
    assert holds("StringEquals", "${AWS:UserName}", x_k="Alice", aws_username="Alice")
    assert not holds("StringEquals", "${aws:username}", x_k="Alice", aws_username="Alice", variables=False)


def test_a_variable_without_a_value_matches_nothing_and_its_negation_everything() -> None:
    assert not holds("StringLike", "${aws:username}*", x_k="anything")
    assert holds("StringNotLike", "${aws:username}*", x_k="anything")


def test_a_default_stands_in_for_a_missing_value() -> None:
    assert holds("StringEquals", "${aws:username, 'nobody'}", x_k="nobody")
    assert not holds("StringEquals", "${aws:username, 'nobody'}", x_k="nobody", aws_username="Alice")


def test_a_multi_valued_key_is_no_variable() -> None:
    assert not holds("StringEquals", "${aws:tagkeys}", x_k="a", aws_tagkeys=("a",))


def test_wildcards_in_substituted_text_are_literal() -> None:
    assert not holds("StringLike", "${aws:username}", x_k="Bob", aws_username="B*")
    assert holds("StringLike", "${aws:username}", x_k="B*", aws_username="B*")


def test_escapes_stand_for_the_characters_themselves() -> None:
    assert holds("StringLike", "a${*}${?}${$}", x_k="a*?$")
    assert not holds("StringLike", "a${*}", x_k="ab")


def test_variables_in_arns_may_hold_colons() -> None:
    pattern = "arn:aws:s3:::bucket/${aws:username}"
    assert holds("ArnLike", pattern, x_k="arn:aws:s3:::bucket/a:b", aws_username="a:b")
    assert not holds("ArnLike", pattern, x_k="arn:aws:s3:::bucket/c", aws_username="a:b")


def test_numbers_and_dates_are_read_strictly() -> None:
    assert parse_number("1_000") is None
    assert parse_number("NaN") is None
    assert parse_instant("2026-02-30") is None
    assert parse_instant("2026-01-01T10:00:00") is None
    assert parse_instant("2026") == parse_instant("2026-01-01T00:00:00Z")
    assert parse_instant("1970-01-01T00:00:00.25Z") == parse_number("0.25")
    assert parse_address("10.1.2") is None
