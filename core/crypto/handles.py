"""Handles: what may be done with key material, without the material.

A handle is opened by ``keys.custody`` and cached with its key. It is safe to use from several threads at once.
"""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto.ciphertext import (
    MAX_PLAINTEXT_BYTES,
    RANDOM_END,
    RANDOM_START,
    header_start,
    parse_blob,
    render_header,
)
from core.crypto.derivation import NONCE, RANDOM_BYTES, MessageKeys
from core.crypto.encryption_context import canonical_bytes
from core.crypto.material import KeyMaterial, material_id
from core.crypto.opaque import Opaque
from core.errors import InvalidCiphertextException

SYMMETRIC_MATERIAL_BYTES = 32
_LABEL = b"kms symmetric ciphertext v1"


class KeyHandle(Opaque):
    """What every handle tells: the id of its material, which is public."""

    __slots__ = ("_material_id",)

    def __init__(self, identity: str) -> None:
        self._material_id = identity

    @property
    def material_id(self) -> str:
        return self._material_id


class SymmetricHandle(KeyHandle):
    """SYMMETRIC_DEFAULT: AES-256-GCM under a key derived for each message.

    The derivation is bound to the account, the key id and 128 fresh random bits; the header, which carries the
    material id, and the encryption context are the associated data. Layout: :mod:`core.crypto.ciphertext`.
    """

    __slots__ = ("_header_start", "_keys")

    def __init__(self, material: KeyMaterial, account_id: str, key_id: str) -> None:
        if len(material) != SYMMETRIC_MATERIAL_BYTES:
            raise ValueError(f"Symmetric key material has {SYMMETRIC_MATERIAL_BYTES} bytes, not {len(material)}.")
        super().__init__(material_id(key_id, material))
        self._header_start = header_start(self._material_id)
        self._keys = MessageKeys(material.reveal(), _LABEL, account_id, key_id)

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """Return a ciphertext blob for 1 to 4,096 bytes; every call gives another."""
        return self._encrypt_with(os.urandom(RANDOM_BYTES), plaintext, context)

    def _encrypt_with(self, random_value: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        if not 1 <= len(plaintext) <= MAX_PLAINTEXT_BYTES:
            raise ValueError(f"A plaintext has 1 to {MAX_PLAINTEXT_BYTES} bytes, not {len(plaintext)}.")
        header = render_header(self._header_start, random_value, len(plaintext))
        key = self._keys.derive(random_value)
        return header + AESGCM(key).encrypt(NONCE, plaintext, header + canonical_bytes(context))

    def decrypt(self, blob: bytes, context: Mapping[str, str]) -> bytes:
        """Return the plaintext; raises InvalidCiphertextException, without saying which of the many reasons it was."""
        header, payload = parse_blob(blob)
        if not header.startswith(self._header_start):
            raise InvalidCiphertextException()
        key = self._keys.derive(header[RANDOM_START:RANDOM_END])
        try:
            return AESGCM(key).decrypt(NONCE, payload, header + canonical_bytes(context))
        except InvalidTag:
            raise InvalidCiphertextException() from None
