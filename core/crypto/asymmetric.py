"""The base of every handle of a private key, and the interface of those that sign."""

from abc import abstractmethod
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.handles import KeyHandle
from core.crypto.key_pairs import load_private_key
from core.crypto.key_specs import KeySpec
from core.crypto.material import KeyMaterial, material_id
from core.crypto.signing import MessageType


class AsymmetricHandle(KeyHandle):
    """A private key, loaded once; the library's objects are safe to use from several threads."""

    __slots__ = ("_private", "_public", "_spec")
    _private: Any
    _public: Any

    def __init__(self, material: KeyMaterial, key_id: str, spec: KeySpec) -> None:
        super().__init__(material_id(key_id, material))
        self._spec = spec
        self._private = load_private_key(material, spec)
        self._public = self._private.public_key()

    @property
    def public_key(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, DER (RFC 5280)."""
        encoded: bytes = self._public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return encoded


class SigningHandle(AsymmetricHandle):
    """What every key of usage SIGN_VERIFY can do."""

    __slots__ = ()

    @abstractmethod
    def sign(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType) -> bytes:
        """Return a signature of a message that :func:`core.crypto.signing.check_message` has let through."""

    @abstractmethod
    def verify(self, algorithm: SigningAlgorithm, message: bytes, message_type: MessageType, signature: bytes) -> None:
        """Return if the signature is this key's; raises KMSInvalidSignatureException, whatever is wrong with it."""
