"""RSA: published answers, what verification refuses, and room for a plaintext. Source: kms-semantics 4.15, 4.18."""

import hashlib

import pytest

from core.crypto.algorithms import EncryptionAlgorithm, SigningAlgorithm
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.signing import MessageType
from core.errors import InvalidCiphertextException, KMSInvalidSignatureException, ValidationException
from tests.core.crypto.private_keys import handle_of, new_handle, rsa_private_key
from tests.core.crypto.vectors import load_cases

RAW, DIGEST = MessageType.RAW, MessageType.DIGEST
PKCS1, PSS = SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_256, SigningAlgorithm.RSASSA_PSS_SHA_256
SPECS = {2048: KeySpec.RSA_2048, 3072: KeySpec.RSA_3072}


@pytest.fixture(scope="module")
def encrypting():
    return new_handle(KeySpec.RSA_2048, KeyUsage.ENCRYPT_DECRYPT)


@pytest.fixture(scope="module")
def signing():
    return new_handle(KeySpec.RSA_2048, KeyUsage.SIGN_VERIFY)


@pytest.mark.parametrize("case", load_cases("rsa_oaep"), ids=lambda case: case["algorithm"])
def test_a_published_ciphertext_opens(case):
    handle = handle_of(rsa_private_key(case), KeySpec.RSA_2048, KeyUsage.ENCRYPT_DECRYPT)
    opened = handle.decrypt(EncryptionAlgorithm(case["algorithm"]), bytes.fromhex(case["ciphertext"]))
    assert opened == bytes.fromhex(case["plaintext"])


@pytest.mark.parametrize("case", load_cases("rsa_pkcs1_v15_verify"), ids=lambda case: case["note"] or "valid")
def test_a_published_signature_is_valid_or_not(case):
    handle = handle_of(rsa_private_key(case), SPECS[case["modulus_bits"]], KeyUsage.SIGN_VERIFY)
    algorithm = SigningAlgorithm(case["algorithm"])
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    if case["valid"]:
        handle.verify(algorithm, message, RAW, signature)
        assert handle.sign(algorithm, message, RAW) == signature  # PKCS #1 v1.5 is deterministic
    else:
        with pytest.raises(KMSInvalidSignatureException):
            handle.verify(algorithm, message, RAW, signature)


@pytest.mark.parametrize("case", load_cases("rsa_pss_short_salt"), ids=lambda case: case["algorithm"])
def test_a_signature_whose_salt_is_not_as_long_as_the_digest_is_refused(case):
    handle = handle_of(rsa_private_key(case), SPECS[case["modulus_bits"]], KeyUsage.SIGN_VERIFY)
    with pytest.raises(KMSInvalidSignatureException):
        handle.verify(
            SigningAlgorithm(case["algorithm"]),
            bytes.fromhex(case["message"]),
            RAW,
            bytes.fromhex(case["signature"]),
        )


def mgf1(seed: bytes, length: int, name: str) -> bytes:
    """RFC 8017, B.2.1."""
    blocks = (hashlib.new(name, seed + counter.to_bytes(4, "big")).digest() for counter in range(length))
    mask = b""
    while len(mask) < length:
        mask += next(blocks)
    return mask[:length]


def pss_salt(handle, signature: bytes, message: bytes, name: str) -> bytes:
    """Undo RSASSA-PSS with plain arithmetic (RFC 8017, 9.1.2) and return the salt; raises AssertionError."""
    numbers = handle._public.public_numbers()
    encoded = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
    size = hashlib.new(name).digest_size
    masked, digest, trailer = encoded[: -size - 1], encoded[-size - 1 : -1], encoded[-1]
    block = bytes(a ^ b for a, b in zip(masked, mgf1(digest, len(masked), name), strict=True))
    block = bytes([block[0] & 0x7F]) + block[1:]
    padding, _, salt = block.partition(b"\x01")
    assert trailer == 0xBC
    assert not any(padding)
    assert hashlib.new(name, bytes(8) + hashlib.new(name, message).digest() + salt).digest() == digest
    return salt


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [
        (SigningAlgorithm.RSASSA_PSS_SHA_256, "sha256"),
        (SigningAlgorithm.RSASSA_PSS_SHA_384, "sha384"),
        (SigningAlgorithm.RSASSA_PSS_SHA_512, "sha512"),
    ],
)
def test_the_salt_of_pss_is_as_long_as_the_digest_and_fresh(signing, algorithm, name):
    salts = [pss_salt(signing, signing.sign(algorithm, b"pay", RAW), b"pay", name) for _ in range(2)]
    assert [len(salt) for salt in salts] == [hashlib.new(name).digest_size] * 2
    assert salts[0] != salts[1]


@pytest.mark.parametrize("algorithm", [PKCS1, PSS])
def test_a_signature_of_the_digest_is_one_of_the_message(signing, algorithm):
    digest = hashlib.sha256(b"pay").digest()
    signing.verify(algorithm, b"pay", RAW, signing.sign(algorithm, digest, DIGEST))
    signing.verify(algorithm, digest, DIGEST, signing.sign(algorithm, b"pay", RAW))
    with pytest.raises(KMSInvalidSignatureException):
        signing.verify(algorithm, digest, RAW, signing.sign(algorithm, digest, DIGEST))


@pytest.mark.parametrize("algorithm", [PKCS1, PSS])
@pytest.mark.parametrize(
    "alter",
    {
        "truncated": lambda signature: signature[:-1],
        "extended": lambda signature: signature + b"\0",
        "padded in front": lambda signature: b"\0" + signature,
        "one bit flipped": lambda signature: bytes([signature[0] ^ 1]) + signature[1:],
        "zero": lambda signature: bytes(len(signature)),
        "as large as the modulus": lambda signature: b"\xff" * len(signature),
        "one": lambda signature: b"\x01",
    }.items(),
    ids=lambda item: item[0],
)
def test_an_altered_signature_is_refused(signing, algorithm, alter):
    signature = signing.sign(algorithm, b"pay", RAW)
    signing.verify(algorithm, b"pay", RAW, signature)
    with pytest.raises(KMSInvalidSignatureException):
        signing.verify(algorithm, b"pay", RAW, alter[1](signature))


def test_pss_and_pkcs1_are_not_taken_for_each_other(signing):
    for made, read in ((PKCS1, PSS), (PSS, PKCS1), (PKCS1, SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_384)):
        with pytest.raises(KMSInvalidSignatureException):
            signing.verify(read, b"pay", RAW, signing.sign(made, b"pay", RAW))


# Source: kms-semantics 4.15, recorded.
@pytest.mark.parametrize(
    ("spec", "algorithm", "most"),
    [
        (KeySpec.RSA_2048, EncryptionAlgorithm.RSAES_OAEP_SHA_1, 214),
        (KeySpec.RSA_2048, EncryptionAlgorithm.RSAES_OAEP_SHA_256, 190),
        (KeySpec.RSA_3072, EncryptionAlgorithm.RSAES_OAEP_SHA_1, 342),
        (KeySpec.RSA_3072, EncryptionAlgorithm.RSAES_OAEP_SHA_256, 318),
        (KeySpec.RSA_4096, EncryptionAlgorithm.RSAES_OAEP_SHA_1, 470),
        (KeySpec.RSA_4096, EncryptionAlgorithm.RSAES_OAEP_SHA_256, 446),
    ],
)
def test_a_block_has_room_for_so_many_bytes(spec, algorithm, most):
    handle = new_handle(spec, KeyUsage.ENCRYPT_DECRYPT)
    blob = handle.encrypt(algorithm, b"x" * most)
    assert len(blob) == int(spec.rpartition("_")[2]) // 8
    assert handle.decrypt(algorithm, blob) == b"x" * most
    with pytest.raises(ValidationException) as refusal:
        handle.encrypt(algorithm, b"x" * (most + 1))
    assert refusal.value.message == (
        f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {most} bytes."
    )


def test_encrypting_twice_gives_two_ciphertexts(encrypting):
    algorithm = EncryptionAlgorithm.RSAES_OAEP_SHA_256
    assert encrypting.encrypt(algorithm, b"x") != encrypting.encrypt(algorithm, b"x")


@pytest.mark.parametrize("algorithm", [EncryptionAlgorithm.RSAES_OAEP_SHA_1, EncryptionAlgorithm.RSAES_OAEP_SHA_256])
def test_what_is_not_this_keys_block_is_refused_without_a_reason(encrypting, algorithm):
    blob = encrypting.encrypt(algorithm, b"x")
    other = new_handle(KeySpec.RSA_2048, KeyUsage.ENCRYPT_DECRYPT).encrypt(algorithm, b"x")
    hashes = {EncryptionAlgorithm.RSAES_OAEP_SHA_1, EncryptionAlgorithm.RSAES_OAEP_SHA_256}
    other_hash = encrypting.encrypt((hashes - {algorithm}).pop(), b"x")
    for wrong in (other, other_hash, blob[:-1], blob + b"\0", b"\0" + blob, b"", bytes(256), b"\xff" * 256):
        with pytest.raises(InvalidCiphertextException) as refusal:
            encrypting.decrypt(algorithm, wrong)
        assert refusal.value.message is None
