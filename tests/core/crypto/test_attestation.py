"""Attestation documents: who did not come by the whole chain is not answered. Source: RFC 9052; Nitro guide."""

from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.crypto.attestation import AttestationError, verify_attestation
from tests.enclaves import MODULE, NOW, Enclave


@pytest.fixture(scope="module")
def enclave():
    return Enclave()


def refusal(document: bytes, enclave: Enclave, now=NOW) -> str:
    with pytest.raises(AttestationError) as error:
        verify_attestation(document, enclave.root, now)
    return str(error.value)


@pytest.mark.parametrize("tagged", [False, True])
def test_a_document_of_the_whole_chain_is_believed(enclave, tagged):
    found = verify_attestation(enclave.document(tagged=tagged), enclave.root, NOW)
    assert found.module_id == MODULE
    assert found.pcrs == {index: f"{index:02x}" * 48 for index in range(3)}
    assert found.image_digest == "00" * 48
    assert found.public_key.public_numbers() == enclave.answer_key.public_key().public_numbers()


def test_a_document_under_another_root_is_not(enclave):
    assert "trusted root" in refusal(Enclave().document(), enclave)


def test_a_document_that_somebody_else_signed_is_not(enclave):
    stranger = ec.generate_private_key(ec.SECP384R1())
    assert "signature is not valid" in refusal(enclave.document(signer=stranger), enclave)


def test_certificates_of_another_chain_are_not(enclave):
    other = Enclave()
    assert "do not lead" in refusal(enclave.document(certificate=other.leaf), enclave)
    assert "do not lead" in refusal(enclave.document(cabundle=[enclave.bundle[0], other.bundle[1]]), enclave)


def test_an_issuer_that_is_no_authority_is_not(enclave):
    careless = Enclave(authority=False)
    assert "no authority" in refusal(careless.document(), careless)


@pytest.mark.parametrize("now", [NOW + timedelta(hours=4), NOW - timedelta(days=2)])
def test_a_certificate_out_of_its_time_is_not(enclave, now):
    assert "not valid now" in refusal(enclave.document(), enclave, now)


def test_altered_bytes_are_not(enclave):
    document = enclave.document()
    for position in range(0, len(document), 97):
        altered = document[:position] + bytes([document[position] ^ 1]) + document[position + 1 :]
        refusal(altered, enclave)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"digest": "SHA256"}, "another form"),
        ({"module_id": None}, "no module"),
        ({"public_key": None}, "no public key"),
        ({"public_key": b"x"}, "malformed"),
        ({"cabundle": []}, "no certificate chain"),
        ({"cabundle": [b"x"]}, "malformed certificate"),
        ({"certificate": None}, "malformed certificate"),
        ({"pcrs": {0: b"short"}}, "measurements"),
        ({"algorithm": -7}, "ES384"),
    ],
)
def test_a_document_of_another_form_is_not(enclave, claims, words):
    assert words in refusal(enclave.document(**claims), enclave)


def test_a_key_that_is_too_small_or_of_another_kind_is_not(enclave):
    for private in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())):
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert "2,048 bits" in refusal(enclave.document(public_key=public), enclave)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"\xa0",
        cbor2.dumps([b"", {}, b""]),
        cbor2.dumps([1, 2, 3, 4]),
        cbor2.dumps([b"\xff", {}, b"\xa0", b""]),
        b"\x81" * 5000,
        b"\x9b" + b"\xff" * 8,
    ],
)
def test_rubbish_is_not(enclave, document):
    refusal(document, enclave)
