"""Positions in a JSON text: every value is found where it begins, whatever the layout."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy.json_positions import DEEPEST, Position, locate, position

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def walk(value, path=()):
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))


@given(DOCUMENTS, st.sampled_from([None, 0, 2]), st.booleans())
def test_each_value_stands_where_it_is_said_to(document, indent, ascii_only):
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    found = locate(text)
    assert found.repeated == ()
    values = dict(walk(document))
    assert found.values.keys() == values.keys()
    for path, value in values.items():
        assert json.JSONDecoder().raw_decode(text, found.values[path])[0] == value
    for path, offset in found.names.items():
        assert json.JSONDecoder().raw_decode(text, offset)[0] == path[-1]


def test_a_repeated_name_is_found_where_it_comes_again():
    text = '{"a": 1,\n "b": {"a": 2, "a": 3},\n "a": 4}'
    found = locate(text)
    assert [(path, position(text, at)) for path, at in found.repeated] == [
        (("b", "a"), Position(2, 16)),
        (("a",), Position(3, 2)),
    ]


def test_what_is_not_there_stands_where_its_parent_begins():
    found = locate('{"a":\n  [1]}')
    assert found.of_value(("a", 5, "x")) == Position(2, 3)
    assert found.of_name(("b",)) == Position(1, 1)


def test_a_text_nested_deeper_than_any_policy_is_refused_before_it_fills_the_memory():
    locate("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(ValueError, match="deeper"):
        locate("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
