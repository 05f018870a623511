"""When a key was last used: read from the audit trail, so that a use costs nothing more than its record.

Source: API Reference, GetKeyLastUsage: successful cryptographic operations only; ReEncrypt counts for both keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit import queries
from operations.snapshots import KeySnapshot

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TRACKED = (
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
)


_TRACKED_EVENTS = tuple(f"kms:{name}" for name in TRACKED)


@dataclass(frozen=True, slots=True)
class LastUsage:
    """The last successful use of a key; the ids are those of its record."""

    operation: str
    time: datetime
    event_id: str
    request_id: str


def last_usage_times(account_id: str, key_arns: Sequence[str]) -> dict[str, datetime]:
    """Return when each key of an account was last used; a key that never was is absent."""
    times = queries.last_success_times(account_id, key_arns, _TRACKED_EVENTS)
    return {arn: _EPOCH + timedelta(microseconds=time_us) for arn, time_us in times.items()}


def last_usage(key: KeySnapshot) -> LastUsage | None:
    """Return the last use of a key, or None if it was never used."""
    found = queries.last_success(key.account_id, key.arn, _TRACKED_EVENTS)
    if found is None:
        return None
    name, event = found
    time = _EPOCH + timedelta(microseconds=event.time_us)
    return LastUsage(name.removeprefix("kms:"), time, str(event.event_id), str(event.request_id))
