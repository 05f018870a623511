"""Key material: the bytes themselves.

Only ``core.crypto``, ``keys.custody`` and ``keys.stores`` may import this module; everyone else gets a handle.
"""

import hashlib
import os

from core.crypto.framing import frame
from core.crypto.opaque import Opaque
from core.crypto.sealing import RootKeys, associated_data

_PURPOSE = "key material"


class KeyMaterial(Opaque):
    """Secret bytes of one KMS key; see :class:`Opaque` for what it refuses."""

    __slots__ = ("_revealed",)

    def __init__(self, revealed: bytes) -> None:
        if not revealed:
            raise ValueError("Key material cannot be empty.")
        self._revealed = bytes(revealed)

    def __len__(self) -> int:
        return len(self._revealed)

    def reveal(self) -> bytes:
        """Return the bytes, for a handle or a seal; nothing else needs them."""
        return self._revealed


def generate_material(length_bytes: int) -> KeyMaterial:
    """Draw new material from the operating system's generator, 8 bits of entropy a byte."""
    return KeyMaterial(os.urandom(length_bytes))


def material_id(key_id: str, material: KeyMaterial) -> str:
    """Return the key material id: 64 lower-case hex digits.

    SHA-256 over a label, the key id and the material, each with its length: the same bytes in another key give another
    id, the same bytes imported again give the same id, and the bytes cannot be found from it. Being collision-resistant
    it also commits to the material: a blob that carries the id opens under one material only.
    """
    revealed = material.reveal()
    framed = frame("kms key material id v1", key_id) + len(revealed).to_bytes(4, "big") + revealed
    return hashlib.sha256(framed).hexdigest()


def _place(account_id: str, region: str, key_id: str, identity: str) -> bytes:
    return associated_data(_PURPOSE, account_id, region, key_id, identity)


def seal_material(
    material: KeyMaterial, root_keys: RootKeys, *, account_id: str, region: str, key_id: str, material_id: str
) -> bytes:
    """Seal material under the current root key, bound to its place."""
    return root_keys.seal(material.reveal(), _place(account_id, region, key_id, material_id))


def open_material(
    sealed: bytes, root_keys: RootKeys, *, account_id: str, region: str, key_id: str, material_id: str
) -> KeyMaterial:
    """Open sealed material; raises :class:`core.crypto.sealing.SealError` if it is not this place's, or altered."""
    return KeyMaterial(root_keys.open(sealed, _place(account_id, region, key_id, material_id)))


def reseal_material(
    sealed: bytes, root_keys: RootKeys, *, account_id: str, region: str, key_id: str, material_id: str
) -> bytes:
    """Return the same material sealed under the current root key; already current blobs come back unchanged."""
    return root_keys.reseal(sealed, _place(account_id, region, key_id, material_id))
