"""The change log: how every process learns, without asking on each request, what to drop from its cache."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from audit.models import Change, ConfigVersion


class Touched(StrEnum):
    """What kind of thing a transaction changed."""

    KEY = "key"  # object_id: primary key of the KMS key
    ALIAS = "alias"  # account/region/name
    IAM = "iam"  # account id: any change to principals or policies of the account
    ACCESS_KEY = "access_key"  # the access key id
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed between two versions; ``everything`` if the log does not reach back that far."""

    version: int
    touched: frozenset[tuple[str, str]]
    everything: bool = False


def current_version() -> int:
    return ConfigVersion.objects.values_list("version", flat=True).get(id=1)


def lock_version() -> int:
    """Return the version, holding its row to the end of the transaction: writers take turns.

    On SQLite the transaction has the write lock from its start, on PostgreSQL the row's lock does it.
    """
    rows = ConfigVersion.objects.filter(id=1)
    if connection.vendor == "postgresql":
        rows = rows.select_for_update()
    return rows.values_list("version", flat=True).get()


def record_changes(version: int, touched: Iterable[tuple[Touched, str]]) -> int:
    """Raise the version by one and note what was touched; the caller holds the version's row. Returns the new one."""
    ConfigVersion.objects.filter(id=1).update(version=version + 1)
    Change.objects.bulk_create(
        Change(version=version + 1, kind=kind, object_id=object_id) for kind, object_id in dict.fromkeys(touched)
    )
    return version + 1


def changes_since(version: int) -> ChangeSet:
    """Return what changed after ``version``."""
    now = current_version()
    if now == version:
        return ChangeSet(now, frozenset())
    rows = list(
        Change.objects.filter(version__gt=version, version__lte=now).values_list("version", "kind", "object_id")
    )
    complete = version >= 0 and len({row[0] for row in rows}) == now - version
    touched = frozenset((kind, object_id) for _, kind, object_id in rows)
    return ChangeSet(now, touched, everything=not complete or (Touched.EVERYTHING, "") in touched)


# A process that was away for longer than this many changes drops its whole cache.
KEPT_CHANGES = 100_000


def prune_changes() -> int:
    """Delete log entries that no process needs any more; returns how many."""
    return Change.objects.filter(version__lte=current_version() - KEPT_CHANGES).delete()[0]
