"""Markers: where a list goes on, as an opaque text that only this service can make.

A marker is bound to the operation, its filters, and whatever else the caller names (account, Region): used anywhere
else it is an InvalidMarkerException. It is authenticated, not encrypted: what it holds is the caller's own last item.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from core.errors import InvalidMarkerException

LONGEST_MARKER: Final = 1_024  # Source: service model, MarkerType.
_VERSION: Final = b"\x01"
_TAG_BYTES: Final = 16
_CONTEXT: Final = b"kms list marker"

Position = Sequence[str | int]


def make_marker(secret: bytes, operation: str, filters: Mapping[str, str | None], last: Position) -> str:
    """The marker behind the item whose sort values are ``last``.

    Raises ValueError if it would be longer than AWS's 1,024 characters.
    """
    position = msgspec.json.encode(list(last))
    packed = _VERSION + _tag(secret, operation, filters, position) + position
    marker = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    if len(marker) > LONGEST_MARKER:
        raise ValueError("The position is too long for a marker.")
    return marker


def read_marker(secret: bytes, operation: str, filters: Mapping[str, str | None], marker: str) -> tuple[str | int, ...]:
    """The position that :func:`make_marker` was given. Raises InvalidMarkerException, which has no text."""
    try:
        packed = base64.b64decode(marker + "=" * (-len(marker) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidMarkerException() from None
    version, tag, position = packed[:1], packed[1 : 1 + _TAG_BYTES], packed[1 + _TAG_BYTES :]
    if version != _VERSION or not hmac.compare_digest(tag, _tag(secret, operation, filters, position)):
        raise InvalidMarkerException()
    if base64.urlsafe_b64encode(packed).rstrip(b"=").decode() != marker:
        raise InvalidMarkerException()
    return msgspec.json.decode(position, type=tuple[str | int, ...])


def _tag(secret: bytes, operation: str, filters: Mapping[str, str | None], position: bytes) -> bytes:
    """Over fields that are each preceded by their length, so that no two lists of fields look the same."""
    fields = [_CONTEXT, operation.encode()]
    for name in sorted(filters):
        value = filters[name]
        if value is not None:
            fields += [name.encode(), value.encode()]
    fields.append(position)
    framed = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return hmac.digest(secret, framed, "sha256")[:_TAG_BYTES]
