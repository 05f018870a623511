"""The encryption context as bytes.

Source: Developer Guide, "Encryption context": an exact, case-sensitive match of all pairs, in any order.
"""

from collections.abc import Mapping
from itertools import chain

from core.crypto.framing import frame
from core.errors import ValidationException

MAX_CANONICAL_BYTES = 8192
"""The service model sets no limit; 8 KiB of canonical form is this service's own."""


def canonical_bytes(context: Mapping[str, str]) -> bytes:
    """Encode an encryption context as associated data for AES-GCM.

    Injective: two different contexts never give the same bytes. Pairs are sorted by name; each string is UTF-8,
    preceded by its length in bytes (4 bytes, big-endian). An empty context gives b"".

    Raises :class:`ValidationException` above :data:`MAX_CANONICAL_BYTES`.
    """
    if not context:
        return b""
    encoded = frame(*chain.from_iterable(sorted(context.items())))
    if len(encoded) > MAX_CANONICAL_BYTES:
        raise ValidationException(
            f"The encryption context is {len(encoded)} bytes long in its canonical form; the limit is "
            f"{MAX_CANONICAL_BYTES} bytes."
        )
    return encoded
