"""A download that carries its own content: what is shown once travels once and is stored nowhere."""

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote


def csv_link(rows: Iterable[Sequence[str]]) -> str:
    """Return a ``data:`` address of a CSV file, for a link with ``download``."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return f"data:text/csv;charset=utf-8,{quote(text.getvalue(), safe='')}"
