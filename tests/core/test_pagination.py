"""Markers come back whole, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import service_model
from core.errors import InvalidMarkerException
from core.pagination import make_marker, read_marker

SECRET = bytes(range(32))
FILTERS = {"account": "111122223333", "region": "eu-west-1", "KeyId": None}
MARKER = make_marker(SECRET, "ListAliases", FILTERS, ("alias/payroll", 7))

positions = st.lists(st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20), max_size=3).map(tuple)
filters = st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5), max_size=3)


@given(st.sampled_from(["ListKeys", "ListGrants"]), filters, positions)
def test_a_marker_is_read_as_it_was_made(operation, given_filters, last):
    marker = make_marker(SECRET, operation, given_filters, last)
    assert read_marker(SECRET, operation, given_filters, marker) == last
    limits = service_model.shape("MarkerType")
    assert limits["min"] <= len(marker) <= limits["max"]
    assert re.fullmatch(limits["pattern"], marker)


@given(filters, filters)
def test_a_marker_serves_only_its_own_filters(mine, other):
    def present(values):
        return {name: value for name, value in values.items() if value is not None}

    marker = make_marker(SECRET, "ListKeys", mine, (1,))
    if present(mine) == present(other):
        assert read_marker(SECRET, "ListKeys", other, marker) == (1,)
    else:
        with pytest.raises(InvalidMarkerException):
            read_marker(SECRET, "ListKeys", other, marker)


def test_an_absent_filter_is_no_filter():
    assert read_marker(SECRET, "ListAliases", {**FILTERS, "GrantId": None}, MARKER) == ("alias/payroll", 7)


@pytest.mark.parametrize(
    ("secret", "operation", "given_filters"),
    [
        (SECRET[::-1], "ListAliases", FILTERS),
        (SECRET, "ListKeys", FILTERS),
        (SECRET, "ListAliases", {**FILTERS, "account": "444455556666"}),
        (SECRET, "ListAliases", {**FILTERS, "KeyId": ""}),
        (SECRET, "ListAliasesaccount", {"region": "eu-west-1"}),
    ],
)
def test_a_foreign_marker_is_refused_without_a_text(secret, operation, given_filters):
    assert read_marker(SECRET, "ListAliases", FILTERS, MARKER) == ("alias/payroll", 7)
    with pytest.raises(InvalidMarkerException) as refused:
        read_marker(secret, operation, given_filters, MARKER)
    assert refused.value.message is None


@pytest.mark.parametrize("position", range(len(MARKER)))
def test_a_marker_with_one_other_character_is_refused(position):
    for replacement in "AQ_é":
        altered = MARKER[:position] + replacement + MARKER[position + 1 :]
        if altered != MARKER:
            with pytest.raises(InvalidMarkerException):
                read_marker(SECRET, "ListAliases", FILTERS, altered)


@pytest.mark.parametrize("marker", ["", "A", "=", f"{MARKER}=", f"{MARKER}A", MARKER[:-1], f" {MARKER}", "é" * 40])
def test_text_that_is_no_marker_is_refused(marker):
    with pytest.raises(InvalidMarkerException):
        read_marker(SECRET, "ListAliases", FILTERS, marker)


def test_a_position_too_long_for_a_marker_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="too long"):
        make_marker(SECRET, "ListKeys", {}, ("x" * 1024,))
