"""ECDSA and ECDH: published answers, and encodings that must be refused. Source: kms-semantics 2.3 and 4.18."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.crypto.algorithms import ALGORITHMS
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.signing import SIGNING, MessageType
from core.errors import KMSInvalidSignatureException, ValidationException
from tests.core.crypto.private_keys import CURVES, ec_private_key, handle_of, new_handle
from tests.core.crypto.vectors import load_cases

RAW, DIGEST = MessageType.RAW, MessageType.DIGEST
ORDERS = {
    KeySpec.ECC_NIST_P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeySpec.ECC_SECG_P256K1: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}
AGREEING = tuple(spec for spec in ALGORITHMS[KeyUsage.KEY_AGREEMENT] if spec is not KeySpec.SM2)


def algorithm_of(spec):
    return ALGORITHMS[KeyUsage.SIGN_VERIFY][KeySpec(spec)][0]


def spki(public) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


# --- signatures -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", load_cases("ecdsa"), ids=lambda case: case["spec"])
def test_a_published_signature_is_valid_for_its_message_only(case):
    handle = handle_of(ec_private_key(case["spec"], case["private_value"]), case["spec"], KeyUsage.SIGN_VERIFY)
    algorithm, message = algorithm_of(case["spec"]), bytes.fromhex(case["message"])
    signature = encode_dss_signature(int(case["r"], 16), int(case["s"], 16))
    handle.verify(algorithm, message, RAW, signature)
    digest = hashlib.new(f"sha{algorithm.rpartition('_')[2]}", message).digest()
    handle.verify(algorithm, digest, DIGEST, signature)
    with pytest.raises(KMSInvalidSignatureException):
        handle.verify(algorithm, message + b"\0", RAW, signature)


@pytest.mark.parametrize("spec", CURVES)
def test_a_signature_is_fresh_and_verifies_in_both_forms_of_the_message(spec):
    handle, algorithm = new_handle(spec, KeyUsage.SIGN_VERIFY), algorithm_of(spec)
    digest = hashlib.new(SIGNING[algorithm].hash.name, b"pay").digest()
    first, second = handle.sign(algorithm, b"pay", RAW), handle.sign(algorithm, b"pay", RAW)
    assert first != second
    handle.verify(algorithm, digest, DIGEST, first)
    handle.verify(algorithm, b"pay", RAW, handle.sign(algorithm, digest, DIGEST))


@pytest.mark.parametrize("spec", ORDERS)
def test_a_high_s_is_as_good_as_a_low_one(spec):
    handle, algorithm = new_handle(spec, KeyUsage.SIGN_VERIFY), algorithm_of(spec)
    r, s = decode_dss_signature(handle.sign(algorithm, b"pay", RAW))
    handle.verify(algorithm, b"pay", RAW, encode_dss_signature(r, ORDERS[spec] - s))


def der_integer(value: int) -> bytes:
    encoded = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(encoded)]) + encoded


# The kinds of Wycheproof's ecdsa_*_test.json: values out of range, and other spellings of the same values.
@pytest.mark.parametrize("spec", ORDERS)
def test_a_signature_that_is_not_spelled_the_one_way_or_out_of_range_is_refused(spec):
    handle, algorithm, n = new_handle(spec, KeyUsage.SIGN_VERIFY), algorithm_of(spec), ORDERS[spec]
    good = handle.sign(algorithm, b"pay", RAW)
    r, s = decode_dss_signature(good)
    body = good[2:]
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    wrong = {
        "r is zero": encode_dss_signature(0, s),
        "s is zero": encode_dss_signature(r, 0),
        "both are one": encode_dss_signature(1, 1),
        "r plus the order": encode_dss_signature(r + n, s),
        "s plus the order": encode_dss_signature(r, s + n),
        "r is negative": b"\x30" + bytes([3 + len(der_integer(s))]) + b"\x02\x01\xff" + der_integer(s),
        "long form of the length": b"\x30\x81" + bytes([len(body)]) + body,
        "indefinite length": b"\x30\x80" + body + b"\0\0",
        "bytes after the sequence": good + b"\0",
        "bytes inside the sequence": b"\x30" + bytes([len(body) + 2]) + body + b"\x05\0",
        "a zero before r": b"\x30" + bytes([len(body) + 1, 2, body[1] + 1, 0]) + body[2:],
        "r and s without DER": raw,
        "truncated": good[:-1],
        "empty": b"",
        "an empty sequence": b"\x30\0",
    }
    handle.verify(algorithm, b"pay", RAW, good)
    for name, signature in wrong.items():
        with pytest.raises(KMSInvalidSignatureException):
            handle.verify(algorithm, b"pay", RAW, signature)
            pytest.fail(name)


# --- agreement --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", load_cases("ecdh"), ids=lambda case: f"{case['spec']} {case['note']}")
def test_a_published_secret_is_derived(case):
    handle = handle_of(ec_private_key(case["spec"], case["private_value"]), case["spec"], KeyUsage.KEY_AGREEMENT)
    curve = CURVES[KeySpec(case["spec"])]
    size = (curve.key_size + 7) // 8
    point = b"\x04" + int(case["x"], 16).to_bytes(size, "big") + int(case["y"], 16).to_bytes(size, "big")
    template = spki(ec.derive_private_key(1, curve).public_key())
    other = template[: -len(point)] + point
    try:
        derived = handle.derive(other)
    except ValidationException:
        derived = None  # a point that is not on the curve
    assert (derived == bytes.fromhex(case["secret"])) is case["valid"]


@pytest.mark.parametrize(("spec", "size"), list(zip(AGREEING, (32, 48, 66), strict=True)))
def test_both_sides_derive_the_same_x_coordinate(spec, size):
    one, other = (new_handle(spec, KeyUsage.KEY_AGREEMENT) for _ in range(2))
    secret = one.derive(other.public_key)
    assert secret == other.derive(one.public_key)
    assert len(secret) == size


# The kinds of Wycheproof's ecdh_*_test.json: points and encodings that are not those of a key of this curve.
def test_a_public_key_that_is_not_a_point_of_the_curve_in_its_one_spelling_is_refused():
    handle = new_handle(KeySpec.ECC_NIST_P256, KeyUsage.KEY_AGREEMENT)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    good = spki(public)
    head, x, y = good[:-64], good[-64:-32], good[-32:]
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + public.public_bytes(
        Encoding.X962, PublicFormat.CompressedPoint
    )
    wrong = {
        "another curve": spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
        "a curve of the same size": spki(ec.generate_private_key(ec.SECP256K1()).public_key()),
        "an RSA key": spki(rsa.generate_private_key(65537, 2048).public_key()),
        "a point off the curve": head + x + bytes([y[0] ^ 1]) + y[1:],
        "zero": head + bytes(64),
        "x is not reduced": head + b"\xff" * 32 + y,
        "the point at infinity": bytes.fromhex("301906" + "072a8648ce3d0201" + "06082a8648ce3d030107" + "03020000"),
        "a compressed point": compressed,
        "bytes after it": good + b"\0",
        "truncated": good[:-1],
        "the bare point": good[-65:],
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "base64 twice": base64.b64encode(good),
        "one byte": b"\x30",
    }
    assert len(handle.derive(good)) == 32
    for name, encoded in wrong.items():
        with pytest.raises(ValidationException) as refusal:
            handle.derive(encoded)
            pytest.fail(name)
        assert refusal.value.message is None
