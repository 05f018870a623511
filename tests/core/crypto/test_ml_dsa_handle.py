"""ML-DSA: published answers, and the two forms of a message. Source: FIPS 204; kms-semantics 4.18."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.signing import MessageType
from core.errors import KMSInvalidSignatureException
from tests.core.crypto.private_keys import handle_of, new_handle
from tests.core.crypto.vectors import load_cases

ML_DSA = SigningAlgorithm.ML_DSA_SHAKE_256
RAW, MU = MessageType.RAW, MessageType.EXTERNAL_MU
PRIVATE = {
    KeySpec.ML_DSA_44: mldsa.MLDSA44PrivateKey,
    KeySpec.ML_DSA_65: mldsa.MLDSA65PrivateKey,
    KeySpec.ML_DSA_87: mldsa.MLDSA87PrivateKey,
}
SIGNATURE_BYTES = {KeySpec.ML_DSA_44: 2420, KeySpec.ML_DSA_65: 3309, KeySpec.ML_DSA_87: 4627}
SPKI_HEADER_BYTES = 22


def mu_of(public_key: bytes, message: bytes, context: bytes = b"") -> bytes:
    """The message representative: FIPS 204, algorithm 7, line 6, over the domain separator of algorithm 2."""
    hashed = hashlib.shake_256(public_key).digest(64)
    return hashlib.shake_256(hashed + b"\0" + bytes([len(context)]) + context + message).digest(64)


@pytest.mark.parametrize("case", load_cases("ml_dsa"), ids=lambda case: case["spec"])
def test_a_published_signature_is_valid(case):
    spec = KeySpec(case["spec"])
    private = PRIVATE[spec].from_seed_bytes(bytes.fromhex(case["seed"]))
    handle = handle_of(private, spec, KeyUsage.SIGN_VERIFY)
    public = handle.public_key[SPKI_HEADER_BYTES:]
    assert hashlib.sha256(public).hexdigest() == case["public_key_sha256"]
    mu = mu_of(public, bytes.fromhex(case["message"]), bytes.fromhex(case["context"]))
    handle.verify(ML_DSA, mu, MU, bytes.fromhex(case["signature"]))
    with pytest.raises(KMSInvalidSignatureException):  # signed with a context, which AWS KMS never has
        handle.verify(ML_DSA, bytes.fromhex(case["message"]), RAW, bytes.fromhex(case["signature"]))


@pytest.mark.parametrize("spec", SIGNATURE_BYTES)
def test_the_message_and_its_representative_are_signed_alike_and_hedged(spec):
    handle = new_handle(spec, KeyUsage.SIGN_VERIFY)
    mu = mu_of(handle.public_key[SPKI_HEADER_BYTES:], b"pay")
    raw, prepared = handle.sign(ML_DSA, b"pay", RAW), handle.sign(ML_DSA, mu, MU)
    assert len(raw) == len(prepared) == SIGNATURE_BYTES[spec]
    assert raw != handle.sign(ML_DSA, b"pay", RAW)
    handle.verify(ML_DSA, mu, MU, raw)
    handle.verify(ML_DSA, b"pay", RAW, prepared)


@pytest.mark.parametrize("spec", SIGNATURE_BYTES)
def test_an_altered_signature_is_refused(spec):
    handle = new_handle(spec, KeyUsage.SIGN_VERIFY)
    good = handle.sign(ML_DSA, b"pay", RAW)
    handle.verify(ML_DSA, b"pay", RAW, good)
    # The last bytes are the hints, whose spelling is unique (FIPS 204, algorithm 21).
    for wrong in (good[:-1], good + b"\0", bytes([good[0] ^ 1]) + good[1:], good[:-1] + b"\xff", bytes(len(good)), b""):
        with pytest.raises(KMSInvalidSignatureException):
            handle.verify(ML_DSA, b"pay", RAW, wrong)
