"""Wrapping keys: how key material travels from outside into a KMS key.

Source: Developer Guide, "Importing key material"; API Reference, GetParametersForImport; kms-semantics 4.10. With
RSAES_OAEP_* the material itself is the plaintext of one OAEP block (RFC 8017, MGF1 with the same hash). With
RSA_AES_KEY_WRAP_* an OAEP block carries an AES-256 key, and AES key wrap with padding (RFC 5649) the material.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from core.crypto.key_specs import KeySpec
from core.errors import InvalidCiphertextException, ValidationException

_AES_KEY_BYTES = 32
_SMALLEST_WRAP_BYTES = 16


class WrappingAlgorithm(StrEnum):
    RSAES_OAEP_SHA_256 = "RSAES_OAEP_SHA_256"
    RSAES_OAEP_SHA_1 = "RSAES_OAEP_SHA_1"
    RSA_AES_KEY_WRAP_SHA_256 = "RSA_AES_KEY_WRAP_SHA_256"
    RSA_AES_KEY_WRAP_SHA_1 = "RSA_AES_KEY_WRAP_SHA_1"
    # Refused since 10 October 2023, and outside the China Regions.
    RSAES_PKCS1_V1_5 = "RSAES_PKCS1_V1_5"
    SM2PKE = "SM2PKE"


class WrappingKeySpec(StrEnum):
    RSA_4096 = "RSA_4096"
    RSA_3072 = "RSA_3072"
    RSA_2048 = "RSA_2048"
    SM2 = "SM2"


MODULUS_BITS: Mapping[WrappingKeySpec, int] = MappingProxyType(
    {WrappingKeySpec.RSA_4096: 4096, WrappingKeySpec.RSA_3072: 3072, WrappingKeySpec.RSA_2048: 2048}
)
_DIRECT: Mapping[WrappingAlgorithm, HashAlgorithm] = {
    WrappingAlgorithm.RSAES_OAEP_SHA_256: SHA256(),
    WrappingAlgorithm.RSAES_OAEP_SHA_1: SHA1(),  # noqa: S303 - a hash of OAEP need not resist collisions
}
_BY_AES_KEY: Mapping[WrappingAlgorithm, HashAlgorithm] = {
    WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_256: SHA256(),
    WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_1: SHA1(),  # noqa: S303
}

Wrapping = tuple[WrappingAlgorithm, WrappingKeySpec]


def _every_size(algorithms: Mapping[WrappingAlgorithm, HashAlgorithm]) -> tuple[Wrapping, ...]:
    return tuple((algorithm, spec) for algorithm in algorithms for spec in MODULUS_BITS)


_SECRET = _every_size(_DIRECT)
_RSA = _every_size(_BY_AES_KEY)
_CURVE = _RSA + _SECRET
# An encoded P-521 key is longer than what OAEP takes under 2,048 bits.
_P521 = tuple(pair for pair in _CURVE if pair[0] in _BY_AES_KEY or pair[1] is not WrappingKeySpec.RSA_2048)

WRAPPINGS: Mapping[KeySpec, tuple[Wrapping, ...]] = MappingProxyType(
    {
        KeySpec.SYMMETRIC_DEFAULT: _SECRET,
        KeySpec.HMAC_224: _SECRET,
        KeySpec.HMAC_256: _SECRET,
        KeySpec.HMAC_384: _SECRET,
        KeySpec.HMAC_512: _SECRET,
        KeySpec.RSA_2048: _RSA,
        KeySpec.RSA_3072: _RSA,
        KeySpec.RSA_4096: _RSA,
        KeySpec.ECC_NIST_P256: _CURVE,
        KeySpec.ECC_NIST_P384: _CURVE,
        KeySpec.ECC_NIST_P521: _P521,
        KeySpec.ECC_SECG_P256K1: _CURVE,
        KeySpec.ECC_NIST_EDWARDS25519: _CURVE,  # not established; see kms-semantics 8
    }
)
"""How material for a key of a spec may be wrapped. Specs that cannot be imported have no row."""


def check_wrapping(key_spec: KeySpec, algorithm: WrappingAlgorithm, wrapping_spec: WrappingKeySpec) -> None:
    """Raise ValidationException unless material for a key of this spec may be wrapped so."""
    if (algorithm, wrapping_spec) not in WRAPPINGS.get(key_spec, ()):
        raise ValidationException(
            f"Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} cannot be used to import a "
            f"{key_spec} key."
        )


def generate_wrapping_key(spec: WrappingKeySpec) -> tuple[bytes, bytes]:
    """Return a new wrapping key: the private key as PKCS #8, the public one as SubjectPublicKeyInfo, both DER.

    Takes 35 ms (RSA_2048) to 400 ms (RSA_4096) on one core, sometimes a few times that.
    """
    private = rsa.generate_private_key(65537, MODULUS_BITS[spec])
    return (
        private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def unwrap(algorithm: WrappingAlgorithm, private_key: bytes, wrapped: bytes) -> bytes:
    """Return the bytes that were wrapped for a private key of :func:`generate_wrapping_key`.

    Raises ValidationException for a length that cannot be, InvalidCiphertextException for whatever does not unwrap.
    """
    # The token that carried the key is authenticated, so it need not be validated again.
    private = load_der_private_key(private_key, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private, rsa.RSAPrivateKey)
    block = private.key_size // 8
    rest = len(wrapped) - block
    by_aes_key = algorithm in _BY_AES_KEY
    if (rest < _SMALLEST_WRAP_BYTES or rest % 8) if by_aes_key else rest:
        raise ValidationException("Invalid encrypted key size.")
    hash_algorithm = (_BY_AES_KEY if by_aes_key else _DIRECT)[algorithm]
    oaep = padding.OAEP(padding.MGF1(hash_algorithm), hash_algorithm, None)
    try:
        opened = private.decrypt(wrapped[:block], oaep)
        if not by_aes_key:
            return opened
        if len(opened) != _AES_KEY_BYTES:
            raise InvalidCiphertextException()
        return aes_key_unwrap_with_padding(opened, wrapped[block:])
    except (ValueError, InvalidUnwrap):
        raise InvalidCiphertextException() from None
