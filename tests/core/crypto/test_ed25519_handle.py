"""Ed25519 and Ed25519ph: published answers. Source of the prehash rule: kms-semantics 4.18."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.signing import MessageType
from core.errors import KMSInvalidSignatureException
from tests.core.crypto.private_keys import handle_of, new_handle
from tests.core.crypto.vectors import load_cases

PURE, PREHASHED = SigningAlgorithm.ED25519_SHA_512, SigningAlgorithm.ED25519_PH_SHA_512
RAW, DIGEST = MessageType.RAW, MessageType.DIGEST
ORDER = 2**252 + 27742317777372353535851937790883648493


def handle_of_seed(seed: str):
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    return handle_of(private, KeySpec.ECC_NIST_EDWARDS25519, KeyUsage.SIGN_VERIFY)


@pytest.fixture(scope="module")
def handle():
    return new_handle(KeySpec.ECC_NIST_EDWARDS25519, KeyUsage.SIGN_VERIFY)


@pytest.mark.parametrize("case", load_cases("ed25519"), ids=lambda case: f"{len(case['message']) // 2} bytes")
def test_a_published_signature_is_made(case):
    handle = handle_of_seed(case["seed"])
    assert handle.public_key[-32:].hex() == case["public_key"]
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    assert handle.sign(PURE, message, RAW) == signature
    handle.verify(PURE, message, RAW, signature)


def test_the_prehashed_signature_of_rfc_8032_is_made():
    # RFC 8032, section 7.3, "TEST abc": what is signed there is the message, so that SHA-512 of it is what is signed.
    handle = handle_of_seed("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
    signature = bytes.fromhex(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
    )
    assert handle.sign(PREHASHED, b"abc", DIGEST) == signature
    handle.verify(PREHASHED, b"abc", DIGEST, signature)


def test_the_digest_is_hashed_once_more(handle):
    """A second way to the same bytes: RFC 8032, 5.1.6 by hand, over SHA-512 of the digest."""
    digest = hashlib.sha512(b"pay").digest()
    signature = handle.sign(PREHASHED, digest, DIGEST)
    prefix = b"SigEd25519 no Ed25519 collisions\x01\x00"
    expanded = hashlib.sha512(handle._private.private_bytes_raw()).digest()
    scalar = int.from_bytes(expanded[:32], "little") & (2**254 - 8) | 2**254
    hashed = hashlib.sha512(digest).digest()
    nonce = int.from_bytes(hashlib.sha512(prefix + expanded[32:] + hashed).digest(), "little") % ORDER
    challenge = hashlib.sha512(prefix + signature[:32] + handle.public_key[-32:] + hashed).digest()
    expected = (nonce + int.from_bytes(challenge, "little") * scalar) % ORDER
    assert signature[32:] == expected.to_bytes(32, "little")


def test_signatures_are_deterministic_and_not_taken_for_each_other(handle):
    digest = hashlib.sha512(b"pay").digest()
    pure, prehashed = handle.sign(PURE, digest, RAW), handle.sign(PREHASHED, digest, DIGEST)
    assert handle.sign(PURE, digest, RAW) == pure != prehashed == handle.sign(PREHASHED, digest, DIGEST)
    for algorithm, message_type, signature in ((PURE, RAW, prehashed), (PREHASHED, DIGEST, pure)):
        with pytest.raises(KMSInvalidSignatureException):
            handle.verify(algorithm, digest, message_type, signature)


# The kinds of Wycheproof's ed25519_test.json.
@pytest.mark.parametrize(("algorithm", "message_type"), [(PURE, RAW), (PREHASHED, DIGEST)])
def test_an_altered_or_malleable_signature_is_refused(handle, algorithm, message_type):
    digest = hashlib.sha512(b"pay").digest()
    good = handle.sign(algorithm, digest, message_type)
    s = int.from_bytes(good[32:], "little")
    wrong = (
        good[:32] + (s + ORDER).to_bytes(32, "little"),
        good[:32] + bytes(32),
        bytes(32) + good[32:],
        bytes(64),
        good[:-1],
        good + b"\0",
        b"",
        bytes([good[0] ^ 1]) + good[1:],
    )
    handle.verify(algorithm, digest, message_type, good)
    for signature in wrong:
        with pytest.raises(KMSInvalidSignatureException):
            handle.verify(algorithm, digest, message_type, signature)
