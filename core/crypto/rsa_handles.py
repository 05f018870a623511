"""RSA keys: encryption (RSAES-OAEP) or signatures (RSASSA-PKCS1-v1_5 and RSASSA-PSS), RFC 8017."""

from collections.abc import Mapping
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from core.crypto.algorithms import EncryptionAlgorithm, SigningAlgorithm
from core.crypto.asymmetric import AsymmetricHandle, SigningHandle
from core.crypto.signing import SIGNING, MessageType
from core.errors import InvalidCiphertextException, KMSInvalidSignatureException, ValidationException

_OAEP_HASHES: Mapping[EncryptionAlgorithm, hashes.HashAlgorithm] = MappingProxyType(
    {
        EncryptionAlgorithm.RSAES_OAEP_SHA_1: hashes.SHA1(),  # noqa: S303 - inside OAEP, where it is not broken
        EncryptionAlgorithm.RSAES_OAEP_SHA_256: hashes.SHA256(),
    }
)
_PSS = frozenset(
    {SigningAlgorithm.RSASSA_PSS_SHA_256, SigningAlgorithm.RSASSA_PSS_SHA_384, SigningAlgorithm.RSASSA_PSS_SHA_512}
)


def _oaep(algorithm: EncryptionAlgorithm) -> padding.OAEP:
    """The mask generation function has the same hash; the label is empty."""
    chosen = _OAEP_HASHES[algorithm]
    return padding.OAEP(padding.MGF1(chosen), chosen, None)


class RsaEncryptionHandle(AsymmetricHandle):
    """RSA_2048/3072/4096 for ENCRYPT_DECRYPT. A ciphertext is the bare OAEP block, as long as the modulus."""

    __slots__ = ()
    _private: rsa.RSAPrivateKey
    _public: rsa.RSAPublicKey

    def encrypt(self, algorithm: EncryptionAlgorithm, plaintext: bytes) -> bytes:
        """Return a ciphertext; raises ValidationException for more bytes than the block has room for."""
        most = self._public.key_size // 8 - 2 * _OAEP_HASHES[algorithm].digest_size - 2
        if len(plaintext) > most:
            raise ValidationException(
                f"Algorithm {algorithm} and key spec {self._spec} cannot encrypt data larger than {most} bytes."
            )
        return self._public.encrypt(plaintext, _oaep(algorithm))

    def decrypt(self, algorithm: EncryptionAlgorithm, blob: bytes) -> bytes:
        """Return the plaintext; raises InvalidCiphertextException, without saying why."""
        try:
            return self._private.decrypt(blob, _oaep(algorithm))
        except ValueError:
            raise InvalidCiphertextException() from None


class RsaSigningHandle(SigningHandle):
    """RSA_2048/3072/4096 for SIGN_VERIFY. The salt of PSS is as long as the digest (recorded)."""

    __slots__ = ()
    _private: rsa.RSAPrivateKey
    _public: rsa.RSAPublicKey

    def sign(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType) -> bytes:
        return self._private.sign(message, _padding(algorithm), hash_for(algorithm, message_type))

    def verify(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> None:
        try:
            self._public.verify(signature, message, _padding(algorithm), hash_for(algorithm, message_type))
        except InvalidSignature:
            raise KMSInvalidSignatureException() from None


def hash_for(algorithm: SigningAlgorithm, message_type: MessageType) -> hashes.HashAlgorithm | utils.Prehashed:
    """Return the hash of an algorithm, or what tells the library that the message is hashed already."""
    chosen = SIGNING[algorithm].hash
    assert chosen is not None
    return utils.Prehashed(chosen) if message_type is MessageType.DIGEST else chosen


def _padding(algorithm: SigningAlgorithm) -> padding.PKCS1v15 | padding.PSS:
    if algorithm not in _PSS:
        return padding.PKCS1v15()
    chosen = SIGNING[algorithm].hash
    assert chosen is not None
    return padding.PSS(padding.MGF1(chosen), padding.PSS.DIGEST_LENGTH)
