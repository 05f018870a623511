"""The durable end of every call: records are committed in groups, chained, before any answer leaves.

The first thread that waits commits for all that queued meanwhile (leader and followers), then hands over. A record that
was decided at an older configuration version than the database now has is not written: its call is decided again.
Source of the design: performance.md, sections 7 and 8.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.chain import HEAD, HEAD_LOCKED, INSERT_POSTGRES, INSERT_SQLITE, MAX_ROWS, Record, append_statement, link_of

# One SQLite writer at a time, without its unfair busy handler; PostgreSQL needs no gate.
write_gate = threading.RLock()


@dataclass(slots=True)
class Waiting:
    """Records that somebody waits for."""

    records: Sequence[Record]
    version: int | None  # None: a refusal or a service event, written whatever has changed since
    signal: Any = None  # what the leader releases: the lock of a thread, or the future of an event loop
    done: bool = False
    stale: bool = False
    error: BaseException | None = None


class Trail:
    """Writes audit records for one process."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._connecting = threading.Lock()
        self._queue: list[Waiting] = []
        self._leading = False
        self._connection: BaseDatabaseWrapper | None = None
        self._chain = 1
        self._chain_key: bytes | None = None
        self._head: tuple[int, bytes] | None = None  # length and last link of the chain, as this process left it

    # --- set-up ---
    def configure(self, chain_key: bytes) -> None:
        """Take the key of the chain (32 bytes), opened from the sealed secret at start."""
        self._chain_key = chain_key

    @property
    def configured(self) -> bool:
        return self._chain_key is not None

    @property
    def is_open(self) -> bool:
        """Tell whether a commit finds the writer's connection open, as an event loop needs it."""
        return self._connection is not None

    def close(self) -> None:
        """Close the writer's connection (the next commit opens another)."""
        with self._connecting:
            connection, self._connection, self._head = self._connection, None, None
        if connection is not None and connection.connection is not None:
            # The driver's own connection: Django's wrapper refuses to close in an event loop.
            raw, connection.connection = connection.connection, None
            raw.close()

    # --- the two ways in ---
    def commit(self, records: Sequence[Record], version: int | None) -> bool:
        """Write records in one group commit; False if the configuration is newer than ``version``, nothing written.

        Returns only when the records are durable. Raises whatever the database raises: then nothing is written and the
        caller must not answer.
        """
        waiting = Waiting(records, version)
        with self._mutex:
            self._queue.append(waiting)
            if self._leading:
                waiting.signal = threading.Lock()
                waiting.signal.acquire()
            self._leading = True
        if waiting.signal is not None:
            waiting.signal.acquire()
        if not waiting.done:
            self.lead(waiting)
        if waiting.error is not None:
            raise waiting.error
        return not waiting.stale

    def append_in_transaction(self, connection: BaseDatabaseWrapper, records: Sequence[Record]) -> None:
        """Add records to the chain inside the caller's open transaction: effect and record commit together."""
        chain = self._claimed_chain()
        with connection.cursor() as cursor:
            cursor.execute(HEAD_LOCKED if connection.vendor == "postgresql" else HEAD, [chain])
            length, head = cursor.fetchone()
            rows, length, head = self._chained(chain, length, bytes(head), records)
            cursor.executemany(INSERT_POSTGRES, rows)
            cursor.execute("UPDATE audit_auditchain SET length = %s, head = %s WHERE id = %s", [length, head, chain])

    def join(self, several: Sequence[Waiting]) -> None:
        """Queue what an event loop has decided; whoever leads writes it, the loop itself if nobody does."""
        with self._mutex:
            self._queue.extend(several)
            leads = not self._leading
            self._leading = True
        if leads:
            self.lead()

    # --- the leader's work ---
    def lead(self, own: Waiting | None = None) -> None:
        """Write all that is queued, wake whoever waits for it but ``own``, and leave the lead to the next."""
        with self._mutex:
            batch, self._queue = self._queue, []
        try:
            self._write(batch)
        except BaseException as error:
            self.close()  # the next commit starts on a fresh connection
            for waiting in batch:
                waiting.error = error
        with self._mutex:
            successor = self._queue[0] if self._queue else None
            self._leading = successor is not None
        if successor is not None:
            successor.signal.release()
        for waiting in batch:
            waiting.done = True
            if waiting is not own:
                waiting.signal.release()

    def _write(self, batch: list[Waiting]) -> None:
        connection = self._writer()
        raw = connection.connection
        if connection.vendor == "postgresql":
            with raw.cursor() as cursor:
                if not self._append_at_head(cursor, "postgresql", batch):
                    self._append_after_locking(raw, cursor, batch)
        else:
            with write_gate:
                if not self._append_at_head(raw, "sqlite", batch):
                    self._append_after_reading(raw, batch)

    def _append_at_head(self, database: Any, vendor: str, batch: list[Waiting]) -> bool:
        """Write a batch in one statement, if the chain still ends where this process left it and nothing has changed.

        One statement: on PostgreSQL it is one round trip; on SQLite each one gives the interpreter's lock away twice,
        and getting it back among busy threads costs more than the database's work.
        """
        versions = {waiting.version for waiting in batch if waiting.version is not None}
        records = [record for waiting in batch for record in waiting.records]
        if self._head is None or len(versions) != 1 or len(records) > MAX_ROWS:
            return False
        rows, length, head = self._chained(self._chain, *self._head, records)
        values = [value for row in rows for value in row]
        values += (*versions, self._chain, *self._head)
        if vendor == "postgresql":
            values += (length, head)
        self._head = None
        if database.execute(append_statement(vendor, len(rows)), values).rowcount == 0:
            return False
        self._head = (length, head)
        return True

    def _append_after_reading(self, raw: Any, batch: list[Waiting]) -> None:
        raw.execute("BEGIN IMMEDIATE")
        try:
            version, length, head = raw.execute(
                "SELECT v.version, c.length, c.head FROM audit_configversion v, audit_auditchain c"
                " WHERE v.id = 1 AND c.id = 1"
            ).fetchone()
            records = self._current(batch, version)
            if records:
                rows, length, head = self._chained(1, length, head, records)
                raw.executemany(INSERT_SQLITE, rows)
            raw.execute("COMMIT")
            self._head = (length, head)
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise

    def _append_after_locking(self, raw: Any, cursor: Any, batch: list[Waiting]) -> None:
        with raw.transaction():
            cursor.execute(HEAD_LOCKED, [self._chain])
            length, head = cursor.fetchone()
            head = bytes(head)
            # INVARIANT: read by a statement of its own, after the lock. In the same statement it would be as old as the
            # moment when the wait for the lock began, and a call could be recorded behind the change that forbids it.
            cursor.execute("SELECT version FROM audit_configversion WHERE id = 1")
            (version,) = cursor.fetchone()
            records = self._current(batch, version)
            if records:
                rows, length, head = self._chained(self._chain, length, head, records)
                cursor.executemany(INSERT_POSTGRES, rows)
                cursor.execute(
                    "UPDATE audit_auditchain SET length = %s, head = %s WHERE id = %s", [length, head, self._chain]
                )
        self._head = (length, head)

    @staticmethod
    def _current(batch: list[Waiting], version: int) -> list[Record]:
        """Return the records that may be written; mark those decided at an older version."""
        records: list[Record] = []
        for waiting in batch:
            if waiting.version is not None and waiting.version != version:
                waiting.stale = True
            else:
                records.extend(waiting.records)
        return records

    def _chained(
        self, chain: int, length: int, head: bytes, records: Sequence[Record]
    ) -> tuple[list[Record], int, bytes]:
        if self._chain_key is None:
            raise RuntimeError("The audit trail has no chain key; the installation is not prepared.")
        rows = []
        for record in records:
            length += 1
            head = link_of(self._chain_key, head, chain, length, record)
            rows.append((chain, length, head, *record))
        return rows, length, head

    # --- the writer's own connection ---
    def _writer(self) -> BaseDatabaseWrapper:
        with self._connecting:  # the leader and whoever changes something may both be the first
            if self._connection is None:
                connection = connections.create_connection("default")
                connection.inc_thread_sharing()
                connection.ensure_connection()
                if connection.vendor == "postgresql":
                    connection.connection.autocommit = True
                    self._chain = self._claim_chain(connection)
                self._connection = connection
            return self._connection

    def _claimed_chain(self) -> int:
        self._writer()
        return self._chain

    @staticmethod
    def _claim_chain(connection: BaseDatabaseWrapper) -> int:
        """Take a chain that no other process holds; the lock lives as long as the connection."""
        with connection.cursor() as cursor:
            for chain in range(1, 1000):
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [0x4B4D53, chain])
                if cursor.fetchone()[0]:
                    cursor.execute(
                        "INSERT INTO audit_auditchain (id, length, head) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING",
                        [chain, b""],
                    )
                    return chain
        raise RuntimeError("No free audit chain: more than 999 processes write to this database.")


trail = Trail()
