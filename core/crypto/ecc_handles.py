"""Keys on the curves of NIST and SECG: ECDSA (FIPS 186-5) or ECDH (SP 800-56A)."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.asymmetric import AsymmetricHandle, SigningHandle
from core.crypto.rsa_handles import hash_for
from core.crypto.signing import MessageType
from core.errors import KMSInvalidSignatureException, ValidationException


class EcdsaHandle(SigningHandle):
    """ECC_NIST_P256/P384/P521 and ECC_SECG_P256K1 for SIGN_VERIFY.

    A signature is SEQUENCE {r, s}, DER, with a fresh nonce; s may be high or low.
    """

    __slots__ = ()
    _private: ec.EllipticCurvePrivateKey
    _public: ec.EllipticCurvePublicKey

    def sign(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType) -> bytes:
        return self._private.sign(message, ec.ECDSA(hash_for(algorithm, message_type)))

    def verify(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> None:
        try:
            self._public.verify(signature, message, ec.ECDSA(hash_for(algorithm, message_type)))
        except InvalidSignature:
            raise KMSInvalidSignatureException() from None


class EcdhHandle(AsymmetricHandle):
    """ECC_NIST_P256/P384/P521 for KEY_AGREEMENT."""

    __slots__ = ()
    _private: ec.EllipticCurvePrivateKey
    _public: ec.EllipticCurvePublicKey

    def derive(self, public_key: bytes) -> bytes:
        """Return the x-coordinate of the shared point (32, 48 or 66 bytes), from another's SubjectPublicKeyInfo, DER.

        Raises ValidationException, without a text (recorded), for anything but a point of the same curve, written the
        one way that :attr:`public_key` writes it. The cofactor is 1 on these curves.
        """
        try:
            other = load_der_public_key(public_key)
        except (ValueError, UnsupportedAlgorithm):
            raise ValidationException() from None
        if (
            not isinstance(other, ec.EllipticCurvePublicKey)
            or other.curve.name != self._public.curve.name
            or other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public_key
        ):
            raise ValidationException()
        return self._private.exchange(ec.ECDH(), other)
