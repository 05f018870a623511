"""Key material made and wrapped by OpenSSL's command line is imported, and works as OpenSSL says it must.

Every kind of material under every wrapping algorithm and wrapping key spec: kms-semantics 4.10, transcribed by hand.
One key takes its material again and again: an import that had read other bytes would be refused.
"""

import os

import pytest

from tests.builders import Refused, refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.openssl import GENPKEY, digest_options, oaep_options
from tests.operations.imports import FOR_EVER, described, external_key, parameters

pytestmark = pytest.mark.conformance

SIZES = ("RSA_2048", "RSA_3072", "RSA_4096")
OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
BY_AES_KEY = ("RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")
EVERY = [
    (algorithm, size) for algorithm in (*OAEP, *BY_AES_KEY, "RSAES_PKCS1_V1_5", "SM2PKE") for size in (*SIZES, "SM2")
]
ENCRYPT, SIGN, MAC = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"
SECRET_BYTES = {"SYMMETRIC_DEFAULT": 32, "HMAC_224": 28, "HMAC_256": 32, "HMAC_384": 48, "HMAC_512": 64}
KINDS = {
    "SYMMETRIC_DEFAULT": (ENCRYPT, OAEP),
    **{spec: (MAC, OAEP) for spec in SECRET_BYTES if spec.startswith("HMAC")},
    **{spec: (ENCRYPT if spec == "RSA_3072" else SIGN, BY_AES_KEY) for spec in SIZES},
    "ECC_NIST_P256": ("KEY_AGREEMENT", OAEP + BY_AES_KEY),
    **{spec: (SIGN, OAEP + BY_AES_KEY) for spec in GENPKEY if spec.startswith("ECC") and spec != "ECC_NIST_P256"},
}
SIGNING = {
    "RSA_2048": "RSASSA_PSS_SHA_256",
    "RSA_4096": "RSASSA_PKCS1_V1_5_SHA_512",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
    "ECC_NIST_EDWARDS25519": "ED25519_SHA_512",
}


def is_allowed(spec: str, algorithm: str, size: str) -> bool:
    # An encoded P-521 key is longer than what OAEP takes under 2,048 bits.
    too_long = spec == "ECC_NIST_P521" and algorithm in OAEP and size == "RSA_2048"
    return algorithm in KINDS[spec][1] and size in SIZES and not too_long


@pytest.mark.parametrize("spec", KINDS)
def test_material_is_imported_under_every_wrapping_that_its_kind_allows(people, openssl, spec):
    ada, material = people.ada, os.urandom(SECRET_BYTES[spec]) if spec in SECRET_BYTES else openssl.private_key(spec)
    key = external_key(ada, KeySpec=spec, KeyUsage=KINDS[spec][0])
    cells = {}
    for algorithm, size in EVERY:
        asked = {"KeyId": key["KeyId"], "WrappingAlgorithm": algorithm, "WrappingKeySpec": size}
        if not is_allowed(spec, algorithm, size):
            assert refused(ada, "GetParametersForImport", asked) == Refused(
                "ValidationException",
                f"Wrapping algorithm {algorithm} and wrapping key spec {size} cannot be used to import a {spec} key.",
            )
            cells[f"{algorithm} {size}"] = "ValidationException"
            continue
        given = parameters(ada, key["KeyId"], algorithm, size)
        members = {"KeyId": key["KeyId"], "ImportToken": given["ImportToken"], **FOR_EVER}
        members["EncryptedKeyMaterial"] = openssl.wrap(given["PublicKey"], material, algorithm)
        answer = run_as(ada, "ImportKeyMaterial", members)
        assert answer.keys() == ({"KeyId", "KeyMaterialId"} if spec == "SYMMETRIC_DEFAULT" else {"KeyId"})
        cells[f"{algorithm} {size}"] = "ok"
    metadata = described(ada, key["KeyId"])
    assert (metadata["KeyState"], metadata["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert ("CurrentKeyMaterialId" in metadata) == (spec == "SYMMETRIC_DEFAULT")
    check_as_openssl_does(ada, openssl, metadata, material)
    check_results("wrappings", spec, cells)


def test_the_results_have_the_kinds_of_material():
    check_rows("wrappings", KINDS)


def check_as_openssl_does(person, openssl, key, material: bytes) -> None:
    """Use an imported key, and let OpenSSL do the other half with the material itself."""
    request, usage = {"KeyId": key["KeyId"]}, key["KeyUsage"]
    if key["KeySpec"] not in SECRET_BYTES:
        assert run_as(person, "GetPublicKey", request)["PublicKey"] == openssl.public_key(material)
    private = ["-inkey", "private", "-keyform", "DER"]
    if key["KeySpec"] == "SYMMETRIC_DEFAULT":
        blob = run_as(person, "Encrypt", {**request, "Plaintext": b"pay 10"})["CiphertextBlob"]
        assert run_as(person, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"pay 10"
    elif usage == MAC:
        algorithm = key["MacAlgorithms"][0]
        made = run_as(person, "GenerateMac", {**request, "Message": b"pay 10", "MacAlgorithm": algorithm})["Mac"]
        digest = algorithm.replace("HMAC_SHA_", "SHA")
        expected = openssl("mac", "-digest", digest, "-macopt", f"hexkey:{material.hex()}", "HMAC", sent=b"pay 10")
        assert made.hex() == expected.decode().strip().lower()
    elif usage == SIGN:
        signed = {**request, "Message": b"pay 10", "SigningAlgorithm": SIGNING[key["KeySpec"]]}
        if key["KeySpec"] == "ECC_NIST_EDWARDS25519":
            signature = openssl(
                "pkeyutl", "-sign", *private, "-rawin", "-in", "in", private=material, **{"in": b"pay 10"}
            )
            assert run_as(person, "Sign", signed)["Signature"] == signature  # deterministic
        else:
            options = digest_options(signed["SigningAlgorithm"])
            signature = openssl(
                "dgst", *options, "-sign", "private", "-keyform", "DER", sent=b"pay 10", private=material
            )
        assert run_as(person, "Verify", {**signed, "Signature": signature})["SignatureValid"] is True
    elif usage == ENCRYPT:
        for algorithm, digest in (("RSAES_OAEP_SHA_1", "sha1"), ("RSAES_OAEP_SHA_256", "sha256")):
            named = {**request, "EncryptionAlgorithm": algorithm}
            blob = run_as(person, "Encrypt", {**named, "Plaintext": b"pay 10"})["CiphertextBlob"]
            command = ["pkeyutl", "-decrypt", *private, *oaep_options(digest)]
            assert openssl(*command, sent=blob, private=material) == b"pay 10"
    else:
        theirs = openssl.private_key(key["KeySpec"])
        asked = {**request, "KeyAgreementAlgorithm": "ECDH", "PublicKey": openssl.public_key(theirs)}
        derived = run_as(person, "DeriveSharedSecret", asked)
        command = ["pkeyutl", "-derive", *private, "-peerkey", "peer", "-peerform", "DER"]
        secret = openssl(*command, private=material, peer=asked["PublicKey"])
        assert (derived["SharedSecret"], derived["KeyOrigin"]) == (secret, "EXTERNAL")
