"""The real ``aws kms``, version 1, against the running service: one errand of each family of operations."""

import base64
import os

import pytest

from tests.openssl import OpenSsl
from tests.operations.regions import AWAY
from tests.stories.command_line import OF_THE_VENV, Shell

pytestmark = pytest.mark.story

MESSAGE = ["--message", "fileb://message"]


@pytest.fixture
def ada(service, people, tmp_path):
    (tmp_path / "message").write_bytes(b"pay 100 to Bob")
    return Shell(OF_THE_VENV, service, tmp_path, people.ada.access_key_id, people.ada.secret_access_key)


def write(shell: Shell, name: str, encoded: str) -> str:
    """Put an answer's bytes into a file, as the guide does with ``base64 --decode``."""
    (shell.folder / name).write_bytes(base64.b64decode(encoded))
    return f"fileb://{name}"


def key_of(shell: Shell, *options: str) -> dict:
    return shell("kms", "create-key", *options)["KeyMetadata"]


def test_a_message_is_signed_and_openssl_agrees(ada):
    key = key_of(ada, "--key-spec", "RSA_2048", "--key-usage", "SIGN_VERIFY")
    named = ["--key-id", key["KeyId"], "--signing-algorithm", "RSASSA_PSS_SHA_256", *MESSAGE]
    signature = write(ada, "signature", ada("kms", "sign", *named)["Signature"])
    assert ada("kms", "verify", *named, "--signature", signature)["SignatureValid"] is True
    write(ada, "public", ada("kms", "get-public-key", "--key-id", key["KeyId"])["PublicKey"])
    options = ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-verify", "public", "-keyform", "DER"]
    assert b"Verified OK" in OpenSsl(ada.folder)("dgst", *options, "-signature", "signature", "message")
    (ada.folder / "message").write_bytes(b"pay 900 to Bob")
    refusal = ada.refused("kms", "verify", *named, "--signature", signature)
    assert "An error occurred (KMSInvalidSignatureException) when calling the Verify operation" in refusal


def test_a_mac_and_data_keys_are_made(ada):
    key_id = key_of(ada, "--key-spec", "HMAC_256", "--key-usage", "GENERATE_VERIFY_MAC")["KeyId"]
    named = ["--key-id", key_id, "--mac-algorithm", "HMAC_SHA_256", *MESSAGE]
    mac = write(ada, "mac", ada("kms", "generate-mac", *named)["Mac"])
    assert ada("kms", "verify-mac", *named, "--mac", mac)["MacValid"] is True
    symmetric = key_of(ada)["KeyId"]
    context = ["--encryption-context", "team=hr,app=payroll"]
    made = ada("kms", "generate-data-key", "--key-id", symmetric, "--key-spec", "AES_256", *context)
    blob = write(ada, "blob", made["CiphertextBlob"])
    assert ada("kms", "decrypt", "--ciphertext-blob", blob, *context)["Plaintext"] == made["Plaintext"]
    assert "(InvalidCiphertextException)" in ada.refused("kms", "decrypt", "--ciphertext-blob", blob)


def test_material_is_imported_as_the_guide_tells(ada):
    key_id = key_of(ada, "--origin", "EXTERNAL")["KeyId"]
    wrapping = ["--wrapping-algorithm", "RSAES_OAEP_SHA_256", "--wrapping-key-spec", "RSA_2048"]
    given = ada("kms", "get-parameters-for-import", "--key-id", key_id, *wrapping)
    token = write(ada, "token", given["ImportToken"])
    public = base64.b64decode(given["PublicKey"])
    (ada.folder / "wrapped").write_bytes(OpenSsl(ada.folder).wrap(public, os.urandom(32), "RSAES_OAEP_SHA_256"))
    members = ["--key-id", key_id, "--import-token", token, "--encrypted-key-material", "fileb://wrapped"]
    ada("kms", "import-key-material", *members, "--expiration-model", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert ada("kms", "describe-key", "--key-id", key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    ada("kms", "delete-imported-key-material", "--key-id", key_id)
    refusal = ada.refused("kms", "encrypt", "--key-id", key_id, "--plaintext", "fileb://message")
    assert refusal.endswith("is pending import.")


def test_a_key_is_copied_to_another_region(ada, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id = key_of(ada, "--multi-region")["KeyId"]
    away = ["--region", AWAY]
    replica = ada("kms", "replicate-key", "--key-id", key_id, "--replica-region", AWAY)["ReplicaKeyMetadata"]
    assert (replica["KeyId"], f":{AWAY}:" in replica["Arn"]) == (key_id, True)
    blob = ada("kms", "encrypt", "--key-id", key_id, "--plaintext", "fileb://message")["CiphertextBlob"]
    opened = ada("kms", "decrypt", "--ciphertext-blob", write(ada, "blob", blob), *away)
    assert (base64.b64decode(opened["Plaintext"]), opened["KeyId"]) == (b"pay 100 to Bob", replica["Arn"])


def test_lists_are_joined_over_pages_and_a_key_ends(ada):
    made = {key_of(ada)["KeyId"] for _ in range(3)}
    assert {entry["KeyId"] for entry in ada("kms", "list-keys", "--page-size", "2")["Keys"]} == made
    key_id = sorted(made)[0]
    doomed = ada("kms", "schedule-key-deletion", "--key-id", key_id, "--pending-window-in-days", "7")
    assert (doomed["KeyState"], doomed["PendingWindowInDays"]) == ("PendingDeletion", 7)
    refusal = ada.refused("kms", "enable-key", "--key-id", key_id)
    assert refusal.startswith("An error occurred (KMSInvalidStateException) when calling the EnableKey operation: arn:")
    ada("kms", "cancel-key-deletion", "--key-id", key_id)
    refusal = ada.refused("kms", "encrypt", "--key-id", key_id, "--plaintext", "fileb://message")
    assert refusal.endswith(f"{key_id} is disabled.")


def test_a_grant_is_given_and_taken(ada, people):
    key_id = key_of(ada)["KeyId"]
    grant = ["--grantee-principal", people.bob.arn, "--operations", "Encrypt", "Decrypt", "--name", "payroll"]
    made = ada("kms", "create-grant", "--key-id", key_id, *grant)
    listed = ada("kms", "list-grants", "--key-id", key_id)["Grants"]
    assert [(each["GrantId"], sorted(each["Operations"])) for each in listed] == [
        (made["GrantId"], ["Decrypt", "Encrypt"])
    ]
    bob = Shell(OF_THE_VENV, ada.address, ada.folder, people.bob.access_key_id, people.bob.secret_access_key)
    encrypt = ["kms", "encrypt", "--key-id", listed[0]["KeyId"], "--plaintext", "fileb://message"]
    assert bob(*encrypt)["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    ada("kms", "revoke-grant", "--key-id", key_id, "--grant-id", made["GrantId"])
    assert "(AccessDeniedException)" in bob.refused(*encrypt)
