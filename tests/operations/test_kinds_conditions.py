"""Condition keys of signing, MACs, agreement, encapsulation and key pairs: from the request, defaults included.

Source: authorization 5.1; kms-semantics 2.2, note 1.
"""

import pytest

from tests.builders import hire, make_key, refused, run_as
from tests.operations.requests import make_scene

# action, condition key, and its value for the request of the scene.
CASES = [
    ("Sign", "kms:SigningAlgorithm", "ECDSA_SHA_256"),
    ("Sign", "kms:MessageType", "RAW"),
    ("Verify", "kms:SigningAlgorithm", "ECDSA_SHA_256"),
    ("Verify", "kms:MessageType", "RAW"),
    ("GenerateMac", "kms:MacAlgorithm", "HMAC_SHA_256"),
    ("VerifyMac", "kms:MacAlgorithm", "HMAC_SHA_256"),
    ("DeriveSharedSecret", "kms:KeyAgreementAlgorithm", "ECDH"),
    ("Encapsulate", "kms:EncapsulationAlgorithm", "ML_KEM"),
    ("Decapsulate", "kms:EncapsulationAlgorithm", "ML_KEM"),
    ("GenerateDataKeyPair", "kms:DataKeyPairSpec", "ECC_NIST_P256"),
    ("GenerateDataKeyPair", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    ("GenerateDataKeyPairWithoutPlaintext", "kms:DataKeyPairSpec", "ECC_NIST_P256"),
    ("GetPublicKey", "kms:RequestAlias", "alias/scene"),
    ("Sign", "kms:RequestAlias", "alias/scene"),
    ("Sign", "kms:KeySpec", "ECC_NIST_P256"),
    ("GenerateMac", "kms:KeyUsage", "GENERATE_VERIFY_MAC"),
]


@pytest.mark.parametrize(("action", "key", "value"), CASES)
def test_a_permission_holds_for_the_value_of_the_request_only(people, action, key, value):
    scene = make_scene(people.ada, for_action=action)
    scene.named = "alias/scene"
    permitted = hire("Permitted", allow=[f"kms:{action}"], condition={"StringEquals": {key: value}})
    other = hire("Other", allow=[f"kms:{action}"], condition={"StringEquals": {key: f"{value}x"}})
    run_as(permitted, action, scene.request(action))
    assert refused(other, action, scene.request(action)).code == "AccessDeniedException"


def test_each_half_of_re_encrypt_is_decided_by_its_own_algorithm(people):
    symmetric, rsa = make_key(people.ada)["KeyId"], make_key(people.ada, spec="RSA_2048")["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": symmetric, "Plaintext": b"x"})["CiphertextBlob"]
    request = {
        "CiphertextBlob": blob,
        "DestinationKeyId": rsa,
        "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
    }
    only_symmetric = {"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}
    limited = hire("Limited", allow=["kms:ReEncrypt*"], condition=only_symmetric)
    refusal = refused(limited, "ReEncrypt", request)
    assert refusal.code == "AccessDeniedException"
    assert "kms:ReEncryptTo" in refusal.message
    run_as(limited, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": symmetric})


def test_the_default_message_type_is_raw_in_policies_too(people):
    scene = make_scene(people.ada, for_action="Sign")
    digests = hire("Digests", allow=["kms:Sign"], condition={"StringEquals": {"kms:MessageType": "DIGEST"}})
    assert refused(digests, "Sign", scene.request("Sign")).code == "AccessDeniedException"
    run_as(digests, "Sign", {**scene.request("Sign"), "Message": b"x" * 32, "MessageType": "DIGEST"})
