"""MoveClock: set an account's clock ahead, so that a lab need not wait for a rotation or a deletion.

An action of this project, not of AWS. Its permission is ``kmsconsole:MoveClock``, in AdministratorAccess. A clock
never goes back: nothing that has happened could be undone.
"""

from collections.abc import Mapping

import msgspec

from accounts import queries
from accounts.models import Account
from audit.changes import Touched
from core.calls import Call
from core.errors import ValidationException
from operations.registry import Outcome, operation

MAX_DAYS = 3_650  # ten years at once
# A clock that left the calendar could never be read again, by upkeep neither: a hundred years in all.
MAX_SECONDS_AHEAD = 36_500 * 86_400


class MoveClockRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``days`` to go forward; hours and minutes are fractions of a day."""

    days: float


def parse_move(members: bytes | Mapping[str, object]) -> MoveClockRequest:
    """Read the request; raises ValidationException for anything but a number of days in range."""
    try:
        days = float(str(dict(members)["Days"]) if isinstance(members, Mapping) else "")
    except (KeyError, ValueError):
        raise ValidationException("Days must be a number.") from None
    _check_days(days)
    return MoveClockRequest(days=days)


def _check_days(days: float) -> None:
    if not 0 < days <= MAX_DAYS:
        raise ValidationException(f"Days must be between 0 and {MAX_DAYS}.")


def set_ahead(account_id: str, days: float) -> Account:
    """Set an account's clock ahead; the caller holds the writers' lock. Raises ValidationException."""
    _check_days(days)
    account = queries.load_account(account_id)
    account.clock_offset_seconds += round(days * 86_400)
    if account.clock_offset_seconds > MAX_SECONDS_AHEAD:
        raise ValidationException(f"A clock can be at most {MAX_SECONDS_AHEAD // 86_400} days ahead.")
    account.save(update_fields=["clock_offset_seconds"])
    return account


@operation("MoveClock", service="kmsconsole", parse=parse_move, writes=True, logged=("days",))
def move_clock(call: Call, request: MoveClockRequest) -> Outcome:
    account = set_ahead(call.caller.account_id, request.days)
    return Outcome(members={"ClockOffsetSeconds": account.clock_offset_seconds}, touched=[(Touched.IAM, account.id)])
