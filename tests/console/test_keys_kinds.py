"""Pages of keys that are not for symmetric encryption: tabs, public key, last use. Source: console.md 2.7 to 2.9."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from tests.builders import hire, make_key, run_as

ROTATIONS, PUBLIC, ENCRYPT_PAGE = "Key material and rotations", "Public key", "Encrypt / Decrypt"
KINDS = [
    ("HMAC_256", "GENERATE_VERIFY_MAC", "MAC algorithms", "HMAC_SHA_256", set()),
    ("RSA_2048", "ENCRYPT_DECRYPT", "Encryption algorithms", "RSAES_OAEP_SHA_256", {PUBLIC, ENCRYPT_PAGE}),
    ("ECC_NIST_P256", "SIGN_VERIFY", "Signing algorithms", "ECDSA_SHA_256", {PUBLIC}),
    ("ECC_NIST_P521", "KEY_AGREEMENT", "Key agreement algorithms", "ECDH", {PUBLIC}),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "Encapsulation algorithms", "ML_KEM", {PUBLIC}),
    (
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        "Encryption algorithms",
        "SYMMETRIC_DEFAULT",
        {ROTATIONS, "Encrypt / Decrypt"},
    ),
]


@pytest.mark.parametrize(("spec", "usage", "label", "algorithm", "has"), KINDS)
def test_a_key_shows_the_tabs_and_the_configuration_of_its_kind(people, signed_in, spec, usage, label, algorithm, has):
    key_id = make_key(people.ada, spec=spec, usage=usage)["KeyId"]
    client = signed_in(people.ada)
    text = client.get(f"/kms/keys/{key_id}", {"tab": "cryptographic-configuration"}).content.decode()
    for words in (label, algorithm, spec):
        assert words in text
    for words in (ROTATIONS, PUBLIC, ENCRYPT_PAGE):
        assert (words in text) == (words in has), words
    assert client.get(f"/kms/keys/{key_id}/encrypt").status_code == (200 if ENCRYPT_PAGE in has else 404)


def test_the_public_key_is_shown_copied_and_downloaded_as_pem(people, signed_in):
    key_id = make_key(people.ada, spec="ECC_NIST_P384", usage="SIGN_VERIFY")["KeyId"]
    client = signed_in(people.ada)
    page = client.get(f"/kms/keys/{key_id}", {"tab": "public-key"}).content.decode()
    assert "-----BEGIN PUBLIC KEY-----" in page
    file = client.get(f"/kms/keys/{key_id}/public-key")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{key_id}.pem"'
    assert {len(line) for line in file.content.splitlines()[1:-2]} == {64}  # RFC 7468
    read = load_pem_public_key(file.content).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert read == run_as(people.ada, "GetPublicKey", {"KeyId": key_id})["PublicKey"]


def test_who_may_not_read_the_public_key_is_told_why(people, signed_in):
    key_id = make_key(people.ada, spec="ECC_NIST_P384", usage="SIGN_VERIFY")["KeyId"]
    reader = hire("Reader", allow=["kms:DescribeKey", "kms:ListAliases"])
    client = signed_in(reader)
    page = client.get(f"/kms/keys/{key_id}", {"tab": "public-key"}).content.decode()
    assert "This tab cannot be shown" in page
    assert "kms:GetPublicKey" in page
    assert "BEGIN PUBLIC KEY" not in page
    assert client.get(f"/kms/keys/{key_id}/public-key").status_code == 302


def test_the_last_use_leads_to_its_event(people, signed_in):
    key_id = make_key(people.ada, spec="HMAC_256", usage="GENERATE_VERIFY_MAC")["KeyId"]
    client = signed_in(people.ada)
    assert "Not used since" in client.get(f"/kms/keys/{key_id}").content.decode()
    run_as(people.ada, "GenerateMac", {"KeyId": key_id, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"})
    event_id = run_as(people.ada, "GetKeyLastUsage", {"KeyId": key_id})["KeyLastUsage"]["CloudTrailEventId"]
    page = client.get(f"/kms/keys/{key_id}").content.decode()
    assert f"/events/{event_id}" in page
    assert "Just now" in page
    assert "GenerateMac" in page


def test_an_rsa_key_encrypts_and_decrypts_with_the_chosen_algorithm(people, signed_in):
    key_id = make_key(people.ada, spec="RSA_2048")["KeyId"]
    client = signed_in(people.ada)
    chosen = {"algorithm": "RSAES_OAEP_SHA_1"}
    answer = client.post(f"/kms/keys/{key_id}/encrypt", {"text": "salary", **chosen})
    assert answer.status_code == 200
    assert "--encryption-algorithm RSAES_OAEP_SHA_1" in answer.content.decode()
    blob = answer.context["result"]["base64"]
    opened = client.post(f"/kms/keys/{key_id}/decrypt", {"text": blob, **chosen})
    assert opened.context["result"]["text"] == "salary"
    other = client.post(f"/kms/keys/{key_id}/decrypt", {"text": blob, "algorithm": "RSAES_OAEP_SHA_256"})
    assert (other.status_code, other.context["result"]) == (422, None)
    too_long = client.post(f"/kms/keys/{key_id}/encrypt", {"text": "x" * 215, **chosen})
    assert "cannot encrypt data larger than 214 bytes" in too_long.content.decode()
