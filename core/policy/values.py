"""Values of conditions: numbers, instants, networks, truth, bytes.

Each parser returns ``None`` for what it cannot read: such a value matches nothing (authorization 4.2, 4.7).
"""

import base64
import binascii
import functools
import ipaddress
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
# W3C profile of ISO 8601 (NOTE-datetime): YYYY, YYYY-MM, YYYY-MM-DD, and with a time, a zone designator.
_INSTANT = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


# No number, date or address is longer; longer texts are neither parsed nor remembered.
_LONGEST = 64


def parse_number(text: str) -> Decimal | None:
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


def parse_instant(text: str) -> Decimal | None:
    """Seconds since 1970 for a date of the W3C profile or for Unix seconds; four digits are a year."""
    return _instant(text) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=1024)
def _instant(text: str) -> Decimal | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return parse_number(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text) else None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None
    elapsed = moment - _EPOCH
    return Decimal(elapsed.days * 86400 + elapsed.seconds) + Decimal(f"0.{fraction or 0}")


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def parse_network(text: str) -> Network | None:
    """A CIDR range; host bits are ignored, and no prefix length means one address."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def parse_address(text: str) -> Address | None:
    """An IPv4 or IPv6 address; an IPv4 address in IPv6 clothing is the IPv4 address."""
    return _address(text) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def parse_bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
