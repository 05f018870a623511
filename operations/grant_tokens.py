"""Grant tokens: opaque names of a grant. Each CreateGrant gives another; all of a grant are worth the same.

A token proves nothing by itself: it only says which grant is meant. Its tag tells a token of ours from a made-up one.
"""

import base64
import binascii
import hmac
import os

from core.errors import InvalidGrantTokenException
from keys import custody

_VERSION = b"\x01"
_ID_BYTES, _RANDOM_BYTES, _TAG_BYTES = 32, 16, 16


def make_token(grant_id: str) -> str:
    """Return a fresh token for a grant (its id is 64 hex digits)."""
    head = _VERSION + bytes.fromhex(grant_id) + os.urandom(_RANDOM_BYTES)
    return base64.urlsafe_b64encode(head + _tag(head)).rstrip(b"=").decode()


def read_token(token: str) -> str:
    """Return the id of the grant that a token names; raises InvalidGrantTokenException for anything else."""
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidGrantTokenException() from None
    head, tag = packed[:-_TAG_BYTES], packed[-_TAG_BYTES:]
    if (
        len(packed) != 1 + _ID_BYTES + _RANDOM_BYTES + _TAG_BYTES
        or head[:1] != _VERSION
        or not hmac.compare_digest(tag, _tag(head))
    ):
        raise InvalidGrantTokenException()
    return head[1 : 1 + _ID_BYTES].hex()


def _tag(head: bytes) -> bytes:
    return hmac.digest(custody.marker_key(), b"kms grant token" + head, "sha256")[:_TAG_BYTES]
