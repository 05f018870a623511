"""The rows of the chained trail: their columns, the statements that append them, and the links.

Source of the design: performance.md, sections 7 and 8; decision 0002.
"""

import hmac
from functools import cache
from typing import Any

import msgspec

COLUMNS = (
    "time_us",
    "account",
    "region",
    "event",
    "read_only",
    "identity",
    "access_key",
    "source",
    "agent",
    "error",
    "key",
    "other_key",
    "request_id",
    "event_id",
    "details",
)
_ALL = ("chain", "sequence", "link", *COLUMNS)
QUOTED = ", ".join(f'"{column}"' for column in _ALL)
INSERT_SQLITE = f"INSERT INTO audit_auditevent ({QUOTED}) VALUES ({', '.join('?' * len(_ALL))})"  # noqa: S608 - names are constants
INSERT_POSTGRES = f"INSERT INTO audit_auditevent ({QUOTED}) VALUES ({', '.join(['%s'] * len(_ALL))})"  # noqa: S608 - names are constants

HEAD = "SELECT length, head FROM audit_auditchain WHERE id = %s"
HEAD_LOCKED = f"{HEAD} FOR UPDATE"

Record = tuple[Any, ...]  # the values of COLUMNS; UUIDs as 32 hex digits


MAX_ROWS = 64  # of one statement
# Columns whose values PostgreSQL takes for text when it meets them outside an INSERT's own VALUES.
_CASTS = {
    "access_key": "integer",
    "error": "integer",
    "key": "bigint",
    "other_key": "bigint",
    "request_id": "uuid",
    "event_id": "uuid",
}


@cache
def append_statement(vendor: str, rows: int) -> str:
    """Return SQL that appends rows to a chain, or does nothing if the configuration or the chain have moved.

    Its parameters are the rows' values, then version, chain, length and head as they were, and on PostgreSQL length and
    head as they shall be; on SQLite a trigger (audit, migration 0003) moves the head.
    """
    if vendor == "sqlite":
        row = f"({', '.join('?' * len(_ALL))})"
        return (
            f"INSERT INTO audit_auditevent ({QUOTED}) SELECT * FROM (VALUES {', '.join([row] * rows)})"  # noqa: S608 - constants
            " WHERE (SELECT version FROM audit_configversion WHERE id = 1) = ?"
            " AND EXISTS (SELECT 1 FROM audit_auditchain WHERE id = ? AND length = ? AND head = ?)"
        )
    row = f"({', '.join(['%s'] * len(_ALL))})"
    chosen = ", ".join(f'"{column}"::{_CASTS[column]}' if column in _CASTS else f'"{column}"' for column in _ALL)
    # INVARIANT: if it had to wait for the chain, the chain has moved, and the version that it read does not count.
    return (
        f"WITH given ({QUOTED}) AS (VALUES {', '.join([row] * rows)}),"  # noqa: S608 - constants
        " moved AS (UPDATE audit_auditchain c SET length = n.length, head = n.head FROM"
        " (SELECT %s::bigint AS version, %s::smallint AS chain, %s::bigint AS old_length, %s::bytea AS old_head,"
        " %s::bigint AS length, %s::bytea AS head) n"
        " WHERE c.id = n.chain AND c.length = n.old_length AND c.head = n.old_head"
        " AND (SELECT version FROM audit_configversion WHERE id = 1) = n.version RETURNING 1)"
        f" INSERT INTO audit_auditevent ({QUOTED}) SELECT {chosen} FROM given WHERE EXISTS (SELECT 1 FROM moved)"
    )


def link_of(chain_key: bytes, previous: bytes, chain: int, sequence: int, record: Record) -> bytes:
    """Return the link of a record: HMAC-SHA-256 (32 bytes) over the previous link, the position and the values.

    The encoding is a JSON list, which is injective for these values (numbers, texts, null).
    """
    return hmac.digest(chain_key, previous + msgspec.json.encode((chain, sequence, *record)), "sha256")
