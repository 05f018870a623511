"""The layout of a symmetric ciphertext blob.

    0-4    01 02 02 00 78     so that the base64 begins with AQIC, as on AWS
    5-36   key material id    32 bytes
    37     01                 version: SP 800-108 counter mode with HMAC-SHA-256, then AES-256-GCM
    38-53  random value       16 bytes, fresh for every message
    54-57  length of the rest, big-endian
    58-    AES-256-GCM ciphertext, then its tag of 16 bytes

A plaintext of n bytes gives n + 74 bytes: 4,170 for the largest plaintext, where the service model permits 6,144.
Bytes 0-57 are authenticated; the key id and the account enter the key's derivation, see :mod:`core.crypto.handles`.
The Region does not: a multi-Region key's ciphertext opens in every Region that holds a copy of the key.
"""

from core.errors import InvalidCiphertextException

PREFIX = bytes.fromhex("0102020078")
VERSION = b"\x01"
MATERIAL_ID_END = 37
RANDOM_START = 38
RANDOM_END = 54
HEADER_BYTES = 58
TAG_BYTES = 16
MAX_PLAINTEXT_BYTES = 4096
_SHORTEST = HEADER_BYTES + 1 + TAG_BYTES
_LONGEST = HEADER_BYTES + MAX_PLAINTEXT_BYTES + TAG_BYTES


def header_start(material_id: str) -> bytes:
    """Return bytes 0-37 of every blob made with this material."""
    return PREFIX + bytes.fromhex(material_id) + VERSION


def render_header(start: bytes, random_value: bytes, plaintext_bytes: int) -> bytes:
    return start + random_value + (plaintext_bytes + TAG_BYTES).to_bytes(4, "big")


def parse_blob(blob: bytes) -> tuple[bytes, bytes]:
    """Split a blob into its header, bytes 0-57, and its payload, ciphertext and tag.

    Raises InvalidCiphertextException for a blob that would not be written the same, or has trailing bytes.
    """
    if (
        not _SHORTEST <= len(blob) <= _LONGEST
        or not blob.startswith(PREFIX)
        or blob[MATERIAL_ID_END:RANDOM_START] != VERSION
        or int.from_bytes(blob[RANDOM_END:HEADER_BYTES], "big") != len(blob) - HEADER_BYTES
    ):
        raise InvalidCiphertextException()
    return blob[:HEADER_BYTES], blob[HEADER_BYTES:]


def parse_material_id(blob: bytes) -> str:
    """Return the id of the key material that made this blob: 64 hex digits, not yet authenticated.

    Raises InvalidCiphertextException unless the whole blob has the layout.
    """
    header, _ = parse_blob(blob)
    return header[len(PREFIX) : MATERIAL_ID_END].hex()
