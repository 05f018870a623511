"""A database put back to what the migrations left, in a few milliseconds, whoever committed to it."""

import sqlite3
from typing import Any

from audit.names import names
from audit.trail import trail
from keys import custody
from operations.snapshots import cache


class PristineSqlite:
    """A copy in memory, written back page by page; triggers and foreign keys have no say in that."""

    def __init__(self, connection: Any) -> None:
        connection.ensure_connection()
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(self._copy)

    def restore(self, connection: Any) -> None:
        connection.ensure_connection()
        self._copy.backup(connection.connection)


class PristinePostgres:
    """The rows that the migrations made are put back, everything else is truncated."""

    def __init__(self, connection: Any) -> None:
        look = connection.introspection
        with connection.cursor() as cursor:
            self._tables = [name for name in look.table_names(cursor) if name != "django_migrations"]
            self._rows = {name: self._copy_out(cursor, name) for name in self._tables}
            self._sequences = [
                (sequence["table"], sequence["column"])
                for name in self._tables
                if self._rows[name]
                for sequence in look.get_sequences(cursor, name)
            ]

    @staticmethod
    def _copy_out(cursor: Any, table: str) -> bytes:
        with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
            return b"".join(bytes(block) for block in copy)

    def restore(self, connection: Any) -> None:
        names = ", ".join(f'"{name}"' for name in self._tables)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")  # a transaction that a test left open is an error, not a wait
            cursor.execute("SET session_replication_role = replica")  # no triggers; foreign keys in any order
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            for name, rows in self._rows.items():
                if rows:
                    with cursor.cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                        copy.write(rows)
            for table, column in self._sequences:
                cursor.execute(
                    f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max("{column}") FROM "{table}"))',
                    [f'"{table}"', column],
                )
            cursor.execute("RESET session_replication_role")
            cursor.execute("RESET lock_timeout")


PRISTINE_DATABASES = {"sqlite": PristineSqlite, "postgresql": PristinePostgres}


class KeptDatabase:
    """A database as it is, with what this process has read of it: names, snapshots, which never change, and root keys.

    To read them anew, with a query for each of seven names and several for a caller, took half of a short test's time.
    """

    def __init__(self, connection: Any) -> None:
        self._pristine = PRISTINE_DATABASES[connection.vendor](connection)
        self._version = cache.version
        self._read = [_copy(index) for index in self._memory()]
        self._root_keys, self._load = custody._Loaded.root_keys, custody._Loaded.load

    @staticmethod
    def _memory() -> list[Any]:
        read_by_calls = [cache._entries, cache._depends, names._ids, names._together, names._texts]
        return [*read_by_calls, custody._Loaded.secrets]

    def restore(self, connection: Any) -> None:
        """Put both back, after everything was forgotten."""
        self._pristine.restore(connection)
        custody.use_root_keys(self._root_keys, self._load)
        for index, read in zip(self._memory(), self._read, strict=True):
            index.update(_copy(read))
        cache.version = self._version
        trail.configure(custody.secret(custody.AUDIT_CHAIN))


def _copy(index: Any) -> dict[Any, Any]:
    return {key: set(value) if isinstance(value, set) else value for key, value in index.items()}
