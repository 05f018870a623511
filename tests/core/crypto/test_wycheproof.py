"""Wycheproof: each kind of mistake that implementations have made, against ours.

A case says ``valid``, ``invalid`` or ``acceptable``. Where AWS KMS is stricter than the standard (no label of OAEP, a
salt of PSS as long as the digest, no context of ML-DSA), a valid case that needs the freedom is to be refused.
"""

import hashlib
import json
from functools import cache
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.crypto.algorithms import EncryptionAlgorithm, SigningAlgorithm
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.signing import MessageType
from core.errors import InvalidCiphertextException, KMSInvalidSignatureException, ValidationException
from tests.core.crypto.private_keys import CURVES, SIGNING_PAIRS, handle_of, handle_of_bytes, new_handle
from tests.core.crypto.test_ml_dsa_handle import PRIVATE as ML_DSA_PRIVATE
from tests.core.crypto.test_ml_dsa_handle import SPKI_HEADER_BYTES, mu_of
from tests.core.crypto.test_ml_kem_handle import PRIVATE as ML_KEM_PRIVATE
from tests.core.crypto.vectors import FOLDER

RAW, DIGEST, MU = MessageType.RAW, MessageType.DIGEST, MessageType.EXTERNAL_MU
SIGN, AGREE = KeyUsage.SIGN_VERIFY, KeyUsage.KEY_AGREEMENT
SIZES = (2048, 3072, 4096)
# No vectors of these are public; OpenSSL verifies them in tests/operations/test_openssl.py.
WITHOUT_VECTORS = {("RSA_3072", "RSASSA_PSS_SHA_384"), ("RSA_3072", "RSASSA_PSS_SHA_512")}
# RFC 8032, section 7.3, in test_ed25519_handle.py.
ELSEWHERE = {("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512")}
CURVE_FILES = {
    KeySpec.ECC_NIST_P256: "ecdsa_secp256r1_sha256",
    KeySpec.ECC_NIST_P384: "ecdsa_secp384r1_sha384",
    KeySpec.ECC_NIST_P521: "ecdsa_secp521r1_sha512",
    KeySpec.ECC_SECG_P256K1: "ecdsa_secp256k1_sha256",
}
PSS_FILES = (
    "rsa_pss_2048_sha256_mgf1_32",
    "rsa_pss_2048_sha384_mgf1_48",
    "rsa_pss_misc",
    "rsa_pss_3072_sha256_mgf1_32",
    "rsa_pss_4096_sha256_mgf1_32",
    "rsa_pss_4096_sha384_mgf1_48",
    "rsa_pss_4096_sha512_mgf1_64",
)

Case = dict[str, Any]


@cache
def vectors(name: str) -> list[Case]:
    """Return the cases of a file, each with the members of its group."""
    found = json.loads((FOLDER / "wycheproof" / f"{name}.json").read_text(encoding="utf-8"))
    assert found["cases"]
    return [{**found["groups"][case["group"]], **case} for case in found["cases"]]


def every(*names: str):
    """Parametrize a test with all cases of these files."""
    cases = [(name, case) for name in names for case in vectors(name)]
    return pytest.mark.parametrize(
        "case",
        [case for _, case in cases],
        ids=[f"{name}-{case['tcId']}-{case['result']}-{'-'.join(case.get('flags', []))}" for name, case in cases],
    )


@cache
def _any_handle(spec: KeySpec):
    return new_handle(spec, SIGN)


def verifier(spec: KeySpec, public_key: str):
    """Return a handle that verifies with a published public key; nobody has published its private key."""
    handle = _any_handle(spec)
    handle._public = load_der_public_key(bytes.fromhex(public_key))
    return handle


def is_taken(handle, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> bool:
    try:
        handle.verify(algorithm, message, message_type, signature)
    except KMSInvalidSignatureException:
        return False
    return True


def test_every_algorithm_of_every_spec_has_published_answers():
    covered = set(ELSEWHERE)
    for name in (*PSS_FILES, *(f"rsa_signature_{size}_sha{bits}" for size in SIZES for bits in (256, 384, 512))):
        scheme = "PSS" if "pss" in name else "PKCS1_V1_5"
        for case in vectors(name):
            if case["result"] == "valid" and ("sLen" not in case or case["sLen"] == int(case["sha"][-3:]) // 8):
                covered.add((f"RSA_{case['keySize']}", f"RSASSA_{scheme}_{case['sha'].replace('-', '_')}"))
    covered |= {(spec, f"ECDSA_SHA_{name[-3:]}") for spec, name in CURVE_FILES.items() if vectors(name)}
    covered |= {(f"ML_DSA_{level}", "ML_DSA_SHAKE_256") for level in (44, 65, 87) if vectors(f"mldsa_{level}_verify")}
    covered |= {("ECC_NIST_EDWARDS25519", "ED25519_SHA_512")} if vectors("ed25519") else set()
    assert {(str(spec), str(algorithm)) for spec, algorithm in SIGNING_PAIRS} - covered == WITHOUT_VECTORS


# --- RSA --------------------------------------------------------------------------------------------------------------
@every(*(f"rsa_signature_{size}_sha{bits}" for size in SIZES for bits in (256, 384, 512)))
def test_rsassa_pkcs1(case):
    algorithm = SigningAlgorithm(f"RSASSA_PKCS1_V1_5_{case['sha'].replace('-', '_')}")
    handle = verifier(KeySpec(f"RSA_{case['keySize']}"), case["publicKeyDer"])
    message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
    assert is_taken(handle, algorithm, message, RAW, signature) is (case["result"] == "valid")
    digest = hashlib.new(case["sha"].replace("-", ""), message).digest()
    assert is_taken(handle, algorithm, digest, DIGEST, signature) is (case["result"] == "valid")


@every(*(f"rsa_pkcs1_{size}_sig_gen" for size in SIZES))
def test_rsassa_pkcs1_signatures_are_those_published(case):
    algorithm = SigningAlgorithm(f"RSASSA_PKCS1_V1_5_{case['sha'].replace('-', '_')}")
    handle = handle_of_bytes(bytes.fromhex(case["privateKeyPkcs8"]), f"RSA_{case['keySize']}", SIGN)
    assert handle.sign(algorithm, bytes.fromhex(case["msg"]), RAW).hex() == case["sig"]


@every(*PSS_FILES, "rsa_pss_2048_sha256_mgf1_0", "rsa_pss_4096_sha512_mgf1_32", "rsa_pss_2048_sha256_mgf1sha1_20")
def test_rsassa_pss(case):
    algorithm = SigningAlgorithm(f"RSASSA_PSS_{case['sha'].replace('-', '_')}")
    handle = verifier(KeySpec(f"RSA_{case['keySize']}"), case["publicKeyDer"])
    own = case["sLen"] == int(case["sha"][-3:]) // 8 and case["mgfSha"] == case["sha"]
    message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
    assert is_taken(handle, algorithm, message, RAW, signature) is (own and case["result"] == "valid")


@every("rsa_oaep_2048_sha1_mgf1sha1", *(f"rsa_oaep_{size}_sha256_mgf1sha256" for size in SIZES), "rsa_oaep_misc")
def test_rsaes_oaep(case):
    algorithm = EncryptionAlgorithm(f"RSAES_OAEP_{case['sha'].replace('-', '_')}")
    spec = KeySpec(f"RSA_{case['keySize']}")
    handle = handle_of_bytes(bytes.fromhex(case["privateKeyPkcs8"]), spec, KeyUsage.ENCRYPT_DECRYPT)
    try:
        opened = handle.decrypt(algorithm, bytes.fromhex(case["ct"]))
    except InvalidCiphertextException:
        assert case["result"] == "invalid" or case["label"]
    else:
        assert (case["result"], case["label"], opened.hex()) == ("valid", "", case["msg"])


# --- curves -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spec", CURVE_FILES)
def test_ecdsa(spec):
    digest = CURVE_FILES[spec].rpartition("_")[2]
    algorithm = SigningAlgorithm(f"ECDSA_{digest.upper().replace('SHA', 'SHA_')}")
    for case in vectors(CURVE_FILES[spec]):
        handle = verifier(spec, case["publicKeyDer"])
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        wanted = case["result"] == "valid"
        assert is_taken(handle, algorithm, message, RAW, signature) is wanted, case
        prepared = hashlib.new(digest, message).digest()
        assert is_taken(handle, algorithm, prepared, DIGEST, signature) is wanted, case


@every("ed25519")
def test_ed25519(case):
    handle = verifier(KeySpec.ECC_NIST_EDWARDS25519, case["publicKeyDer"])
    taken = is_taken(
        handle, SigningAlgorithm.ED25519_SHA_512, bytes.fromhex(case["msg"]), RAW, bytes.fromhex(case["sig"])
    )
    # "Acceptable" are signatures under public keys of small or mixed order, which RFC 8032 does not exclude.
    assert taken is (case["result"] != "invalid")


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (KeySpec.ECC_NIST_P256, "ecdh_secp256r1"),
        (KeySpec.ECC_NIST_P384, "ecdh_secp384r1"),
        (KeySpec.ECC_NIST_P521, "ecdh_secp521r1"),
    ],
)
def test_ecdh(spec, name):
    """A public key in another spelling than the one of RFC 5480, "acceptable", is refused."""
    for case in vectors(name):
        private = ec.derive_private_key(int(case["private"], 16), CURVES[spec])
        try:
            secret = handle_of(private, spec, AGREE).derive(bytes.fromhex(case["public"]))
        except ValidationException:
            assert case["result"] != "valid", case
        else:
            assert (case["result"], secret.hex()) == ("valid", case["shared"]), case


# --- ML-DSA and ML-KEM ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", [44, 65, 87])
def test_ml_dsa(level):
    spec, algorithm = KeySpec(f"ML_DSA_{level}"), SigningAlgorithm.ML_DSA_SHAKE_256
    for case in vectors(f"mldsa_{level}_verify"):
        if case["flags"] == ["IncorrectPublicKeyLength"]:
            with pytest.raises(ValueError):
                load_der_public_key(bytes.fromhex(case["publicKeyDer"]))
            continue
        handle = verifier(spec, case["publicKeyDer"])
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        context, wanted = bytes.fromhex(case.get("ctx", "")), case["result"] == "valid"
        assert is_taken(handle, algorithm, message, RAW, signature) is (wanted and not context), case["tcId"]
        if len(context) < 256:
            mu = mu_of(bytes.fromhex(case["publicKeyDer"])[SPKI_HEADER_BYTES:], message, context)
            assert is_taken(handle, algorithm, mu, MU, signature) is wanted, case["tcId"]


@pytest.mark.parametrize("level", [44, 65, 87])
def test_ml_dsa_of_published_seeds(level):
    """The published signatures are deterministic and ours hedged, so each side verifies the other's µ."""
    spec, algorithm = KeySpec(f"ML_DSA_{level}"), SigningAlgorithm.ML_DSA_SHAKE_256
    seen = 0
    for case in vectors(f"mldsa_{level}_sign_seed"):
        if case["result"] != "valid":
            continue
        private = ML_DSA_PRIVATE[spec].from_seed_bytes(bytes.fromhex(case["privateSeed"]))
        handle, mu = handle_of(private, spec, SIGN), bytes.fromhex(case["mu"])
        assert is_taken(handle, algorithm, mu, MU, bytes.fromhex(case["sig"])), case["tcId"]
        verified_by_the_library: Any = load_der_public_key(handle.public_key)
        verified_by_the_library.verify_mu(handle.sign(algorithm, mu, MU), mu)
        if "msg" in case and not case.get("ctx"):
            assert is_taken(handle, algorithm, bytes.fromhex(case["msg"]), RAW, bytes.fromhex(case["sig"]))
            assert mu_of(handle.public_key[SPKI_HEADER_BYTES:], bytes.fromhex(case["msg"])) == mu
        seen += 1
    assert seen


@pytest.mark.parametrize("level", [512, 768, 1024])
def test_ml_kem(level):
    spec = KeySpec(f"ML_KEM_{level}")
    for case in vectors(f"mlkem_{level}"):
        try:
            private = ML_KEM_PRIVATE[spec](bytes.fromhex(case["seed"]))
            handle = handle_of(private, spec, KeyUsage.ENCAPSULATE_DECAPSULATE)
            secret = handle.decapsulate(bytes.fromhex(case["c"]))
        except (ValueError, InvalidCiphertextException):
            assert case["result"] == "invalid", case["tcId"]
        else:
            assert (case["result"], secret.hex()) == ("valid", case["K"]), case["tcId"]
    for case in vectors(f"mlkem_{level}_keygen_seed"):
        private = ML_KEM_PRIVATE[spec](bytes.fromhex(case["seed"]))
        handle = handle_of(private, spec, KeyUsage.ENCAPSULATE_DECAPSULATE)
        assert handle.public_key[SPKI_HEADER_BYTES:].hex() == case["ek"]


# --- AES --------------------------------------------------------------------------------------------------------------
@every("aes_kwp")
def test_aes_key_wrap_with_padding(case):
    """The library's, which core/crypto/wrapping.py uses; KMS material has at least 28 bytes."""
    key, wrapped = bytes.fromhex(case["key"]), bytes.fromhex(case["ct"])
    if case["result"] == "valid":
        assert aes_key_unwrap_with_padding(key, wrapped).hex() == case["msg"]
        assert aes_key_wrap_with_padding(key, bytes.fromhex(case["msg"])) == wrapped
    else:
        with pytest.raises(InvalidUnwrap):
            aes_key_unwrap_with_padding(key, wrapped)


@every("aes_gcm")
def test_aes_256_gcm(case):
    part = {name: bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "ct", "tag")}
    if case["result"] == "valid":
        assert AESGCM(part["key"]).decrypt(part["iv"], part["ct"] + part["tag"], part["aad"]).hex() == case["msg"]
    else:
        with pytest.raises(InvalidTag):
            AESGCM(part["key"]).decrypt(part["iv"], part["ct"] + part["tag"], part["aad"])
