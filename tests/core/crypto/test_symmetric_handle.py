"""The symmetric ciphertext: against a second implementation written from the layout, and under every kind of damage."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.ciphertext import parse_material_id
from core.crypto.handles import SymmetricHandle
from core.crypto.material import KeyMaterial, generate_material
from core.errors import InvalidCiphertextException
from tests.core.crypto.test_encryption_context import CONTEXTS
from tests.core.crypto.vectors import load_cases

ACCOUNT = "111122223333"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = bytes(range(32))
FROZEN = (
    "AQICAHj0PkGjmyBk7v19BnRCwoX4ohuSnXit+svDP9MbB6w3vgGqqqqqqqqqqqqqqqqqqqqqAAAAHtQhzPS6qPaW7qk8VVmXFzhD"
    "fh2Sr7s/UzDcO+PclQ=="
)
PLAINTEXTS = st.binary(min_size=1, max_size=64)


def make_handle(secret: bytes = SECRET, account: str = ACCOUNT, key_id: str = KEY_ID) -> SymmetricHandle:
    return SymmetricHandle(KeyMaterial(secret), account, key_id)


def framed(*texts: str) -> bytes:
    return b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in texts)


def encrypt_by_the_layout(random_value: bytes, plaintext: bytes, context: dict[str, str]) -> bytes:
    """A second implementation: the library's KBKDF and its general cipher interface instead of ours and AESGCM."""
    identity = hashlib.sha256(framed("kms key material id v1", KEY_ID) + b"\x00\x00\x00\x20" + SECRET).digest()
    header = b"\x01\x02\x02\x00\x78" + identity + b"\x01" + random_value + (len(plaintext) + 16).to_bytes(4, "big")
    key = KBKDFHMAC(
        algorithm=hashes.SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=b"kms symmetric ciphertext v1",
        context=framed(ACCOUNT, KEY_ID) + random_value,
        fixed=None,
    ).derive(SECRET)
    encryptor = Cipher(algorithms.AES(key), modes.GCM(bytes(12))).encryptor()
    encryptor.authenticate_additional_data(
        header + framed(*[part for pair in sorted(context.items()) for part in pair])
    )
    return header + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


@pytest.mark.parametrize("case", load_cases("aes_256_gcm"), ids=lambda case: f"{len(case['plaintext']) * 4}-bits")
def test_the_library_gives_the_answers_of_nist_for_aes_gcm(case):
    part = {name: bytes.fromhex(value) for name, value in case.items() if name != "count"}
    sealed = AESGCM(part["secret"]).encrypt(part["nonce"], part["plaintext"], part["associated"])
    assert sealed == part["ciphertext"] + part["tag"]


@given(st.binary(min_size=16, max_size=16), PLAINTEXTS, CONTEXTS)
def test_a_second_implementation_writes_the_same_blob(random_value, plaintext, context):
    blob = encrypt_by_the_layout(random_value, plaintext, context)
    assert make_handle()._encrypt_with(random_value, plaintext, context) == blob


def test_the_format_of_version_1_stays_readable():
    """Made once by `encrypt_by_the_layout` with the random value 0xAA * 16; it must open for ever."""
    blob = base64.b64decode(FROZEN)
    assert encrypt_by_the_layout(b"\xaa" * 16, b"attack at dawn", {"tenant": "blue", "app": "payroll"}) == blob
    assert make_handle().decrypt(blob, {"app": "payroll", "tenant": "blue"}) == b"attack at dawn"


@given(PLAINTEXTS, CONTEXTS)
def test_decrypt_returns_what_encrypt_was_given(plaintext, context):
    handle = make_handle()
    assert handle.decrypt(handle.encrypt(plaintext, context), context) == plaintext


def test_two_encryptions_of_one_text_differ_and_begin_as_tutorials_show():
    handle = make_handle()
    one, other = handle.encrypt(b"text", {}), handle.encrypt(b"text", {})
    assert one != other
    assert base64.b64encode(one).startswith(b"AQICAH")
    assert parse_material_id(one) == parse_material_id(other) == handle.material_id


def test_the_largest_plaintext_fits_and_one_byte_more_does_not():
    handle = make_handle()
    blob = handle.encrypt(bytes(4096), {"k": "v"})
    assert len(blob) == 4170 < 6144
    assert handle.decrypt(blob, {"k": "v"}) == bytes(4096)
    with pytest.raises(ValueError, match="4097"):
        handle.encrypt(bytes(4097), {})
    with pytest.raises(ValueError, match="not 0"):
        handle.encrypt(b"", {})


def test_every_flipped_bit_is_refused():
    handle = make_handle()
    blob = handle.encrypt(b"a", {"k": "v"})
    for position in range(len(blob) * 8):
        damaged = bytearray(blob)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(InvalidCiphertextException):
            handle.decrypt(bytes(damaged), {"k": "v"})


def test_every_shortened_blob_is_refused():
    handle = make_handle()
    blob = handle.encrypt(b"text", {})
    for length in range(len(blob)):
        with pytest.raises(InvalidCiphertextException):
            handle.decrypt(blob[:length], {})


@given(st.binary(min_size=1, max_size=40))
def test_an_extended_blob_is_refused_even_with_a_matching_length(tail):
    handle = make_handle()
    blob = handle.encrypt(b"text", {})
    longer = blob + tail
    corrected = longer[:54] + (len(longer) - 58).to_bytes(4, "big") + longer[58:]
    for damaged in (longer, tail + blob, corrected):
        with pytest.raises(InvalidCiphertextException):
            handle.decrypt(damaged, {})


@given(st.binary(max_size=200))
def test_bytes_that_are_no_blob_are_refused(noise):
    for damaged in (noise, bytes.fromhex("0102020078") + noise):
        with pytest.raises(InvalidCiphertextException):
            make_handle().decrypt(damaged, {})
        with pytest.raises(InvalidCiphertextException):
            parse_material_id(damaged)


def test_a_blob_beyond_the_largest_is_refused():
    blob = make_handle().encrypt(bytes(4096), {})
    longer = blob[:54] + (4113).to_bytes(4, "big") + blob[58:] + b"\x00"
    with pytest.raises(InvalidCiphertextException):
        parse_material_id(longer)


@given(CONTEXTS, CONTEXTS)
def test_another_context_is_refused(one, other):
    handle = make_handle()
    blob = handle.encrypt(b"text", one)
    if one == other:
        assert handle.decrypt(blob, other) == b"text"
    else:
        with pytest.raises(InvalidCiphertextException):
            handle.decrypt(blob, other)


def test_contexts_that_read_alike_when_joined_are_told_apart():
    handle = make_handle()
    blob = handle.encrypt(b"text", {"a": "bc"})
    with pytest.raises(InvalidCiphertextException):
        handle.decrypt(blob, {"ab": "c"})


@pytest.mark.parametrize(
    "other",
    [
        {"secret": bytes(32)},
        {"account": "444455556666"},
        {"key_id": "1234abcd-12ab-34cd-56ef-1234567890ac"},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_another_material_account_or_key_is_refused_even_with_its_own_material_id_in_the_blob(other):
    blob = make_handle().encrypt(b"text", {})
    stranger = make_handle(**other)
    relabelled = blob[:5] + bytes.fromhex(stranger.material_id) + blob[37:]
    assert make_handle().decrypt(blob, {}) == b"text"
    for foreign in (blob, relabelled):
        with pytest.raises(InvalidCiphertextException):
            stranger.decrypt(foreign, {})


def test_a_second_handle_of_the_same_material_opens_the_blob():
    assert make_handle().decrypt(make_handle().encrypt(b"text", {}), {}) == b"text"


@pytest.mark.parametrize("length", [16, 31, 33])
def test_material_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match=f"not {length}"):
        SymmetricHandle(generate_material(length), ACCOUNT, KEY_ID)
