import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.derivation import MessageKeys, finish, prepare
from tests.core.crypto.vectors import load_cases


@pytest.mark.parametrize("case", load_cases("sp800_108_counter_hmac_sha256"), ids=lambda case: f"count-{case['count']}")
@pytest.mark.parametrize("split", [0, 7, 60])
def test_derivation_gives_the_answers_of_nist(case, split):
    fixed_input = bytes.fromhex(case["fixed_input"])
    prepared = prepare(bytes.fromhex(case["secret"]), fixed_input[:split])
    assert finish(prepared, fixed_input[split:])[: case["bits"] // 8].hex() == case["derived"]


@given(secret=st.binary(min_size=32, max_size=32), values=st.lists(st.binary(min_size=16, max_size=16), unique=True))
def test_different_random_values_give_different_keys(secret, values):
    keys = MessageKeys(secret, b"label", "name")
    assert len({keys.derive(value) for value in values}) == len(values)


def test_a_key_is_bound_to_label_and_to_the_framing_of_the_names():
    secret, random_value = bytes(32), bytes(16)
    uses = [(b"label", "a", "bc"), (b"label", "ab", "c"), (b"label", "abc"), (b"other", "a", "bc"), (b"label", "a")]
    derived = {MessageKeys(secret, *use).derive(random_value) for use in uses}
    assert len(derived) == len(uses)


def test_deriving_one_key_does_not_change_the_next():
    keys = MessageKeys(bytes(32), b"label")
    first = keys.derive(bytes(16))
    keys.derive(b"\xff" * 16)
    assert keys.derive(bytes(16)) == first
