"""Unambiguous joining of strings before they are hashed, derived from or authenticated."""


def frame(*parts: str) -> bytes:
    """Join strings so that different sequences never give the same bytes.

    Each string is UTF-8, preceded by its length in bytes (4 bytes, big-endian). Raises ``UnicodeEncodeError`` for a
    lone surrogate.
    """
    framed = b""
    for part in parts:
        encoded = part.encode()
        framed += len(encoded).to_bytes(4, "big") + encoded
    return framed
