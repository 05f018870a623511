"""Golden records: what is recorded stays as it was, ids and times aside. Source of each: tests/golden/README.md.

``KMS_TEST_REWRITE_GOLDEN=1`` writes them anew; CI refuses that.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden"
# What differs from run to run, by what it is called in a golden record.
_VARYING = (
    ("uuid", re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")),
    ("multi-region-id", re.compile(r"\bmrk-[0-9a-f]{32}\b")),
    ("material", re.compile(r"\b[0-9a-f]{64}\b")),
    ("unique-id", re.compile(r"\bA(?:IDA|ROA|GPA|NPA|KIA)[A-Z2-7]{16,17}\b")),
    ("time", re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")),
    ("date", re.compile(r"\b[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d [AP]M\b")),
)


def rewriting() -> bool:
    if not os.environ.get("KMS_TEST_REWRITE_GOLDEN"):
        return False
    assert not os.environ.get("CI"), "golden records are rewritten by a person who reads the difference, never in CI"
    return True


def with_placeholders(value: Any) -> Any:
    """Replace ids and times; the same one gets the same placeholder, so that equalities stay visible."""
    text = json.dumps(value, ensure_ascii=False)
    for name, pattern in _VARYING:
        seen: dict[str, str] = {}

        def placeholder(match: re.Match[str], name: str = name, seen: dict[str, str] = seen) -> str:
            return seen.setdefault(match[0], f"<{name} {len(seen) + 1}>")

        text = pattern.sub(placeholder, text)
    return json.loads(text)


def check_golden(name: str, value: Any) -> None:
    """Compare with tests/golden/<name>.json; raises AssertionError with the difference."""
    path = GOLDEN / f"{name}.json"
    if path.stem == "permitted":
        assert [event.get("errorCode") for event in value] == [None] * len(value), value
    shown = with_placeholders(value)
    if rewriting():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert path.exists(), f"{path} is missing; write it with KMS_TEST_REWRITE_GOLDEN=1 and read it"
    assert shown == json.loads(path.read_text(encoding="utf-8"))
