"""Imported HMAC keys and private keys: what is refused. Source: kms-semantics 4.10; test_openssl_import.py."""

import os

import pytest

from tests.builders import Refused, refused, run_as
from tests.operations.imports import described, external_key, import_into, wrapped_members

RSA_AES = "RSA_AES_KEY_WRAP_SHA_256"


@pytest.mark.parametrize(
    ("spec", "made"), [("ECC_NIST_P384", "ECC_NIST_P256"), ("ECC_NIST_P256", "ECC_NIST_EDWARDS25519")]
)
def test_a_key_of_another_kind_is_refused(people, openssl, spec, made):
    key_id = external_key(people.ada, KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyId"]
    for material in (openssl.private_key(made), b"not a key at all"):
        members = wrapped_members(people.ada, key_id, material, RSA_AES)
        assert refused(people.ada, "ImportKeyMaterial", members) == Refused("InvalidCiphertextException", None)


def test_every_encoding_of_a_private_key_is_the_same_material(people, openssl):
    ada, material = people.ada, openssl.private_key("ECC_NIST_P256")
    key_id = external_key(ada, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
    import_into(ada, key_id, material, algorithm=RSA_AES)
    indefinite = b"\x30\x80" + material[3 if material[1] == 0x81 else 2 :] + b"\0\0"
    import_into(ada, key_id, indefinite, algorithm=RSA_AES)
    other = wrapped_members(ada, key_id, openssl.private_key("ECC_NIST_P256"), RSA_AES)
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
    assert refused(people.ada, "CreateKey", members).code == "ValidationException"
