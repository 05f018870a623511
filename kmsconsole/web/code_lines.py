"""Split code into lines with its parts marked, for the code view."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# A string (a property name if a colon follows), a number, a word of JSON; everything else is plain.
JSON_PART = re.compile(
    r'(?P<property>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<constant>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b)"
)


def _json_line(line: str) -> SafeString:
    parts, end = [], 0
    for match in JSON_PART.finditer(line):
        parts.append(escape(line[end : match.start()]))
        parts.append(format_html('<span class="code-{}">{}</span>', match.lastgroup, match.group()))
        end = match.end()
    parts.append(escape(line[end:]))
    return mark_safe("".join(parts))  # noqa: S308 — every part was escaped


def code_lines(text: str, language: str) -> list[SafeString]:
    """Return one escaped piece of markup per line; only ``json`` has colours."""
    lines = text.splitlines() or [""]
    return [_json_line(line) if language == "json" else escape(line) for line in lines]
