"""The names of the condition operators and what each name says.

Source: IAM User Guide, "Condition operators" and "Set operators for multivalued context keys"; authorization 4.2.
"""

import functools
from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """The family of an operator: how one request value is held against one policy value."""

    STRING = "String"
    STRING_IGNORE_CASE = "StringIgnoreCase"
    STRING_LIKE = "StringLike"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "Ip"
    ARN = "Arn"
    NULL = "Null"


class Relation(StrEnum):
    """Where the request value has to stand, seen from the policy value."""

    EQUAL = "=="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class SetOperator(StrEnum):
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Operator:
    comparison: Comparison
    relation: Relation = Relation.EQUAL
    negated: bool = False
    if_exists: bool = False
    set_operator: SetOperator | None = None

    @property
    def takes_variables(self) -> bool:
        """Only string and ARN values are searched for policy variables."""
        return self.comparison in _WITH_VARIABLES


_WITH_VARIABLES = frozenset({Comparison.STRING, Comparison.STRING_IGNORE_CASE, Comparison.STRING_LIKE, Comparison.ARN})

_ORDERED = {
    "LessThan": Relation.LESS,
    "LessThanEquals": Relation.LESS_OR_EQUAL,
    "GreaterThan": Relation.GREATER,
    "GreaterThanEquals": Relation.GREATER_OR_EQUAL,
}

BASIC_OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(Comparison.STRING),
    "StringNotEquals": Operator(Comparison.STRING, negated=True),
    "StringEqualsIgnoreCase": Operator(Comparison.STRING_IGNORE_CASE),
    "StringNotEqualsIgnoreCase": Operator(Comparison.STRING_IGNORE_CASE, negated=True),
    "StringLike": Operator(Comparison.STRING_LIKE),
    "StringNotLike": Operator(Comparison.STRING_LIKE, negated=True),
    "NumericEquals": Operator(Comparison.NUMERIC),
    "NumericNotEquals": Operator(Comparison.NUMERIC, negated=True),
    **{f"Numeric{name}": Operator(Comparison.NUMERIC, relation) for name, relation in _ORDERED.items()},
    "DateEquals": Operator(Comparison.DATE),
    "DateNotEquals": Operator(Comparison.DATE, negated=True),
    **{f"Date{name}": Operator(Comparison.DATE, relation) for name, relation in _ORDERED.items()},
    "Bool": Operator(Comparison.BOOL),
    "BinaryEquals": Operator(Comparison.BINARY),
    "IpAddress": Operator(Comparison.IP),
    "NotIpAddress": Operator(Comparison.IP, negated=True),
    "ArnEquals": Operator(Comparison.ARN),
    "ArnLike": Operator(Comparison.ARN),
    "ArnNotEquals": Operator(Comparison.ARN, negated=True),
    "ArnNotLike": Operator(Comparison.ARN, negated=True),
    "Null": Operator(Comparison.NULL),
}


@functools.lru_cache(maxsize=1024)
def parse_operator(name: str) -> Operator | None:
    """Parse an operator with its prefix and suffix; ``None`` if there is no such operator. Names are case sensitive."""
    set_operator = None
    basic = name
    prefix, colon, rest = name.partition(":")
    if colon:
        if prefix not in ("ForAllValues", "ForAnyValue"):
            return None
        set_operator, basic = SetOperator(prefix), rest
    if_exists = basic.endswith("IfExists")
    found = BASIC_OPERATORS.get(basic.removesuffix("IfExists"))
    if found is None or (found.comparison is Comparison.NULL and (set_operator or if_exists)):
        return None
    return Operator(found.comparison, found.relation, found.negated, if_exists, set_operator)
