"""ML-DSA (FIPS 204), hedged, with an empty context."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.asymmetric import SigningHandle
from core.crypto.signing import MessageType
from core.errors import KMSInvalidSignatureException


class MlDsaHandle(SigningHandle):
    """ML_DSA_44/65/87: over the message, or over its 64-byte representative µ, computed outside (EXTERNAL_MU).

    Both give the same kind of signature, which verifies with either form of the message.
    """

    __slots__ = ()
    _private: mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
    _public: mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey

    def sign(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType) -> bytes:
        if message_type is MessageType.EXTERNAL_MU:
            return self._private.sign_mu(message)
        return self._private.sign(message)

    def verify(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> None:
        try:
            if message_type is MessageType.EXTERNAL_MU:
                self._public.verify_mu(signature, message)
            else:
                self._public.verify(signature, message)
        except InvalidSignature:
            raise KMSInvalidSignatureException() from None
