"""The service's own upkeep: what time makes due is done every minute, by one process at a time.

The lock is the database's own on PostgreSQL, which several hosts may share, and a file in the data folder on SQLite.
Source: performance.md 5 and 8; setting: ``KMS_UPKEEP_SECONDS``.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from operations.upkeep import run_upkeep

logger = logging.getLogger(__name__)
LOCK_FILE = "upkeep.lock"
_POSTGRES_LOCK = (0x4B4D53, 0)  # the numbers above are those of audit chains


def start(seconds: float) -> threading.Event:
    """Begin upkeep in a thread of its own, every so many seconds; the returned event ends it.

    The thread is a daemon: a process that stops does not wait for it, and what it has not committed is undone.
    """
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(seconds):
            run_once()
        connection.close()

    threading.Thread(target=work, name="upkeep", daemon=True).start()
    return stop


def run_once() -> bool:
    """Run upkeep unless another process does just now; returns whether it ran. Errors are logged, never raised."""
    try:
        with only_runner() as mine:
            if mine:
                run_upkeep()
            return mine
    except Exception:
        logger.exception("Upkeep failed; it is tried again after KMS_UPKEEP_SECONDS.")
        return False
    finally:
        connection.close()


@contextmanager
def only_runner() -> Iterator[bool]:
    """Hold the lock of upkeep for the block, without waiting for it; yields whether it could be had."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _POSTGRES_LOCK)
            (mine,) = cursor.fetchone()
            try:
                yield bool(mine)
            finally:
                if mine:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _POSTGRES_LOCK)
        return
    with (Path(settings.DATA_DIR) / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True  # closing the file gives the lock back
