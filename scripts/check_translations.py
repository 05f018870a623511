#!/usr/bin/env python
"""Find visible text that nobody can translate, and strings that ko and vi do not have yet.

    python scripts/check_translations.py

Three looks, each at what a person would see:

- templates: text, and the attributes that are read out or shown, outside ``{% translate %}`` and
  ``{% blocktranslate %}``. Names that stay English everywhere are inside ``<code>`` or an element with
  ``translate="no"``.
- Python: labels and messages given to forms, fields and ``django.contrib.messages`` as plain strings.
- catalogues: a fresh ``makemessages`` in a copy of the tree; nothing may be missing, fuzzy or malformed afterwards.

Exit status 1 and one line per finding, ``path:line: text``.
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib

HOUSE = Path(__file__).resolve().parents[1]
LANGUAGES = ("ko", "vi")
SPOKEN_ATTRIBUTES = frozenset(
    {"alt", "aria-description", "aria-label", "label", "placeholder", "title", "data-confirm"}
)
UNTRANSLATED_ELEMENTS = frozenset({"code", "kbd", "samp", "script", "style"})
SPOKEN_ARGUMENTS = r"title|label|text|heading|header|description|placeholder|message|confirm|caption|hint|help|empty"
FILLER = "\ue000"  # what a template tag leaves behind
WORD = re.compile(r"[A-Za-z]{2,}")
# Product names, API actions and values are the same in every language (console 6).
NAMES = frozenset(
    {
        "AWS",
        "CLI",
        "CloudShell",
        "CloudTrail",
        "Decrypt",
        "Encrypt",
        "IAM",
        "KMS",
        "Python",
        "STS",
        "UTC",
        "false",
        "true",
    }
)

_HIDDEN = re.compile(
    r"\{#.*?#\}"
    r"|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}"
    r"|\{%\s*(blocktrans(?:late)?)\b.*?%\}.*?\{%\s*end\1\s*%\}"
    r"|<!--.*?-->|<!doctype[^>]*>"
    r"|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL | re.IGNORECASE,
)
# A literal handed to an included component, or shown instead of a missing value, must be _("marked") as well.
_PLAIN_ARGUMENT = re.compile(rf"""\{{%\s*include\b[^%]*?\b(?:{SPOKEN_ARGUMENTS})=(["'])(?P<text>[^"']*)\1""")
_PLAIN_DEFAULT = re.compile(r"""\|(?:default|default_if_none|yesno):(["'])(?P<text>[^"']*)\1""")

Finding = tuple[int, str]


class VisibleText(HTMLParser):
    """Collects what a browser would show of a template whose tags were removed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[Finding] = []
        self._open: list[tuple[str, bool]] = []  # element, whether its text stays as it is

    @property
    def _untranslated(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        untranslated = self._untranslated or tag in UNTRANSLATED_ELEMENTS or given.get("translate") == "no"
        if not untranslated:
            for name, value in attrs:
                is_button = tag == "input" and name == "value" and given.get("type") in ("submit", "button", "reset")
                if name in SPOKEN_ATTRIBUTES or is_button:
                    self._report(value or "")
        if tag not in ("area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"):
            self._open.append((tag, untranslated))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        # Branches of a template open an element twice and close it once, so an end tag without a start is no fault.
        for position in reversed(range(len(self._open))):
            if self._open[position][0] == tag:
                del self._open[position:]
                return

    def handle_data(self, data: str) -> None:
        if not self._untranslated:
            self._report(data)

    def _report(self, text: str) -> None:
        if set(WORD.findall(text)) - NAMES:
            skipped = text[: len(text) - len(text.lstrip())].count("\n")
            self.findings.append((self.getpos()[0] + skipped, " ".join(text.replace(FILLER, "…").split())))


def find_in_template(source: str) -> list[Finding]:
    """Return line and text of everything visible in a template that is not marked for translation."""
    reader = VisibleText()
    reader.feed(_HIDDEN.sub(lambda tag: FILLER + "\n" * tag[0].count("\n"), source))
    reader.close()
    findings = reader.findings
    for pattern in (_PLAIN_ARGUMENT, _PLAIN_DEFAULT):
        findings += [
            (source.count("\n", 0, match.start("text")) + 1, match["text"])
            for match in pattern.finditer(source)
            if match["text"][:1].isupper() and set(WORD.findall(match["text"])) - NAMES
        ]
    return sorted(findings)


def find_in_python(source: str) -> list[Finding]:
    """Return line and text of labels and messages that are plain strings."""
    findings = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        shown = [word.value for word in call.keywords if word.arg in ("label", "help_text", "empty_label")]
        match call.func:
            case ast.Attribute(value=ast.Name(id="messages"), attr="success" | "info" | "warning" | "error"):
                shown += call.args[1:2]
        findings += [
            (value.lineno, value.value)
            for value in shown
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and WORD.search(value.value)
        ]
    return sorted(findings)


def find_in_catalogues(house: Path) -> Iterator[str]:
    """Collect the strings anew in a copy of `house` and report what its catalogues lack."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "house"
        tracked = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=house,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        for name in tracked:
            if name and not name.startswith(("tests/", "static/")) and (house / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(house / name, copy / name)
        (copy / "static").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", *[f"--locale={language}" for language in LANGUAGES], "-v0"],
            cwd=copy,
            check=True,
        )
        for language in LANGUAGES:
            for path in sorted((copy / "locale" / language).rglob("*.po")):
                yield from find_in_catalogue(path, str(path.relative_to(copy)))


def find_in_catalogue(path: Path, name: str) -> Iterator[str]:
    """Report missing, fuzzy and malformed entries of one catalogue, and a compiled one that is out of date."""
    catalogue = polib.pofile(str(path))
    wanted = {}
    for entry in catalogue:
        if entry.obsolete:
            continue
        state = "fuzzy" if entry.fuzzy else "" if entry.translated() else "missing"
        if state:
            yield f"{name}: {state}: {entry.msgid!r} ({', '.join(file for file, _ in entry.occurrences[:2])})"
        wanted[entry.msgctxt, entry.msgid] = entry.msgstr or entry.msgstr_plural
    checked = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", str(path)], capture_output=True, text=True, check=False
    )
    if checked.returncode:
        yield f"{name}: {checked.stderr.strip()}"
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        yield f"{name}: not compiled; run: make messages"
        return
    held = {(entry.msgctxt, entry.msgid): entry.msgstr or entry.msgstr_plural for entry in polib.mofile(str(compiled))}
    stale = [msgid for (context, msgid), text in wanted.items() if text and held.get((context, msgid)) != text]
    if stale:
        yield f"{name}: the compiled catalogue is out of date, for example {stale[0]!r}; run: make messages"


def find_in_sources(house: Path) -> Iterator[str]:
    looks = [(path, find_in_template) for path in sorted((house / "templates").rglob("*.html"))]
    for package in ("accounts", "audit", "keys", "policies", "kmsconsole"):
        looks += [(path, find_in_python) for path in sorted((house / package).rglob("*.py"))]
    for path, find in looks:
        if "migrations" not in path.parts:
            for line, text in find(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(house)}:{line}: not marked for translation: {text}"


def main() -> int:
    findings = [*find_in_sources(HOUSE), *find_in_catalogues(HOUSE)]
    print("\n".join(findings) if findings else "check_translations: all visible text is marked and translated")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
