"""Text patterns with ``*``, ``?`` and policy variables.

A pattern is a sequence of tokens: literal text, ``*``, ``?`` or a variable. Substituted text is literal, so a wildcard
in a tag value never widens a policy (authorization 4.6). Matching is linear in the text for each ``*``; no regular
expression is ever built from the text of a policy.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Wildcard(Enum):
    ANY_RUN = auto()
    ANY_ONE = auto()


@dataclass(frozen=True, slots=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``; ``key`` is in lower case."""

    key: str
    default: str | None


Token = str | Wildcard | Variable
LookUp = Callable[[str], str | None]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_SPECIAL = frozenset("*?$")


class Glob:
    """A pattern without variables, ready to match."""

    __slots__ = ("_first", "_last", "_middle", "literal", "tokens")

    def __init__(self, tokens: Sequence[str | Wildcard]) -> None:
        self.tokens = tuple(tokens)
        runs: list[list[str | Wildcard]] = [[]]
        for token in tokens:
            if token is Wildcard.ANY_RUN:
                runs.append([])
            elif token:
                runs[-1].append(token)
        segments = [_Segment(run) for run in runs]
        self.literal: str | None = None
        if len(segments) == 1 and segments[0].text is not None:
            self.literal = segments[0].text
        self._first = segments[0]
        self._last = segments[-1] if len(segments) > 1 else None
        self._middle = tuple(segment for segment in segments[1:-1] if segment.length)

    def matches(self, text: str) -> bool:
        if self.literal is not None:
            return text == self.literal
        first, last = self._first, self._last
        if last is None:
            return len(text) == first.length and first.fits(text, 0)
        end = len(text) - last.length
        if end < first.length or not first.fits(text, 0) or not last.fits(text, end):
            return False
        position = first.length
        for segment in self._middle:
            position = segment.find(text, position, end)
            if position < 0:
                return False
            position += segment.length
        return True


class _Segment:
    """What stands between two ``*``: literal text and ``?``."""

    __slots__ = ("length", "parts", "text")

    def __init__(self, run: Sequence[str | Wildcard]) -> None:
        parts: list[tuple[int, str]] = []
        length = 0
        for token in run:
            if isinstance(token, str):
                parts.append((length, token))
                length += len(token)
            else:
                length += 1
        self.length = length
        self.parts = tuple(parts)
        self.text: str | None = None
        if all(isinstance(token, str) for token in run):
            self.text = "".join(text for _, text in parts)

    def fits(self, text: str, at: int) -> bool:
        return all(text.startswith(part, at + offset) for offset, part in self.parts)

    def find(self, text: str, start: int, end: int) -> int:
        if self.text is not None:
            return text.find(self.text, start, end)
        for at in range(start, end - self.length + 1):
            if self.fits(text, at):
                return at
        return -1


class Template:
    """A pattern that needs the request before it can match: it contains variables."""

    __slots__ = ("tokens",)

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tuple(tokens)

    def substitute(self, look_up: LookUp) -> Glob | None:
        """Fill in the variables; ``None`` if one of them has neither a value nor a default."""
        filled: list[str | Wildcard] = []
        for token in self.tokens:
            if isinstance(token, Variable):
                value = look_up(token.key)
                if value is None:
                    value = token.default
                if value is None:
                    return None
                filled.append(value)
            else:
                filled.append(token)
        return Glob(filled)


def tokenize(text: str, *, variables: bool, wildcards: bool) -> list[Token]:
    """Split a pattern into tokens. Without ``variables`` a ``${`` is plain text, without ``wildcards`` so is ``*``."""
    tokens: list[Token] = []
    start = 0
    if variables and "${" in text:
        for found in _VARIABLE.finditer(text):
            token = _parse_variable(found[1])
            if token is not None:
                tokens += _literal(text[start : found.start()], wildcards)
                tokens.append(token)
                start = found.end()
    return tokens + _literal(text[start:], wildcards)


def _parse_variable(text: str) -> str | Variable | None:
    """What stands between the braces; ``None`` if it is no variable and stays as written."""
    key, comma, rest = text.partition(",")
    key, quoted = key.strip(), rest.strip()
    if key in _SPECIAL and not comma:
        return key
    if not key or "'" in key:
        return None
    if not comma:
        return Variable(key.lower(), None)
    default = quoted[1:-1]
    if len(quoted) < 2 or quoted[0] != "'" or quoted[-1] != "'" or "'" in default:
        return None
    return Variable(key.lower(), default)


def _literal(text: str, wildcards: bool) -> list[Token]:
    if not wildcards:
        return [text] if text else []
    tokens: list[Token] = []
    for part in re.split(r"([*?])", text):
        if part == "*":
            tokens.append(Wildcard.ANY_RUN)
        elif part == "?":
            tokens.append(Wildcard.ANY_ONE)
        elif part:
            tokens.append(part)
    return tokens


def build_pattern(tokens: Sequence[Token]) -> Glob | Template:
    """Make the tokens ready to match."""
    if any(isinstance(token, Variable) for token in tokens):
        return Template(tokens)
    return Glob([token for token in tokens if not isinstance(token, Variable)])


def parse_glob(text: str) -> Glob:
    """Parse a pattern with wildcards and without variables."""
    return Glob([token for token in tokenize(text, variables=False, wildcards=True) if not isinstance(token, Variable)])


def parse_resource_pattern(text: str, *, variables: bool) -> Glob | Template:
    """Parse a ``Resource`` element. Variables count after the fifth colon only (authorization 4.6)."""
    head, tail = "", text
    if variables:
        parts = text.split(":", 5)
        if len(parts) == 6:
            head, tail = ":".join(parts[:5]) + ":", parts[5]
        else:
            head, tail = text, ""
    return build_pattern(
        tokenize(head, variables=False, wildcards=True) + tokenize(tail, variables=variables, wildcards=True)
    )


def split_arn_tokens(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split the tokens of an ARN pattern into components, at most six; colons inside variables do not count."""
    components: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            components[-1].append(token)
            continue
        pieces = token.split(":", 6 - len(components))
        for index, piece in enumerate(pieces):
            if index:
                components.append([])
            if piece:
                components[-1].append(piece)
    return components
