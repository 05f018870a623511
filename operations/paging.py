"""Pages of list operations: a marker is opaque, bound to operation, account, Region and filter, and authenticated.

Source: kms-semantics 1.6.
"""

from collections.abc import Sequence

from core.calls import Call
from core.errors import InvalidMarkerException
from core.pagination import make_marker, read_marker
from keys import custody


def page_size(limit: int | None, default: int, maximum: int) -> int:
    """Return how many items a page has; a limit above what the operation honours is capped, as on AWS."""
    return min(limit or default, maximum)


def _filters(call: Call, extra: str) -> dict[str, str | None]:
    return {"account": call.caller.account_id, "region": call.region, "filter": extra}


def read_position(operation: str, call: Call, marker: str | None, extra: str = "") -> str:
    """Return where the page starts ("" for the first); raises InvalidMarkerException for a foreign or broken marker."""
    if marker is None:
        return ""
    (position,) = read_marker(custody.marker_key(), operation, _filters(call, extra), marker)
    return str(position)


def read_number(operation: str, call: Call, marker: str | None, extra: str = "") -> int:
    """Return where the page starts for lists ordered by a number (0 for the first)."""
    position = read_position(operation, call, marker, extra) or "0"
    if not position.isdigit():
        raise InvalidMarkerException()
    return int(position)


def paged(
    operation: str,
    call: Call,
    member: str,
    items: Sequence[object],
    positions: Sequence[str],
    size: int,
    extra: str = "",
) -> dict[str, object]:
    """Return the members of one page; ``items`` may hold one more than ``size``, which tells that there is more."""
    truncated = len(items) > size
    members: dict[str, object] = {member: list(items[:size]), "Truncated": truncated}
    if truncated:
        members["NextMarker"] = make_marker(
            custody.marker_key(), operation, _filters(call, extra), [positions[size - 1]]
        )
    return members
