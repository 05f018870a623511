"""A key policy as plain JSON, for the statement panel: what it lists, and how an element gets one text more."""

import json
from collections.abc import Iterator
from typing import Any

from core.policy.json_positions import locate

Statement = dict[str, Any]


def read_document(text: str) -> Statement | None:
    """Return the document if the panel can work on it: an object with a list (or one object) of statements."""
    try:
        document = json.loads(text)
        positions = locate(text)
    except (ValueError, RecursionError):
        return None
    # Of two members with one name the parser keeps the last; writing the document back would lose the other.
    if not isinstance(document, dict) or positions.repeated:
        return None
    statements = document.setdefault("Statement", [])
    if isinstance(statements, dict):
        document["Statement"] = statements = [statements]
    return document if isinstance(statements, list) and all(isinstance(each, dict) for each in statements) else None


def statements_of(document: Statement) -> list[Statement]:
    statements: list[Statement] = document["Statement"]
    return statements


def has_statement(document: Statement, index: int | None) -> bool:
    return index is not None and index < len(statements_of(document))


def texts_of(value: object) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def with_text(value: object, text: str) -> object:
    texts = [*dict.fromkeys([*texts_of(value), text])]
    return texts[0] if len(texts) == 1 else texts


def principal_texts(principal: object) -> Iterator[str]:
    if isinstance(principal, dict):
        for value in principal.values():
            yield from texts_of(value)
    else:
        yield from texts_of(principal)


def condition_texts(conditions: object) -> Iterator[str]:
    if isinstance(conditions, dict):
        for operator, tests in conditions.items():
            if isinstance(tests, dict):
                for key, value in tests.items():
                    yield f"{operator} {key}: {', '.join(texts_of(value))}"
