import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.sealing import (
    BrokenSealError,
    RootKey,
    RootKeys,
    UnknownRootKeyError,
    associated_data,
    draw_root_key,
    make_check_value,
    parse_sealed,
    root_key_id,
    verify_check_value,
)

SECRET = bytes(range(32))


def open_by_the_layout(sealed: bytes, associated: bytes) -> bytes:
    """A second implementation, by the library's KBKDF and its general cipher interface."""
    header, ciphertext, tag = sealed[:25], sealed[25:-16], sealed[-16:]
    key = KBKDFHMAC(
        algorithm=hashes.SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=b"kms root key seal v1",
        context=header[9:],
        fixed=None,
    ).derive(SECRET)
    decryptor = Cipher(algorithms.AES(key), modes.GCM(bytes(12), tag)).decryptor()
    decryptor.authenticate_additional_data(header + associated)
    return decryptor.update(ciphertext) + decryptor.finalize()


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_a_second_implementation_opens_what_was_sealed(plaintext, associated):
    sealed = RootKey(SECRET).seal(plaintext, associated)
    assert open_by_the_layout(sealed, associated) == plaintext
    assert RootKey(SECRET).open(sealed, associated) == plaintext


def test_a_sealed_blob_names_its_format_and_its_root_key():
    sealed = RootKey(SECRET).seal(b"secret", b"")
    assert sealed[0] == 1
    assert parse_sealed(sealed).root_key_id == RootKey(SECRET).id == root_key_id(SECRET) == sealed[1:9].hex()
    assert RootKey(draw_root_key()).id != RootKey(SECRET).id


def test_every_flipped_bit_of_a_sealed_blob_is_refused():
    key = RootKey(SECRET)
    sealed = key.seal(b"secret", b"place")
    for position in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(UnknownRootKeyError if 1 <= position // 8 <= 8 else BrokenSealError):
            key.open(bytes(damaged), b"place")


def test_every_shortened_or_extended_sealed_blob_is_refused():
    key = RootKey(SECRET)
    sealed = key.seal(b"secret", b"")
    for damaged in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\x00"]:
        with pytest.raises(BrokenSealError):
            key.open(damaged, b"")


@given(st.lists(st.lists(st.text("ab", max_size=3), min_size=1, max_size=4).map(tuple), unique=True, max_size=6))
def test_different_places_give_different_associated_data(places):
    assert len({associated_data(*place) for place in places}) == len(places)


def test_the_wrong_root_key_is_named_at_start():
    right, wrong = RootKey(draw_root_key()), RootKey(draw_root_key())
    check_value = make_check_value(RootKeys([right]))
    verify_check_value(RootKeys([right]), check_value)
    verify_check_value(RootKeys([wrong, right]), check_value)
    with pytest.raises(UnknownRootKeyError, match=f"{right.id}, but the loaded ones are {wrong.id}"):
        verify_check_value(RootKeys([wrong]), check_value)


def test_a_check_value_cannot_be_replaced_by_another_sealed_blob():
    root_keys = RootKeys([RootKey(SECRET)])
    with pytest.raises(BrokenSealError):
        verify_check_value(root_keys, root_keys.seal(b"kms root key check value v1", associated_data("key material")))
    with pytest.raises(BrokenSealError):
        verify_check_value(root_keys, root_keys.seal(b"another text", associated_data("root key check")))


def test_the_newest_root_key_seals_and_the_older_ones_still_open():
    old, new = RootKey(draw_root_key()), RootKey(draw_root_key())
    before = old.seal(b"secret", b"")
    both = RootKeys([new, old])
    assert both.ids == (new.id, old.id)
    assert both.open(before, b"") == b"secret"
    assert parse_sealed(both.seal(b"secret", b"")).root_key_id == new.id


def test_root_keys_refuse_none_and_duplicates():
    with pytest.raises(ValueError, match="At least one"):
        RootKeys([])
    with pytest.raises(ValueError, match="twice"):
        RootKeys([RootKey(SECRET), RootKey(SECRET)])


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match=f"not {length}"):
        RootKey(bytes(length))
