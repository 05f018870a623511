"""HMAC keys (FIPS 198-1)."""

import hmac

from core.crypto.algorithms import MacAlgorithm
from core.crypto.handles import KeyHandle
from core.crypto.key_specs import KeySpec
from core.crypto.material import KeyMaterial, material_id
from core.errors import KMSInvalidMacException

_HASHES = {
    KeySpec.HMAC_224: "sha224",
    KeySpec.HMAC_256: "sha256",
    KeySpec.HMAC_384: "sha384",
    KeySpec.HMAC_512: "sha512",
}


class HmacHandle(KeyHandle):
    """HMAC_224/256/384/512, each with the one algorithm of its name. MACs have the digest's full length."""

    __slots__ = ("_keyed",)

    def __init__(self, material: KeyMaterial, key_id: str, spec: KeySpec) -> None:
        super().__init__(material_id(key_id, material))
        self._keyed = hmac.new(material.reveal(), None, _HASHES[spec])  # copied for each message, by any thread

    def mac(self, algorithm: MacAlgorithm, message: bytes) -> bytes:
        """Return the MAC of a message: always the same for the same message."""
        state = self._keyed.copy()
        state.update(message)
        return state.digest()

    def verify(self, algorithm: MacAlgorithm, message: bytes, mac: bytes) -> None:
        """Return if `mac` is the whole MAC of the message; raises KMSInvalidMacException. Constant in time."""
        if not hmac.compare_digest(self.mac(algorithm, message), mac):
            raise KMSInvalidMacException()
