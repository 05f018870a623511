"""The one place that reads the machine's clock; every account may be ahead of it."""

from datetime import UTC, datetime, timedelta


def machine_time() -> datetime:
    """Return the machine's time (UTC): what signatures and sessions are checked against."""
    return datetime.now(UTC)


def account_time(clock_offset_seconds: int) -> datetime:
    """Return an account's time (UTC), cut to milliseconds as AWS's own dates are."""
    now = machine_time()
    if clock_offset_seconds:
        now += timedelta(seconds=clock_offset_seconds)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
