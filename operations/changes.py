"""Changes by an administrator of the installation, outside any account: they take the writers' turn like an action."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import connection, transaction

from audit.changes import Touched, lock_version, record_changes
from audit.trail import write_gate
from operations.snapshots import cache


@contextmanager
def configuration_change(*touched: tuple[Touched, str]) -> Iterator[None]:
    """Run the block in one transaction that tells every process to drop what it touches.

    For management commands and upkeep; what people ask for goes through :mod:`operations.pipeline`.
    """
    gate = write_gate if connection.vendor == "sqlite" else nullcontext()
    with gate, transaction.atomic():
        version = lock_version()
        yield
        record_changes(version, touched or ((Touched.EVERYTHING, ""),))
    cache.refresh()
