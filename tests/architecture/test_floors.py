"""What the import contracts cannot say: parts of Django that a floor must not see, and the clock that core is told."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HTTP = (
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.urls",
    "django.views",
    "django.forms",
    "django.middleware",
)
STORES = ("models.py", "queries.py", "custody.py", "stored_keys.py", "permission_index.py", "trail.py", "changes.py")
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CLOCKS |= {("time", "time"), ("time", "monotonic"), ("time", "time_ns"), ("timezone", "now")}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, inside functions too; names too, since they may be modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def python_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert found
    return found


def sees(path: Path, modules: tuple[str, ...]) -> list[str]:
    return [name for name in imported(path) if f"{name}.".startswith(tuple(f"{module}." for module in modules))]


@pytest.mark.parametrize("path", python_files("operations"), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_operation_sees_no_http(path):
    assert sees(path, HTTP) == []


def test_a_store_sees_neither_http_nor_a_caller():
    stores = [path for path in python_files("keys", "policies", "audit", "accounts") if path.name in STORES]
    assert len(stores) >= len(STORES)
    assert {path.name: found for path in stores if (found := sees(path, (*HTTP, "core.calls")))} == {}


def test_core_is_told_the_time():
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("core")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]
    assert asked == []


def test_queries_stand_in_the_files_of_the_stores():
    """Doors ask for rows by name; only what belongs to a row that they were given may be followed."""
    asked = [
        str(path.relative_to(ROOT))
        for path in python_files("kmsconsole", "keys/views", "keys/forms", "audit/views", "accounts/views")
        if ".objects." in path.read_text()
    ]
    assert asked == []
