"""Nothing that holds secret bytes shows, copies or compares them."""

import copy
import json
import pickle
import traceback

import pytest

from core.crypto.derivation import MessageKeys
from core.crypto.handles import SymmetricHandle
from core.crypto.material import KeyMaterial
from core.crypto.sealing import RootKey, RootKeys

SECRET = b"planted-secret-planted-secret-32"
SPELLINGS = (SECRET.decode(), SECRET.hex(), repr(list(SECRET)))

HOLDERS = {
    "material": lambda: KeyMaterial(SECRET),
    "message keys": lambda: MessageKeys(SECRET, b"label"),
    "symmetric handle": lambda: SymmetricHandle(KeyMaterial(SECRET), "111122223333", "key"),
    "root key": lambda: RootKey(SECRET),
    "root keys": lambda: RootKeys([RootKey(SECRET)]),
}
holders = pytest.mark.parametrize("make", HOLDERS.values(), ids=HOLDERS.keys())


@holders
def test_no_text_form_shows_the_bytes(make):
    holder = make()
    for text in (repr(holder), str(holder), f"{holder}", f"{holder!r:>50}", repr([holder]), repr({"a": holder})):
        assert type(holder).__name__ in text
        assert not any(spelling in text for spelling in SPELLINGS)


@holders
def test_it_has_no_dictionary_to_dump(make):
    with pytest.raises(TypeError):
        vars(make())
    with pytest.raises(TypeError):
        json.dumps(make())


@holders
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(make, protocol):
    with pytest.raises(TypeError):
        pickle.dumps(make(), protocol)


@holders
def test_it_cannot_be_copied(make):
    for duplicate in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            duplicate(make())


@holders
def test_two_with_the_same_bytes_are_not_equal(make):
    assert make() != make()


def test_a_failing_construction_shows_lengths_only():
    try:
        RootKey(SECRET[:20])
    except ValueError as error:
        text = "".join(traceback.format_exception(error))
    assert "20" in text
    assert SECRET[:20].decode() not in text
