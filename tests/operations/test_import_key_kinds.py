"""Imported HMAC keys and private keys, wrapped as the guide tells, with the OpenSSL command line. Source: 4.10."""

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.builders import Refused, refused, run_as
from tests.operations.imports import (
    FOR_EVER,
    described,
    external_key,
    import_into,
    parameters,
    wrapped_members,
)

OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
RSA_AES = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]
SIGNING = {
    "RSA_2048": "RSASSA_PSS_SHA_256",
    "ECC_NIST_P256": "ECDSA_SHA_256",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
    "ECC_NIST_EDWARDS25519": "ED25519_SHA_512",
}
GENPKEY = {
    "RSA_2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ECC_NIST_P256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ECC_NIST_P384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ECC_NIST_P521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ECC_SECG_P256K1": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
    "ECC_NIST_EDWARDS25519": ["-algorithm", "ED25519"],
}


def openssl(*arguments: str, sent: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *arguments], input=sent, capture_output=True, check=True).stdout


def private_key(spec: str) -> bytes:
    """Return a new private key as PKCS #8, DER."""
    return openssl("genpkey", "-outform", "DER", *GENPKEY[spec])


def wrap_with_openssl(folder: Path, public_key: bytes, material: bytes, algorithm: str) -> bytes:
    """Wrap as the Developer Guide tells, "Encrypting key material"."""
    digest = "sha1" if algorithm.endswith("SHA_1") else "sha256"
    (folder / "WrappingPublicKey.bin").write_bytes(public_key)

    def oaep(clear: bytes) -> bytes:
        options = ["rsa_padding_mode:oaep", f"rsa_oaep_md:{digest}", f"rsa_mgf1_md:{digest}"]
        chosen = [part for option in options for part in ("-pkeyopt", option)]
        key = str(folder / "WrappingPublicKey.bin")
        return openssl("pkeyutl", "-encrypt", "-inkey", key, "-keyform", "DER", "-pubin", *chosen, sent=clear)

    if algorithm.startswith("RSAES"):
        return oaep(material)
    aes_key = os.urandom(32)
    wrapped = openssl("enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", aes_key.hex(), sent=material)
    return oaep(aes_key) + wrapped


def import_with_openssl(person, folder: Path, key_id: str, material: bytes, algorithm: str, size: str):
    given = parameters(person, key_id, algorithm, size)
    members = {
        "KeyId": key_id,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": wrap_with_openssl(folder, given["PublicKey"], material, algorithm),
        **FOR_EVER,
    }
    return run_as(person, "ImportKeyMaterial", members)


@pytest.mark.parametrize("size", ["RSA_2048", "RSA_3072", "RSA_4096"])
@pytest.mark.parametrize("algorithm", OAEP)
def test_symmetric_material_wrapped_by_openssl_is_imported(people, tmp_path, algorithm, size):
    key_id = external_key(people.ada)["KeyId"]
    import_with_openssl(people.ada, tmp_path, key_id, os.urandom(32), algorithm, size)
    assert described(people.ada, key_id)["KeyState"] == "Enabled"


@pytest.mark.parametrize(
    ("spec", "algorithm", "size"),
    [
        ("RSA_2048", RSA_AES[0], "RSA_2048"),
        ("RSA_2048", RSA_AES[1], "RSA_4096"),
        ("ECC_NIST_P256", OAEP[0], "RSA_2048"),
        ("ECC_NIST_P256", RSA_AES[1], "RSA_2048"),
        ("ECC_NIST_P384", OAEP[1], "RSA_2048"),
        ("ECC_NIST_P521", OAEP[1], "RSA_3072"),
        ("ECC_NIST_P521", RSA_AES[1], "RSA_2048"),
        ("ECC_SECG_P256K1", OAEP[1], "RSA_2048"),
        ("ECC_NIST_EDWARDS25519", RSA_AES[1], "RSA_2048"),
    ],
)
def test_a_private_key_made_and_wrapped_by_openssl_signs(people, tmp_path, spec, algorithm, size):
    ada, material = people.ada, private_key(spec)
    key = external_key(ada, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    answer = import_with_openssl(ada, tmp_path, key["KeyId"], material, algorithm, size)
    assert answer == {"KeyId": key["Arn"]}
    public = run_as(ada, "GetPublicKey", {"KeyId": key["KeyId"]})["PublicKey"]
    assert public == openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", sent=material)
    signed = {"KeyId": key["KeyId"], "Message": b"x", "SigningAlgorithm": SIGNING[spec]}
    signature = run_as(ada, "Sign", signed)["Signature"]
    run_as(ada, "Verify", {**signed, "Signature": signature})
    metadata = described(ada, key["KeyId"])
    assert (metadata["KeyState"], metadata["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert "CurrentKeyMaterialId" not in metadata
    assert load_der_public_key(public) is not None


@pytest.mark.parametrize(
    ("spec", "usage", "algorithm", "size"),
    [
        ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_4096"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
    ],
)
def test_not_every_wrapping_fits_every_key(people, spec, usage, algorithm, size):
    key_id = external_key(people.ada, KeySpec=spec, KeyUsage=usage)["KeyId"]
    members = {"KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": size}
    assert refused(people.ada, "GetParametersForImport", members) == Refused(
        "ValidationException",
        f"Wrapping algorithm {algorithm} and wrapping key spec {size} cannot be used to import a {spec} key.",
    )


@pytest.mark.parametrize(
    ("spec", "made"), [("ECC_NIST_P384", "ECC_NIST_P256"), ("ECC_NIST_P256", "ECC_NIST_EDWARDS25519")]
)
def test_a_key_of_another_kind_is_refused(people, spec, made):
    key_id = external_key(people.ada, KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyId"]
    for material in (private_key(made), b"not a key at all"):
        members = wrapped_members(people.ada, key_id, material, RSA_AES[1])
        assert refused(people.ada, "ImportKeyMaterial", members) == Refused("InvalidCiphertextException", None)


def test_every_encoding_of_a_private_key_is_the_same_material(people):
    ada, material = people.ada, private_key("ECC_NIST_P256")
    key_id = external_key(ada, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
    import_into(ada, key_id, material, algorithm=RSA_AES[1])
    indefinite = b"\x30\x80" + material[3 if material[1] == 0x81 else 2 :] + b"\0\0"
    import_into(ada, key_id, indefinite, algorithm=RSA_AES[1])
    other = wrapped_members(ada, key_id, private_key("ECC_NIST_P256"), RSA_AES[1])
    refusal = refused(ada, "ImportKeyMaterial", other)
    assert refusal.code == "IncorrectKeyMaterialException"


@pytest.mark.parametrize(("spec", "shortest"), [("HMAC_224", 28), ("HMAC_256", 32), ("HMAC_384", 48), ("HMAC_512", 64)])
def test_hmac_material_is_as_long_as_the_digest_at_least(people, spec, shortest):
    ada = people.ada
    key_id = external_key(ada, KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    for length in (shortest - 1, 129):
        members = wrapped_members(ada, key_id, os.urandom(length))
        assert refused(ada, "ImportKeyMaterial", members) == Refused("InvalidCiphertextException", None)
    import_into(ada, key_id, os.urandom(shortest))
    algorithm = spec.replace("HMAC_", "HMAC_SHA_")
    run_as(ada, "GenerateMac", {"KeyId": key_id, "Message": b"x", "MacAlgorithm": algorithm})


def test_an_imported_hmac_key_computes_what_openssl_does(people):
    material = os.urandom(40)
    key_id = external_key(people.ada, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    import_into(people.ada, key_id, material)
    request = {"KeyId": key_id, "Message": b"pay 10", "MacAlgorithm": "HMAC_SHA_256"}
    expected = openssl("mac", "-digest", "SHA256", "-macopt", f"hexkey:{material.hex()}", "HMAC", sent=b"pay 10")
    assert run_as(people.ada, "GenerateMac", request)["Mac"].hex() == expected.decode().strip().lower()


@pytest.mark.parametrize(
    ("member", "value"),
    [("ImportType", "EXISTING_KEY_MATERIAL"), ("KeyMaterialId", "ab" * 32), ("KeyMaterialDescription", "vault")],
)
def test_only_symmetric_keys_tell_materials_apart(people, member, value):
    key_id = external_key(people.ada, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    members = wrapped_members(people.ada, key_id, os.urandom(32))
    name = member[0].lower() + member[1:]
    assert refused(people.ada, "ImportKeyMaterial", {**members, member: value}) == Refused(
        "ValidationException", f"Input parameter {name} cannot be used with HMAC_256 imported keys."
    )


def test_deleting_the_material_of_an_hmac_key_answers_the_key_alone(people):
    key = external_key(people.ada, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    material = os.urandom(32)
    for _ in range(2):
        import_into(people.ada, key["KeyId"], material)
        assert run_as(people.ada, "DeleteImportedKeyMaterial", {"KeyId": key["KeyId"]}) == {"KeyId": key["Arn"]}
        assert described(people.ada, key["KeyId"])["KeyState"] == "PendingImport"


def test_post_quantum_signing_keys_are_not_imported(people):
    members = {"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY", "Origin": "EXTERNAL"}
    assert refused(people.ada, "CreateKey", members).code == "UnsupportedOperationException"
