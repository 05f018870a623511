"""ML-KEM-512, which the cryptographic library lacks, in the shape of its ML-KEM-768.

The arithmetic is kyber-py's: pure Python, correct by the standard's known answers, not constant in time. See
docs/decisions/0007-ml-kem-512.md. Source: FIPS 203; encodings: RFC 9935 (the seed form of the private key).
"""

import os
from typing import Any, Self

from kyber_py.ml_kem import ML_KEM_512

from core.crypto.opaque import Opaque

SEED_BYTES = 64
CIPHERTEXT_BYTES = 768
# PrivateKeyInfo of id-alg-ml-kem-512 with the seed, and SubjectPublicKeyInfo: everything before the value is fixed.
_PRIVATE_PREFIX = bytes.fromhex("3054020100300b060960864801650304040104428040")
_PUBLIC_PREFIX = bytes.fromhex("30820332300b06096086480165030404010382032100")


class MlKem512PublicKey:
    """The encapsulation key of a decapsulation key."""

    __slots__ = ("_private",)

    def __init__(self, private: "MlKem512PrivateKey") -> None:
        self._private = private

    def public_bytes(self, *form: Any) -> bytes:
        """Return SubjectPublicKeyInfo, DER: the only form."""
        return _PUBLIC_PREFIX + self._private.expanded()[0]

    def encapsulate(self) -> tuple[bytes, bytes]:
        """Return a fresh shared secret (32 bytes) and its ciphertext (768 bytes)."""
        secret, ciphertext = ML_KEM_512.encaps(self._private.expanded()[0])
        return secret, ciphertext


class MlKem512PrivateKey(Opaque):
    """A decapsulation key, expanded from its seed when it is first used."""

    __slots__ = ("_expanded", "_seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"An ML-KEM seed has {SEED_BYTES} bytes, not {len(seed)}.")
        self._seed = seed
        self._expanded: tuple[bytes, bytes] | None = None

    @classmethod
    def generate(cls) -> Self:
        return cls(os.urandom(SEED_BYTES))

    @classmethod
    def from_der(cls, encoded: bytes) -> Self:
        """Read what :meth:`private_bytes` wrote; raises ValueError for anything else."""
        if not encoded.startswith(_PRIVATE_PREFIX):
            raise ValueError("Not an ML-KEM-512 private key in its seed form.")
        return cls(encoded[len(_PRIVATE_PREFIX) :])

    def private_bytes(self, *form: Any) -> bytes:
        """Return PKCS #8, DER, with the seed: the only form."""
        return _PRIVATE_PREFIX + self._seed

    def public_key(self) -> MlKem512PublicKey:
        return MlKem512PublicKey(self)

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """Return the shared secret; raises ValueError for a ciphertext of another length, and for nothing else."""
        if len(ciphertext) != CIPHERTEXT_BYTES:
            raise ValueError("Invalid ML-KEM-512 ciphertext")
        secret: bytes = ML_KEM_512.decaps(self.expanded()[1], ciphertext)
        return secret

    def expanded(self) -> tuple[bytes, bytes]:
        """Return the encapsulation key (public) and the decapsulation key as FIPS 203 encodes them."""
        if self._expanded is None:
            self._expanded = ML_KEM_512.key_derive(self._seed)
        return self._expanded
