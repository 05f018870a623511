"""Import tokens: what GetParametersForImport hands out and ImportKeyMaterial takes back.

A token carries the private half of its wrapping key, sealed under the root key and bound to account, Region and key;
so nothing is stored, several may be open at once, and each is good until it expires. Source: kms-semantics 4.10.
"""

from datetime import datetime, timedelta

import msgspec

from core.crypto.sealing import SealError
from core.crypto.wrapping import WrappingAlgorithm
from core.errors import ExpiredImportTokenException, InvalidImportTokenException
from keys import custody
from keys.custody import Place

VALID_HOURS = 24


class WrappingParameters(msgspec.Struct, frozen=True, array_like=True):
    """What a token holds. Its ``repr`` does not show the key."""

    algorithm: WrappingAlgorithm
    valid_to: datetime
    private_key: bytes  # PKCS #8, DER

    def __repr__(self) -> str:
        return f"WrappingParameters({self.algorithm})"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(WrappingParameters).decode


def make_token(place: Place, algorithm: WrappingAlgorithm, private_key: bytes, now: datetime) -> tuple[bytes, datetime]:
    """Return a token for a key, and until when it is valid."""
    valid_to = now + timedelta(hours=VALID_HOURS)
    parameters = _encode(WrappingParameters(algorithm, valid_to, private_key))
    return custody.seal_token(place, parameters), valid_to


def read_token(place: Place, token: bytes, now: datetime) -> WrappingParameters:
    """Open a token; raises InvalidImportTokenException for another key's, or other bytes.

    Raises ExpiredImportTokenException for one that is older than a day.
    """
    try:
        parameters = _decode(custody.open_token(place, token))
    except SealError:
        raise InvalidImportTokenException() from None
    if parameters.valid_to <= now:
        raise ExpiredImportTokenException()
    return parameters
