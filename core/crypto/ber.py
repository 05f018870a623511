"""From BER to DER, for what people export from other systems: indefinite and long-form lengths, split strings.

Source: X.690, sections 8.1, 8.7 and 10. Only the encoding of lengths and octet strings is made canonical; DER comes
back unchanged, and the library that reads the result is strict about everything else.
"""

OCTET_STRING = 0x04
SEQUENCE = 0x30
_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_END = b"\x00\x00"
_MAX_DEPTH = 16


class BerError(ValueError):
    """Bytes that are not one BER value."""


def to_der(encoded: bytes) -> bytes:
    """Return one BER value as DER; raises :class:`BerError`."""
    value, rest = _read(encoded, 0)
    if rest:
        raise BerError("bytes behind the value")
    return value


def _read(encoded: bytes, depth: int) -> tuple[bytes, bytes]:
    """Return the first value as DER, and the bytes behind it."""
    if len(encoded) < 2 or depth > _MAX_DEPTH or encoded[0] & 0x1F == 0x1F:
        raise BerError("not a value that a key is made of")
    tag, first, rest = encoded[0], encoded[1], encoded[2:]
    if first == _INDEFINITE:
        if not tag & _CONSTRUCTED:
            raise BerError("an indefinite length of a primitive value")
        parts, rest = _until_end(rest, depth)
        return write(tag, parts), rest
    if first > _INDEFINITE:
        count = first - _INDEFINITE
        length, rest = int.from_bytes(rest[:count], "big"), rest[count:]
    else:
        length = first
    if length > len(rest):
        raise BerError("a length beyond the end")
    content, rest = rest[:length], rest[length:]
    if not tag & _CONSTRUCTED:
        return write(tag, [content]), rest
    parts = []
    while content:
        part, content = _read(content, depth + 1)
        parts.append(part)
    return write(tag, parts), rest


def _until_end(rest: bytes, depth: int) -> tuple[list[bytes], bytes]:
    parts = []
    while not rest.startswith(_END):
        part, rest = _read(rest, depth + 1)
        parts.append(part)
    return parts, rest[len(_END) :]


def write(tag: int, parts: list[bytes]) -> bytes:
    """Return one value as DER; its parts are DER already, or the bytes of a primitive value."""
    if tag == OCTET_STRING | _CONSTRUCTED:  # a string in pieces, each a primitive string of its own
        return write(OCTET_STRING, [_content(part) for part in parts])
    content = b"".join(parts)
    if len(content) < _INDEFINITE:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, _INDEFINITE + len(length)]) + length + content


def _content(der: bytes) -> bytes:
    if der[0] != OCTET_STRING:
        raise BerError("a piece of a string that is none")
    return der[2:] if der[1] < _INDEFINITE else der[2 + der[1] - _INDEFINITE :]
