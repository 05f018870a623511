"""MoveClock: set an account's clock ahead, so that a lab need not wait for a rotation or a deletion.

An action of this project, not of AWS. Its permission is ``kmsconsole:MoveClock``, in AdministratorAccess. A clock
never goes back: nothing that has happened could be undone.
"""

from collections.abc import Mapping

import msgspec

from accounts import queries
from audit.changes import Touched
from core.calls import Call
from core.errors import ValidationException
from operations.registry import Outcome, operation

MAX_DAYS = 3_650  # ten years at once


class MoveClockRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``days`` to go forward; hours and minutes are fractions of a day."""

    days: float


def parse_move(members: bytes | Mapping[str, object]) -> MoveClockRequest:
    """Read the request; raises ValidationException for anything but a number of days in range."""
    try:
        days = float(str(dict(members)["Days"]) if isinstance(members, Mapping) else "")
    except (KeyError, ValueError):
        raise ValidationException("Days must be a number.") from None
    if not 0 < days <= MAX_DAYS:
        raise ValidationException(f"Days must be between 0 and {MAX_DAYS}.")
    return MoveClockRequest(days=days)


@operation("MoveClock", service="kmsconsole", parse=parse_move, writes=True, logged=("days",))
def move_clock(call: Call, request: MoveClockRequest) -> Outcome:
    account = queries.load_account(call.caller.account_id)
    account.clock_offset_seconds += round(request.days * 86_400)
    account.save(update_fields=["clock_offset_seconds"])
    return Outcome(members={"ClockOffsetSeconds": account.clock_offset_seconds}, touched=[(Touched.IAM, account.id)])
