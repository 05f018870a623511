"""The time by which a key is judged: that of the account that it belongs to, whoever calls.

Every account has a clock of its own, which may be ahead: by it the keys of the account rotate, expire and go.
"""

from datetime import datetime, timedelta

from core.calls import Call
from operations.snapshots import KeySnapshot, find_clock_offset


def key_time(call: Call, key: KeySnapshot) -> datetime:
    """Return the instant of a call by the clock of a key's account."""
    return account_time(call, key.account_id)


def account_time(call: Call, account_id: str) -> datetime:
    """Return the instant of a call by the clock of an account."""
    caller = call.caller
    if account_id == caller.facts.account_id:
        return call.time
    return call.time + timedelta(seconds=find_clock_offset(account_id) - caller.clock_offset_seconds)
