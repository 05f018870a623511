"""OpenSSL's command line, knowing nothing but GetPublicKey's answer, agrees with every key that it can handle.

Debian's OpenSSL 3.0 has RSA, ECDSA, ECDH and Ed25519. It has neither Ed25519ph (3.2) nor ML-DSA and ML-KEM (3.5), so
other implementations stand in for it, which share no code with the service's: RFC 8032's arithmetic for Ed25519ph, and
dilithium-py for ML-DSA. ML-KEM of 768 and 1024 is asked by kyber-py; ML-KEM-512, which the service takes from kyber-py,
has published answers only (tests/core/crypto).
"""

import hashlib

import pytest
from dilithium_py.ml_dsa import ML_DSA_44, ML_DSA_65, ML_DSA_87
from kyber_py.ml_kem import ML_KEM_768, ML_KEM_1024

from tests.builders import make_key, run_as
from tests.core.crypto.private_keys import SIGNING_PAIRS
from tests.openssl import CURVES, GENPKEY, digest_options
from tests.reference_models import ed25519ph

MESSAGE = b"pay 100 to Bob"
RSA_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096")
HASHES = {"RSAES_OAEP_SHA_1": ("sha1", 20), "RSAES_OAEP_SHA_256": ("sha256", 32)}
# Transcribed from kms-semantics 4.2, so that no pair of the service's own table is missed or added unseen.
PAIRS = [
    *[
        (spec, f"RSASSA_{scheme}_SHA_{bits}")
        for spec in RSA_SPECS
        for scheme in ("PKCS1_V1_5", "PSS")
        for bits in (256, 384, 512)
    ],
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
]
ML_DSA = {"ML_DSA_44": ML_DSA_44, "ML_DSA_65": ML_DSA_65, "ML_DSA_87": ML_DSA_87}
ML_KEM = {"ML_KEM_768": ML_KEM_768, "ML_KEM_1024": ML_KEM_1024}
DIGESTED = (*RSA_SPECS, *CURVES)  # specs whose algorithms also sign a digest
LATTICE_SPKI_HEADER_BYTES = 22


def public_key(person, key_id: str) -> bytes:
    return run_as(person, "GetPublicKey", {"KeyId": key_id})["PublicKey"]


def test_every_signing_algorithm_of_every_spec_is_checked_here():
    beyond = {(spec, "ML_DSA_SHAKE_256") for spec in ML_DSA} | {("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512")}
    assert {(str(spec), str(algorithm)) for spec, algorithm in SIGNING_PAIRS} == set(PAIRS) | beyond


@pytest.mark.parametrize("spec", dict(PAIRS))
def test_openssl_verifies_a_signature_of_the_message_and_of_its_digest(people, openssl, spec):
    """With every algorithm of the spec."""
    key_id = make_key(people.ada, spec=spec, usage="SIGN_VERIFY")["KeyId"]
    public = public_key(people.ada, key_id)
    for algorithm in [algorithm for owner, algorithm in PAIRS if owner == spec]:
        forms = {"RAW": MESSAGE}
        if spec in DIGESTED:
            forms["DIGEST"] = hashlib.new(f"sha{algorithm.rpartition('_')[2]}", MESSAGE).digest()
        for message_type, message in forms.items():
            request = {"KeyId": key_id, "SigningAlgorithm": algorithm, "Message": message, "MessageType": message_type}
            files = {"message": MESSAGE, "signature": run_as(people.ada, "Sign", request)["Signature"]}
            if spec in DIGESTED:
                command = ["dgst", *digest_options(algorithm), "-verify", "public", "-keyform", "DER"]
                verdict = openssl(*command, "-signature", "signature", "message", public=public, **files)
                assert b"Verified OK" in verdict, algorithm
            else:
                command = ["pkeyutl", "-verify", "-pubin", "-inkey", "public", "-keyform", "DER", "-rawin"]
                verdict = openssl(*command, "-in", "message", "-sigfile", "signature", public=public, **files)
                assert b"Signature Verified Successfully" in verdict


def test_rfc_8032_verifies_a_prehashed_signature(people):
    key_id = make_key(people.ada, spec="ECC_NIST_EDWARDS25519", usage="SIGN_VERIFY")["KeyId"]
    digest = hashlib.sha512(MESSAGE).digest()
    request = {"KeyId": key_id, "SigningAlgorithm": "ED25519_PH_SHA_512", "Message": digest, "MessageType": "DIGEST"}
    signature, public = run_as(people.ada, "Sign", request)["Signature"], public_key(people.ada, key_id)[-32:]
    assert ed25519ph.verifies(public, digest, signature)
    assert not ed25519ph.verifies(public, MESSAGE, signature)  # recorded: the digest is hashed once more


@pytest.mark.parametrize("spec", ML_DSA)
def test_a_second_implementation_of_ml_dsa_verifies_and_is_verified(people, spec):
    key_id, other = make_key(people.ada, spec=spec, usage="SIGN_VERIFY")["KeyId"], ML_DSA[spec]
    public = public_key(people.ada, key_id)[LATTICE_SPKI_HEADER_BYTES:]
    request = {"KeyId": key_id, "SigningAlgorithm": "ML_DSA_SHAKE_256"}
    mu = other.prehash_external_mu(public, MESSAGE)
    for message_type, message in (("RAW", MESSAGE), ("EXTERNAL_MU", mu)):
        signed = run_as(people.ada, "Sign", {**request, "Message": message, "MessageType": message_type})
        assert other.verify(public, MESSAGE, signed["Signature"])
        assert not other.verify(public, MESSAGE + b"!", signed["Signature"])


@pytest.mark.parametrize("spec", ML_KEM)
def test_decapsulate_opens_what_a_second_implementation_of_ml_kem_encapsulates(people, spec):
    key_id = make_key(people.ada, spec=spec, usage="ENCAPSULATE_DECAPSULATE")["KeyId"]
    secret, blob = ML_KEM[spec].encaps(public_key(people.ada, key_id)[LATTICE_SPKI_HEADER_BYTES:])
    request = {"KeyId": key_id, "EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": blob}
    assert run_as(people.ada, "Decapsulate", request)["SharedSecret"] == secret


@pytest.mark.parametrize("spec", RSA_SPECS)
def test_decrypt_opens_what_openssl_encrypts(people, openssl, spec):
    """With both hashes, from one byte to as many as the block has room for (kms-semantics 4.15)."""
    key_id = make_key(people.ada, spec=spec)["KeyId"]
    public = public_key(people.ada, key_id)
    for algorithm, (digest, digest_bytes) in HASHES.items():
        most = int(spec[-4:]) // 8 - 2 * digest_bytes - 2
        for plaintext in (b"x", MESSAGE, b"x" * most):
            blob = openssl.oaep(public, digest, plaintext)
            request = {"KeyId": key_id, "CiphertextBlob": blob, "EncryptionAlgorithm": algorithm}
            assert run_as(people.ada, "Decrypt", request)["Plaintext"] == plaintext


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"])
def test_openssl_derives_the_same_secret(people, openssl, spec):
    key_id = make_key(people.ada, spec=spec, usage="KEY_AGREEMENT")["KeyId"]
    private = openssl.private_key(spec)
    command = ["pkeyutl", "-derive", "-inkey", "private", "-keyform", "DER", "-peerkey", "public", "-peerform", "DER"]
    expected = openssl(*command, private=private, public=public_key(people.ada, key_id))
    request = {"KeyId": key_id, "KeyAgreementAlgorithm": "ECDH", "PublicKey": openssl.public_key(private)}
    derived = run_as(people.ada, "DeriveSharedSecret", request)
    assert (derived["SharedSecret"], derived["KeyOrigin"]) == (expected, "AWS_KMS")


@pytest.mark.parametrize("spec", GENPKEY)
def test_openssl_reads_a_data_key_pair(people, openssl, spec):
    key_id = make_key(people.ada)["KeyId"]
    made = run_as(people.ada, "GenerateDataKeyPair", {"KeyId": key_id, "KeyPairSpec": spec})
    assert openssl.public_key(made["PrivateKeyPlaintext"]) == made["PublicKey"]
    opened = run_as(people.ada, "Decrypt", {"CiphertextBlob": made["PrivateKeyCiphertextBlob"]})
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
