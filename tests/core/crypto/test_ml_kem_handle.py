"""ML-KEM: published answers for the library and for ML-KEM-512's own implementation. Source: FIPS 203."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem

from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.ml_kem_512 import MlKem512PrivateKey
from core.errors import InvalidCiphertextException
from tests.core.crypto.private_keys import handle_of, new_handle
from tests.core.crypto.vectors import load_cases

PRIVATE = {
    KeySpec.ML_KEM_512: MlKem512PrivateKey,
    KeySpec.ML_KEM_768: mlkem.MLKEM768PrivateKey.from_seed_bytes,
    KeySpec.ML_KEM_1024: mlkem.MLKEM1024PrivateKey.from_seed_bytes,
}
CIPHERTEXT_BYTES = {KeySpec.ML_KEM_512: 768, KeySpec.ML_KEM_768: 1088, KeySpec.ML_KEM_1024: 1568}
SPKI_HEADER_BYTES = 22


@pytest.mark.parametrize("case", load_cases("ml_kem"), ids=lambda case: case["spec"])
def test_a_published_ciphertext_opens_and_a_foreign_one_gives_the_published_rejection(case):
    spec = KeySpec(case["spec"])
    private = PRIVATE[spec](bytes.fromhex(case["d"] + case["z"]))
    handle = handle_of(private, spec, KeyUsage.ENCAPSULATE_DECAPSULATE)
    public = handle.public_key[SPKI_HEADER_BYTES:]
    assert hashlib.sha256(public).hexdigest() == case["public_key_sha256"]
    assert handle.decapsulate(bytes.fromhex(case["ciphertext"])).hex() == case["secret"]
    assert handle.decapsulate(bytes.fromhex(case["foreign_ciphertext"])).hex() == case["foreign_secret"]


@pytest.mark.parametrize("spec", CIPHERTEXT_BYTES)
def test_a_fresh_secret_comes_back_from_its_ciphertext_only(spec):
    handle, other = (new_handle(spec, KeyUsage.ENCAPSULATE_DECAPSULATE) for _ in range(2))
    secret, ciphertext = handle.encapsulate()
    assert (len(secret), len(ciphertext)) == (32, CIPHERTEXT_BYTES[spec])
    assert handle.decapsulate(ciphertext) == secret != handle.encapsulate()[0]
    altered = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]
    rejected = {handle.decapsulate(altered), other.decapsulate(ciphertext), secret}
    assert len(rejected) == 3
    assert {len(each) for each in rejected} == {32}


@pytest.mark.parametrize("spec", CIPHERTEXT_BYTES)
def test_a_ciphertext_of_another_length_is_refused(spec):
    handle = new_handle(spec, KeyUsage.ENCAPSULATE_DECAPSULATE)
    ciphertext = handle.encapsulate()[1]
    for wrong in (ciphertext[:-1], ciphertext + b"\0", b"x", b""):
        with pytest.raises(InvalidCiphertextException):
            handle.decapsulate(wrong)


def test_the_encodings_of_ml_kem_512_differ_from_the_librarys_in_oid_and_lengths_only():
    own, library = MlKem512PrivateKey.generate(), mlkem.MLKEM768PrivateKey.generate()
    form = ("DER", "PKCS8", None)
    theirs = handle_of(library, KeySpec.ML_KEM_768, KeyUsage.ENCAPSULATE_DECAPSULATE).public_key
    oid_512, oid_768 = (bytes.fromhex(f"060960864801650304040{last}") for last in (1, 2))
    assert own.private_bytes(*form)[:22] == bytes.fromhex("3054020100300b") + oid_512 + bytes.fromhex("04428040")
    assert theirs[4:17] == b"\x30\x0b" + oid_768
    public = own.public_key().public_bytes(*form)
    assert public[4:17] == b"\x30\x0b" + oid_512
    assert int.from_bytes(public[2:4], "big") == len(public) - 4 == 818
    assert MlKem512PrivateKey.from_der(own.private_bytes(*form)).public_key().public_bytes(*form) == public
    with pytest.raises(ValueError, match="Not an ML-KEM-512"):
        MlKem512PrivateKey.from_der(b"\x30" + own.private_bytes(*form))
    with pytest.raises(ValueError, match="64 bytes"):
        MlKem512PrivateKey.from_der(own.private_bytes(*form)[:-1])
