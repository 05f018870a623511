"""Ed25519 (RFC 8032): pure over the message, or Ed25519ph over what the caller calls its digest."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from nacl import bindings
from nacl.exceptions import BadSignatureError

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.asymmetric import SigningHandle
from core.crypto.key_specs import KeySpec
from core.crypto.material import KeyMaterial
from core.crypto.signing import MessageType
from core.errors import KMSInvalidSignatureException


class Ed25519Handle(SigningHandle):
    """ECC_NIST_EDWARDS25519. Signatures are 64 bytes and deterministic.

    ED25519_PH_SHA_512 signs PH(M) = SHA-512(M) where M is the digest that the caller sends: AWS hashes a second time
    (kms-semantics 4.18, verified against a recorded signature). libsodium's functions do exactly that.
    """

    __slots__ = ("_expanded",)
    _private: ed25519.Ed25519PrivateKey
    _public: ed25519.Ed25519PublicKey

    def __init__(self, material: KeyMaterial, key_id: str, spec: KeySpec) -> None:
        super().__init__(material, key_id, spec)
        # libsodium's secret key: the seed, then the public key.
        self._expanded = self._private.private_bytes_raw() + self._public.public_bytes_raw()

    def sign(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType) -> bytes:
        if algorithm is SigningAlgorithm.ED25519_SHA_512:
            return self._private.sign(message)
        signature: bytes = bindings.crypto_sign_ed25519ph_final_create(_prehashed(message), self._expanded)
        return signature

    def verify(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> None:
        try:
            if algorithm is SigningAlgorithm.ED25519_SHA_512:
                self._public.verify(signature, message)
            else:
                if len(signature) != bindings.crypto_sign_BYTES:
                    raise KMSInvalidSignatureException()
                public = self._public.public_bytes_raw()
                bindings.crypto_sign_ed25519ph_final_verify(_prehashed(message), signature, public)
        except (InvalidSignature, BadSignatureError):
            raise KMSInvalidSignatureException() from None


def _prehashed(message: bytes) -> bindings.crypto_sign_ed25519ph_state:
    state = bindings.crypto_sign_ed25519ph_state()
    bindings.crypto_sign_ed25519ph_update(state, message)
    return state
