"""Changes by an administrator of the installation, outside any account: they take the writers' turn like an action."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction

from audit.changes import Touched, lock_version, record_changes
from audit.trail import write_gate
from operations.snapshots import cache


def writers_turn() -> AbstractContextManager[Any]:
    """Wait for the turn to write: SQLite has one writer at a time, PostgreSQL locks rows."""
    return write_gate if connection.vendor == "sqlite" else nullcontext()


@contextmanager
def configuration_change(*touched: tuple[Touched, str]) -> Iterator[list[tuple[Touched, str]]]:
    """Run the block in one transaction that tells every process to drop what it touches.

    The block may add to the list it gets; if the list stays empty, nothing was changed and nothing is told.
    For management commands and upkeep; what people ask for goes through :mod:`operations.pipeline`.
    """
    told = list(touched)
    with writers_turn(), transaction.atomic():
        version = lock_version()
        cache.refresh()  # another process may have added a root key: seal under the newest
        yield told
        if told:
            record_changes(version, told)
    cache.refresh()
