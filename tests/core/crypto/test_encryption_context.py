import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.encryption_context import MAX_CANONICAL_BYTES, canonical_bytes
from core.errors import ValidationException

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CONTEXTS = st.dictionaries(TEXT, TEXT, max_size=5)


def parse(encoded: bytes) -> dict[str, str]:
    """The slow way back, which exists only if nothing was lost."""
    parts = []
    while encoded:
        length = int.from_bytes(encoded[:4], "big")
        parts.append(encoded[4 : 4 + length].decode())
        encoded = encoded[4 + length :]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_an_empty_context_gives_no_bytes():
    assert canonical_bytes({}) == b""


def test_the_encoding_is_the_documented_one():
    encoded = canonical_bytes({"b": "", "a": "é"})
    assert encoded.hex(" ") == "00 00 00 01 61 00 00 00 02 c3 a9 00 00 00 01 62 00 00 00 00"


@given(CONTEXTS)
def test_the_context_can_be_read_back_from_its_bytes(context):
    assert parse(canonical_bytes(context)) == context


@given(CONTEXTS, CONTEXTS)
def test_different_contexts_give_different_bytes(one, other):
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


@given(
    st.lists(st.tuples(TEXT, TEXT), max_size=6, unique_by=lambda pair: pair[0]).flatmap(
        lambda pairs: st.tuples(st.just(pairs), st.permutations(pairs))
    )
)
def test_the_order_of_the_pairs_is_irrelevant(orders):
    one, other = orders
    assert canonical_bytes(dict(one)) == canonical_bytes(dict(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "bc"}, {"ab": "c"}),
        ({"a": "b", "c": "d"}, {"a": "bcd"}),
        ({"a": ""}, {"": "a"}),
        ({"": ""}, {}),
        ({"é": "1"}, {"e\u0301": "1"}),
        ({"A": "1"}, {"a": "1"}),
    ],
)
def test_look_alike_contexts_differ(one, other):
    assert canonical_bytes(one) != canonical_bytes(other)


def test_a_context_at_the_limit_is_accepted_and_one_byte_more_is_refused():
    value = "v" * (MAX_CANONICAL_BYTES - 9)
    assert len(canonical_bytes({"k": value})) == MAX_CANONICAL_BYTES
    with pytest.raises(ValidationException, match="8193 bytes long"):
        canonical_bytes({"k": value + "v"})
