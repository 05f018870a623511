"""Where the parts of a JSON text stand, so that a finding about a policy can point at its line and column."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Member names and list indexes from the root; ``()`` is the whole document."""

# A policy needs eight. Each part keeps its whole path, so without a bound a megabyte of brackets would fill the memory.
DEEPEST = 32

_TOKEN = re.compile(r'[{}\[\],]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column, both from 1; columns count characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class JsonPositions:
    """Offsets of values and of member names, and every member that repeats a name of its object."""

    text: str = field(repr=False)
    values: Mapping[Path, int]
    names: Mapping[Path, int]
    repeated: tuple[tuple[Path, int], ...]

    def of_value(self, path: Path) -> Position:
        """Return where a value begins; the nearest enclosing one that exists, if there is none at the path."""
        while path and path not in self.values:
            path = path[:-1]
        return position(self.text, self.values.get(path, 0))

    def of_name(self, path: Path) -> Position:
        """Return where a member's name begins; its object if there is no such member."""
        return position(self.text, self.names[path]) if path in self.names else self.of_value(path[:-1])


def position(text: str, offset: int) -> Position:
    """Return line and column of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return Position(text.count("\n", 0, offset) + 1, offset - start + 1)


@dataclass(slots=True)
class _Open:
    """An object or list that is not closed yet; ``key`` is the member or index that comes next."""

    path: Path
    key: str | int | None

    def advance(self) -> None:
        self.key = self.key + 1 if isinstance(self.key, int) else None


def locate(text: str) -> JsonPositions:
    """Find the parts of a text that a JSON parser accepts. Nothing is promised for any other text.

    Raises ValueError for objects and lists nested deeper than :data:`DEEPEST`.
    """
    values: dict[Path, int] = {}
    names: dict[Path, int] = {}
    repeated: list[tuple[Path, int]] = []
    stack: list[_Open] = []
    for match in _TOKEN.finditer(text):
        mark, offset = match.group(), match.start()
        if mark in "}]":
            stack.pop()
        elif mark == ",":
            stack[-1].advance()
        elif stack and stack[-1].key is None:
            inside = stack[-1]
            inside.key = str(json.loads(mark))
            path = (*inside.path, inside.key)
            if path in names:
                repeated.append((path, offset))
            names[path] = offset
        else:
            path = (*stack[-1].path, stack[-1].key) if stack and stack[-1].key is not None else ()
            values[path] = offset
            if mark in "{[":
                if len(stack) == DEEPEST:
                    raise ValueError(f"Nested deeper than {DEEPEST} levels.")
                stack.append(_Open(path, None if mark == "{" else 0))
    return JsonPositions(text, values, names, tuple(repeated))
