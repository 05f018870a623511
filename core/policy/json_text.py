"""JSON as policies need it: duplicate members are refused, numbers keep the spelling they were sent with."""

import json
from typing import NoReturn


class NumberText(str):
    """A JSON number in its own spelling. In a condition it equals the string of the same spelling."""

    __slots__ = ()


class InvalidJson(ValueError):
    """Not JSON, or an object with the same member twice."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("duplicate member")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(name)


def read_json(text: str) -> object:
    """Parse JSON into dict, list, str, NumberText, bool and None.

    Raises InvalidJson: not JSON, a duplicate member, NaN or Infinity, or nested deeper than the parser goes.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=NumberText,
            parse_float=NumberText,
            parse_constant=_refuse_constant,
        )
    except InvalidJson:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidJson(str(error)) from error


def write_string(text: str) -> str:
    """A JSON string within the character set of policies: everything above U+00FF is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    if all(character <= "\u00ff" and character != "\u007f" for character in quoted):
        return quoted
    return "".join(c if c <= "\u00ff" else json.dumps(c)[1:-1] for c in quoted)
