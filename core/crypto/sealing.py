"""Sealing: how secrets rest in the database.

    0      01              format version
    1-8    root key id     first 8 bytes of SHA-256 over a label and the root key
    9-24   random value    16 bytes, fresh for every seal
    25-    AES-256-GCM ciphertext, then its tag of 16 bytes

The key of each seal is derived from the root key and the random value, so the number of seals under one root key is no
concern. Bytes 0-24 are authenticated together with the caller's associated data.
"""

import hashlib
import os
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto.derivation import NONCE, RANDOM_BYTES, MessageKeys
from core.crypto.framing import frame
from core.crypto.opaque import Opaque

ROOT_KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 8
_HEADER_BYTES = 1 + _ID_BYTES + RANDOM_BYTES
_TAG_BYTES = 16
_LABEL = b"kms root key seal v1"
_CHECK_TEXT = b"kms root key check value v1"


class SealError(Exception):
    """A sealed blob that cannot be opened. The text holds no secret."""


class UnknownRootKeyError(SealError):
    """The blob was sealed under a root key that is not loaded."""

    def __init__(self, root_key_id: str, loaded: Iterable[str]) -> None:
        self.root_key_id = root_key_id
        super().__init__(f"sealed under root key {root_key_id}, but the loaded ones are {', '.join(loaded)}")


class BrokenSealError(SealError):
    """The blob is malformed, was altered, or belongs to another place."""


class SealedBlob(NamedTuple):
    root_key_id: str  # 16 hex digits
    header: bytes  # bytes 0-24
    payload: bytes  # ciphertext and tag


def parse_sealed(sealed: bytes) -> SealedBlob:
    """Split a sealed blob; raises :class:`BrokenSealError` for another version or a short one."""
    if len(sealed) < _HEADER_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
        raise BrokenSealError("not a sealed blob of version 1")
    return SealedBlob(sealed[1 : 1 + _ID_BYTES].hex(), sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:])


def associated_data(purpose: str, *names: str) -> bytes:
    """Encode what a sealed value is and where it belongs; different tuples never give the same bytes."""
    return frame(purpose, *names)


class SealingKey(Protocol):
    """What seals. A key inside a PKCS#11 token implements this with a format version of its own."""

    @property
    def id(self) -> str:
        """16 hex digits; names the key in every blob it seals."""

    def seal(self, plaintext: bytes, associated: bytes) -> bytes: ...

    def open(self, sealed: bytes, associated: bytes) -> bytes: ...


class RootKey(Opaque):
    """A root key held in this process's memory."""

    __slots__ = ("_id", "_keys")

    def __init__(self, revealed: bytes) -> None:
        if len(revealed) != ROOT_KEY_BYTES:
            raise ValueError(f"A root key has {ROOT_KEY_BYTES} bytes, not {len(revealed)}.")
        self._id = root_key_id(revealed)
        self._keys = MessageKeys(revealed, _LABEL)

    @property
    def id(self) -> str:
        return self._id

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Encrypt and authenticate `plaintext`, and authenticate `associated`."""
        random_value = os.urandom(RANDOM_BYTES)
        header = _VERSION + bytes.fromhex(self._id) + random_value
        return header + AESGCM(self._keys.derive(random_value)).encrypt(NONCE, plaintext, header + associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext; raises :class:`BrokenSealError` or :class:`UnknownRootKeyError`."""
        blob = parse_sealed(sealed)
        if blob.root_key_id != self._id:
            raise UnknownRootKeyError(blob.root_key_id, [self._id])
        key = self._keys.derive(blob.header[-RANDOM_BYTES:])
        try:
            return AESGCM(key).decrypt(NONCE, blob.payload, blob.header + associated)
        except InvalidTag:
            raise BrokenSealError("the sealed blob was altered or belongs to another place") from None


class RootKeys(Opaque):
    """The loaded root keys, newest first: the first seals, each opens what it sealed."""

    __slots__ = ("_by_id", "current")

    def __init__(self, newest_first: Iterable[SealingKey]) -> None:
        keys = list(newest_first)
        if not keys:
            raise ValueError("At least one root key is needed.")
        self.current = keys[0]
        self._by_id = {key.id: key for key in keys}
        if len(self._by_id) != len(keys):
            raise ValueError("A root key is listed twice.")

    def __repr__(self) -> str:
        return f"<RootKeys {', '.join(self.ids)}>"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, newest first."""
        return tuple(self._by_id)

    def followed_by(self, older: "RootKeys") -> "RootKeys":
        """Return these keys, and behind them those of `older` that are not among them, to open what they sealed."""
        return RootKeys(
            {**self._by_id, **{id: key for id, key in older._by_id.items() if id not in self._by_id}}.values()
        )

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        return self.current.seal(plaintext, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext; raises :class:`BrokenSealError` or :class:`UnknownRootKeyError`."""
        named = parse_sealed(sealed).root_key_id
        key = self._by_id.get(named)
        if key is None:
            raise UnknownRootKeyError(named, self.ids)
        return key.open(sealed, associated)

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest root key sealed this blob."""
        return parse_sealed(sealed).root_key_id == self.current.id

    def reseal(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the same plaintext under the newest root key; a blob that has it already comes back unchanged.

        Either way the blob has been opened, so a run over all rows also verifies them.
        """
        plaintext = self.open(sealed, associated)
        return sealed if self.is_current(sealed) else self.seal(plaintext, associated)


def root_key_id(revealed: bytes) -> str:
    """Return the first 8 bytes of SHA-256 over a label and the root key, in hex; they say nothing useful about it."""
    return hashlib.sha256(b"kms root key id v1\x00" + revealed).digest()[:_ID_BYTES].hex()


def draw_root_key() -> bytes:
    """Draw a new root key from the operating system's generator: 256 bits."""
    return os.urandom(ROOT_KEY_BYTES)


def make_check_value(root_keys: RootKeys) -> bytes:
    """Seal a known text. Stored beside the data, it shows at start whether the right root key is loaded."""
    return root_keys.seal(_CHECK_TEXT, associated_data("root key check"))


def verify_check_value(root_keys: RootKeys, check_value: bytes) -> None:
    """Raise :class:`SealError` unless one of `root_keys` made this check value."""
    if root_keys.open(check_value, associated_data("root key check")) != _CHECK_TEXT:
        raise BrokenSealError("the check value has another text")
