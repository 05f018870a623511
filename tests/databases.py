"""A database put back to what the migrations left, in a few milliseconds, whoever committed to it."""

import sqlite3
from typing import Any


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
