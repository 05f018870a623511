"""The service model, item by item, and what the committed results of the walks (tests/results) say of each item.

An item is named as docs/differences.toml names it: ``operation X``, ``request X.Member``, ``request X.Member=VALUE``,
``limit X.Member pattern``, ``error X.Error``, ``answer Structure.Member`` and ``value Enum=VALUE``.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core import service_model

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "tests" / "results"
DIFFERENCES = ROOT / "docs" / "differences.toml"
KINDS = ("operation", "request", "limit", "error", "answer", "value")
ONLY_A_RULE = "state_rules"  # walked without a request: nothing was answered

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry of docs/differences.toml."""

    id: str
    kind: str
    title: str
    text: str
    covers: tuple[str, ...] = ()

    def accounts_for(self, item: str) -> bool:
        return any(re.fullmatch(".*".join(map(re.escape, name.split("*"))), item) for name in self.covers)


@cache
def differences() -> tuple[Difference, ...]:
    with DIFFERENCES.open("rb") as file:
        entries = tomllib.load(file)["difference"]
    return tuple(Difference(**{**entry, "covers": tuple(entry.get("covers", ()))}) for entry in entries)


def tables() -> Tables:
    """Return every table of results: rows of cells."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}


# --- what there is ----------------------------------------------------------------------------------------------------
@cache
def items() -> tuple[str, ...]:
    """Return everything that the service model has, once each."""
    found: dict[str, None] = {}
    for name in service_model.operation_names():
        found[f"operation {name}"] = None
        found |= dict.fromkeys(_of_requests(name, service_model.input_shape(name), f"{name}."))
        found |= dict.fromkeys(f"error {name}.{error}" for error in declared_errors(name))
        output = service_model.output_shape(name)
        if output is not None:
            found |= dict.fromkeys(_of_answers(output))
    return tuple(found)


def declared_errors(operation: str) -> list[str]:
    return [error["shape"] for error in service_model.load_model()["operations"][operation].get("errors", ())]


def _of_requests(operation: str, structure: str, path: str) -> Iterator[str]:
    for member in service_model.shape(structure).get("required", ()):
        yield f"limit {path}{member} required"
    for member, shape_name in service_model.members(structure).items():
        yield f"request {path}{member}"
        yield from _of_request_values(operation, shape_name, f"{path}{member}")


def _of_request_values(operation: str, shape_name: str, path: str) -> Iterator[str]:
    shape = service_model.shape(shape_name)
    yield from (f"limit {path} {limit}" for limit in _limits(shape))
    yield from (f"request {path}={value}" for value in shape.get("enum", ()))
    if shape["type"] == "structure":
        yield from _of_requests(operation, shape_name, f"{path}.")
    elif shape["type"] == "list":
        yield from _of_request_values(operation, shape["member"]["shape"], f"{path}[]")
    elif shape["type"] == "map":
        yield from _of_request_values(operation, shape["value"]["shape"], f"{path}{{}}")


def _limits(shape: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what can be broken; a least length of 0 cannot."""
    length = "" if shape["type"] == "integer" else " length"
    if shape.get("min"):
        yield f"minimum{length}"
    if "max" in shape:
        yield f"maximum{length}"
    yield from (name for name in ("pattern", "enum") if name in shape)


def _of_answers(structure: str) -> Iterator[str]:
    for member, shape_name in service_model.members(structure).items():
        yield f"answer {structure}.{member}"
        inner, shape = shape_name, service_model.shape(shape_name)
        while shape["type"] == "list":
            inner = shape["member"]["shape"]
            shape = service_model.shape(inner)
        yield from (f"value {inner}={value}" for value in shape.get("enum", ()))
        if shape["type"] == "structure":
            yield from _of_answers(inner)


# --- what was seen ----------------------------------------------------------------------------------------------------
def seen_items(results: Tables) -> set[str]:
    """Return the items that some test has seen, by the results."""
    seen = {f"operation {name}" for name, cells in results["audit"].items() if "permitted" in cells}
    for name, cells in results["members"].items():
        for cell in cells:
            side, _, what = cell.partition(" ")
            if side == "request":
                seen.add(f"request {name}.{what}")
            else:
                seen.add(f"{'value' if '=' in what else 'answer'} {what}")
    for name, cells in results["constraints"].items():
        seen |= {f"limit {name}.{cell}" for cell in cells}
    for table, rows in results.items():
        if table != ONLY_A_RULE:
            seen |= {f"error {row.split()[0]}.{error}" for row, cells in rows.items() for error in _errors_of(cells)}
    return seen


def _errors_of(cells: Mapping[str, str]) -> set[str]:
    """Return the codes in a row: a walk that provokes errors names them as cells, the others as answers."""
    return {name for pair in cells.items() for name in pair if name.endswith("Exception")}
