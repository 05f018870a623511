"""ML-KEM (FIPS 203): agreeing on a shared secret of 32 bytes with whoever holds the public key."""

from cryptography.hazmat.primitives.asymmetric import mlkem

from core.crypto.asymmetric import AsymmetricHandle
from core.crypto.ml_kem_512 import MlKem512PrivateKey, MlKem512PublicKey
from core.errors import InvalidCiphertextException


class MlKemHandle(AsymmetricHandle):
    """ML_KEM_512/768/1024 for ENCAPSULATE_DECAPSULATE."""

    __slots__ = ()
    _private: mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey | MlKem512PrivateKey
    _public: mlkem.MLKEM768PublicKey | mlkem.MLKEM1024PublicKey | MlKem512PublicKey

    def encapsulate(self) -> tuple[bytes, bytes]:
        """Return a fresh shared secret (32 bytes) and its ciphertext (768, 1,088 or 1,568 bytes)."""
        return self._public.encapsulate()

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """Return the shared secret; raises InvalidCiphertextException for a ciphertext of another length.

        Any other that this key did not make gives 32 pseudo-random bytes (implicit rejection, FIPS 203, 6.3).
        """
        try:
            return self._private.decapsulate(ciphertext)
        except ValueError:
            raise InvalidCiphertextException() from None
