"""Conditions, prepared once and evaluated often.

Source: authorization 4.1 to 4.4. ``ConditionTest.evaluate`` reads like the rules there: a missing key first, then the
set operator, then positive or negated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core.policy.operators import Comparison, Operator, Relation, SetOperator, parse_operator
from core.policy.patterns import Glob, LookUp, Template, Variable, build_pattern, split_arn_tokens, tokenize
from core.policy.statements import ConditionEntry
from core.policy.values import parse_address, parse_bytes, parse_instant, parse_network, parse_number, parse_truth

ContextValue = str | tuple[str, ...] | bytes
RequestValue = str | bytes


class Facts(Protocol):
    """What a condition may ask about the request. Key names are in lower case."""

    def values(self, key: str) -> tuple[RequestValue, ...] | None: ...

    def single(self, key: str) -> str | None: ...


Match = Callable[[RequestValue, LookUp], bool]
"""Whether a request value matches one policy value."""

_COST = {
    Comparison.NULL: 0,
    Comparison.BOOL: 0,
    Comparison.STRING: 0,
    Comparison.BINARY: 1,
    Comparison.STRING_IGNORE_CASE: 1,
    Comparison.STRING_LIKE: 2,
    Comparison.ARN: 3,
    Comparison.NUMERIC: 3,
    Comparison.DATE: 4,
    Comparison.IP: 4,
}

_ORDER: dict[Relation, Callable[[Decimal, Decimal], bool]] = {
    Relation.EQUAL: lambda request, policy: request == policy,
    Relation.LESS: lambda request, policy: request < policy,
    Relation.LESS_OR_EQUAL: lambda request, policy: request <= policy,
    Relation.GREATER: lambda request, policy: request > policy,
    Relation.GREATER_OR_EQUAL: lambda request, policy: request >= policy,
}


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """One key under one operator. ``key`` is in lower case, and empty if it can never be present."""

    entry: ConditionEntry
    operator: Operator
    key: str
    matches: tuple[Match, ...]
    unparsable: tuple[str, ...]
    """Policy values that could not be read for the operator; they match nothing."""
    cost: int
    variables: bool = False
    literals: frozenset[str] | None = None
    """All policy values, where matching is equality with one of them."""

    def evaluate(self, facts: Facts) -> bool:
        operator = self.operator
        values = facts.values(self.key) if self.key else None
        if operator.comparison is Comparison.NULL:
            return any(match("absent" if values is None else "present", facts.single) for match in self.matches)
        if values is None:
            if operator.if_exists:
                return True
            if operator.set_operator is not None:
                return operator.set_operator is SetOperator.ALL
            return operator.negated
        if len(values) == 1:
            return self._passes(values[0], facts)
        passed = (self._passes(value, facts) for value in values)
        if operator.set_operator is None:
            # A multi-valued key without a set operator: ANY if positive, ALL if negated (authorization 4.4).
            return all(passed) if operator.negated else any(passed)
        return all(passed) if operator.set_operator is SetOperator.ALL else any(passed)

    def shown_values(self, facts: Facts) -> tuple[str, ...]:
        """The policy values with their variables filled in, for readers; one without a value stays as written."""
        if not self.variables:
            return self.entry.values
        return tuple(_fill_in(value, facts) for value in self.entry.values)

    def _passes(self, value: RequestValue, facts: Facts) -> bool:
        if self.literals is not None:
            matched = value in self.literals
        else:
            matched = any(match(value, facts.single) for match in self.matches)
        return matched is not self.operator.negated


def build_test(entry: ConditionEntry, *, key: str, variables: bool, hidden: Callable[[str], bool]) -> ConditionTest:
    """Prepare a condition. Variables whose key is ``hidden`` have no value (keys absent in key policies)."""
    operator = parse_operator(entry.operator)
    if operator is None:
        raise ValueError(f"no such operator: {entry.operator}")
    matches: list[Match] = []
    unparsable: list[str] = []
    for value in entry.values:
        match = _build_match(operator, value, variables and operator.takes_variables, hidden)
        if match is None:
            unparsable.append(value)
        else:
            matches.append(match)
    has_variables = variables and operator.takes_variables and any("${" in value for value in entry.values)
    literals = None
    if operator.comparison is Comparison.STRING and not has_variables:
        literals = frozenset(entry.values)
    cost = _COST[operator.comparison] + has_variables
    return ConditionTest(entry, operator, key, tuple(matches), tuple(unparsable), cost, has_variables, literals)


def _fill_in(text: str, facts: Facts) -> str:
    parts = []
    for token in tokenize(text, variables=True, wildcards=False):
        if isinstance(token, Variable):
            value = facts.single(token.key)
            value = token.default if value is None else value
            parts.append(f"${{{token.key}}}" if value is None else value)
        else:
            parts.append(str(token))
    return "".join(parts)


def _build_match(operator: Operator, text: str, variables: bool, hidden: Callable[[str], bool]) -> Match | None:
    match operator.comparison:
        case Comparison.STRING | Comparison.STRING_IGNORE_CASE | Comparison.STRING_LIKE:
            return _string_match(operator.comparison, text, variables, hidden)
        case Comparison.ARN:
            return _arn_match(text, variables, hidden)
        case Comparison.NUMERIC | Comparison.DATE:
            return _ordered_match(operator, text)
        case Comparison.BOOL:
            truth = parse_truth(text)
            return None if truth is None else lambda value, _: isinstance(value, str) and parse_truth(value) is truth
        case Comparison.NULL:
            wanted = parse_truth(text)
            return None if wanted is None else lambda value, _: value == ("absent" if wanted else "present")
        case Comparison.BINARY:
            raw = parse_bytes(text)
            return None if raw is None else lambda value, _: value == raw
        case Comparison.IP:
            network = parse_network(text)
            if network is None:
                return None

            def in_network(value: RequestValue, _: LookUp) -> bool:
                address = parse_address(value) if isinstance(value, str) else None
                return address is not None and address in network

            return in_network


def _ordered_match(operator: Operator, text: str) -> Match | None:
    parse = parse_number if operator.comparison is Comparison.NUMERIC else parse_instant
    bound = parse(text)
    if bound is None:
        return None
    compare = _ORDER[operator.relation]

    def ordered(value: RequestValue, _: LookUp) -> bool:
        if not isinstance(value, str):
            return False
        amount = parse(value)
        if amount is None:
            # Numeric operators work on dates as Unix seconds (kms:ValidTo).
            amount = parse_instant(value)
        return amount is not None and compare(amount, bound)

    return ordered


def _string_match(comparison: Comparison, text: str, variables: bool, hidden: Callable[[str], bool]) -> Match:
    like = comparison is Comparison.STRING_LIKE
    ignore_case = comparison is Comparison.STRING_IGNORE_CASE
    pattern = build_pattern(tokenize(text, variables=variables, wildcards=like))
    if isinstance(pattern, Glob):
        if pattern.literal is not None:
            literal = pattern.literal.lower() if ignore_case else pattern.literal
            if ignore_case:
                return lambda value, _: isinstance(value, str) and value.lower() == literal
            return lambda value, _: value == literal
        return lambda value, _: isinstance(value, str) and pattern.matches(value)

    def substituted(value: RequestValue, look_up: LookUp) -> bool:
        glob = pattern.substitute(lambda key: None if hidden(key) else look_up(key))
        if glob is None or not isinstance(value, str):
            return False
        if ignore_case:
            return glob.literal is not None and glob.literal.lower() == value.lower()
        return glob.matches(value)

    return substituted


def _arn_match(text: str, variables: bool, hidden: Callable[[str], bool]) -> Match | None:
    components = split_arn_tokens(tokenize(text, variables=variables, wildcards=True))
    if len(components) != 6:
        return None
    patterns: Sequence[Glob | Template] = [build_pattern(tokens) for tokens in components]

    def same_arn(value: RequestValue, look_up: LookUp) -> bool:
        if not isinstance(value, str):
            return False
        parts = value.split(":", 5)
        if len(parts) != 6:
            return False
        for pattern, part in zip(patterns, parts, strict=True):
            glob = pattern
            if isinstance(glob, Template):
                filled = glob.substitute(lambda key: None if hidden(key) else look_up(key))
                if filled is None:
                    return False
                glob = filled
            if not glob.matches(part):
                return False
        return True

    return same_arn
