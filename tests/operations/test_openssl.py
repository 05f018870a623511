"""OpenSSL's command line, knowing nothing but GetPublicKey's answer, agrees with every key that it can handle.

OpenSSL 3.0 has RSA, ECDSA, ECDH and Ed25519; for ML-DSA and ML-KEM, tests/core/crypto has published answers.
"""

import hashlib
import shutil
import subprocess

import pytest

from tests.builders import make_key, run_as
from tests.core.crypto.private_keys import SIGNING_PAIRS

OPENSSL = shutil.which("openssl")
MESSAGE = b"pay 100 to Bob"
PAIRS = [(spec, algorithm) for spec, algorithm in SIGNING_PAIRS if not algorithm.startswith(("ML_DSA", "ED25519_PH"))]


@pytest.fixture
def openssl(tmp_path):
    """Run the command with files of these contents; their names stand for them in the arguments."""
    assert OPENSSL, "openssl is missing; it is part of every Debian installation"

    def run(*arguments: str, **files: bytes) -> bytes:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        done = subprocess.run([OPENSSL, *arguments], cwd=tmp_path, capture_output=True, timeout=30)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done.stdout

    return run


def verification(algorithm: str) -> list[str]:
    """The options of ``openssl dgst`` for an algorithm."""
    options = [f"-sha{algorithm.rpartition('_')[2]}"]
    if "PSS" in algorithm:
        options += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    return options


@pytest.mark.parametrize(("spec", "algorithm"), PAIRS)
def test_openssl_verifies_a_signature_of_the_message_and_of_its_digest(people, openssl, spec, algorithm):
    key_id = make_key(people.ada, spec=spec, usage="SIGN_VERIFY")["KeyId"]
    public = run_as(people.ada, "GetPublicKey", {"KeyId": key_id})["PublicKey"]
    request = {"KeyId": key_id, "SigningAlgorithm": algorithm}
    forms = {"RAW": MESSAGE}
    if not algorithm.startswith("ED25519"):
        forms["DIGEST"] = hashlib.new(f"sha{algorithm.rpartition('_')[2]}", MESSAGE).digest()
    for message_type, message in forms.items():
        signed = run_as(people.ada, "Sign", {**request, "Message": message, "MessageType": message_type})
        files = {"public": public, "message": MESSAGE, "signature": signed["Signature"]}
        if algorithm.startswith("ED25519"):
            command = ["pkeyutl", "-verify", "-pubin", "-inkey", "public", "-keyform", "DER", "-rawin"]
            answer = openssl(*command, "-in", "message", "-sigfile", "signature", **files)
            assert b"Signature Verified Successfully" in answer
        else:
            command = ["dgst", *verification(algorithm), "-verify", "public", "-keyform", "DER"]
            assert b"Verified OK" in openssl(*command, "-signature", "signature", "message", **files)


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
@pytest.mark.parametrize(("algorithm", "name"), [("RSAES_OAEP_SHA_1", "sha1"), ("RSAES_OAEP_SHA_256", "sha256")])
def test_decrypt_opens_what_openssl_encrypts(people, openssl, spec, algorithm, name):
    key_id = make_key(people.ada, spec=spec)["KeyId"]
    public = run_as(people.ada, "GetPublicKey", {"KeyId": key_id})["PublicKey"]
    options = ["rsa_padding_mode:oaep", f"rsa_oaep_md:{name}", f"rsa_mgf1_md:{name}"]
    command = ["pkeyutl", "-encrypt", "-pubin", "-inkey", "public", "-keyform", "DER", "-in", "message"]
    for option in options:
        command += ["-pkeyopt", option]
    blob = openssl(*command, public=public, message=MESSAGE)
    opened = run_as(people.ada, "Decrypt", {"KeyId": key_id, "CiphertextBlob": blob, "EncryptionAlgorithm": algorithm})
    assert opened["Plaintext"] == MESSAGE


@pytest.mark.parametrize(
    ("spec", "curve"),
    [("ECC_NIST_P256", "P-256"), ("ECC_NIST_P384", "P-384"), ("ECC_NIST_P521", "P-521")],
)
def test_openssl_derives_the_same_secret(people, openssl, spec, curve):
    key_id = make_key(people.ada, spec=spec, usage="KEY_AGREEMENT")["KeyId"]
    public = run_as(people.ada, "GetPublicKey", {"KeyId": key_id})["PublicKey"]
    private = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-outform", "DER")
    theirs = openssl("pkey", "-inform", "DER", "-in", "private", "-pubout", "-outform", "DER", private=private)
    command = ["pkeyutl", "-derive", "-inkey", "private", "-keyform", "DER", "-peerkey", "public", "-peerform", "DER"]
    expected = openssl(*command, public=public)
    derived = run_as(
        people.ada,
        "DeriveSharedSecret",
        {"KeyId": key_id, "KeyAgreementAlgorithm": "ECDH", "PublicKey": theirs},
    )
    assert (derived["SharedSecret"], derived["KeyOrigin"]) == (expected, "AWS_KMS")


@pytest.mark.parametrize(
    "spec",
    ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"],
)
def test_openssl_reads_a_data_key_pair(people, openssl, spec):
    key_id = make_key(people.ada)["KeyId"]
    made = run_as(people.ada, "GenerateDataKeyPair", {"KeyId": key_id, "KeyPairSpec": spec})
    command = ["pkey", "-inform", "DER", "-in", "private", "-pubout", "-outform", "DER"]
    assert openssl(*command, private=made["PrivateKeyPlaintext"]) == made["PublicKey"]
    opened = run_as(people.ada, "Decrypt", {"CiphertextBlob": made["PrivateKeyCiphertextBlob"]})
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
