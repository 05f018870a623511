"""Results of the walks that the conformance page counts: tests/results/<table>.json, a row of cells each.

A walk compares the answers that it got with the rows that are committed, row by row: any order, any process, any part
of a walk will do, and the page, which is made of these files, cannot say more than a test has seen.
``KMS_TEST_REWRITE_RESULTS=1`` writes them anew, as scripts/make_conformance.py does; CI refuses that.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
Rows = dict[str, dict[str, str]]
STALE = "is not what this walk gave: run scripts/make_conformance.py, and read the difference before you commit it"


def rewriting() -> bool:
    if not os.environ.get("KMS_TEST_REWRITE_RESULTS"):
        return False
    assert not os.environ.get("CI"), "results are rewritten by a person who reads the difference, never in CI"
    return True


def read_table(table: str) -> Rows:
    path = RESULTS / f"{table}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def check_results(table: str, row: str, cells: Mapping[str, str]) -> None:
    """Compare a row of a table, usually an operation's: cell → what it answered (``ok``, or the code of its error).

    The walk itself has asserted that the answers are right; this keeps what was seen.
    """
    assert cells, f"{table}/{row}: a row without cells proves nothing"
    if rewriting():
        with _rewritten(table) as rows:
            rows[row] = dict(cells)
    assert read_table(table).get(row) == dict(cells), f"tests/results/{table}.json, row {row}, {STALE}"


def check_rows(table: str, rows: Iterable[str]) -> None:
    """Compare the names of a table's rows with those that its walk has; a row that no test fills would stay."""
    wanted = set(rows)
    if rewriting():
        with _rewritten(table) as written:
            for row in written.keys() - wanted:
                del written[row]
        return  # other processes may still be writing theirs
    assert read_table(table).keys() == wanted, f"tests/results/{table}.json {STALE}"


@contextmanager
def _rewritten(table: str) -> Iterator[Rows]:
    """One writer at a time, and readers see a whole file."""
    RESULTS.mkdir(exist_ok=True)
    folder = os.open(RESULTS, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        rows = read_table(table)
        yield rows
        lines = [f"{json.dumps(row)}: {json.dumps(rows[row], sort_keys=True)}" for row in sorted(rows)]
        new = RESULTS / f"{table}.new"
        new.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        new.replace(RESULTS / f"{table}.json")
    finally:
        os.close(folder)  # and with it the lock
