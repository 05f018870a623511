"""The words of the JSON editor, which a vendored script shows: here so that they are translated with the rest."""

import json
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The editor's own texts: scripts/code_editor.mjs hands the words of the page's language to it.
PHRASES: Mapping[str, str | Promise] = {
    "Fold line": _("Fold line"),
    "Unfold line": _("Unfold line"),
    "folded code": _("folded code"),
    "unfold": _("unfold"),
    "Find": _("Find"),
    "Replace": _("Replace"),
    "next": _("next"),
    "previous": _("previous"),
    "all": _("all"),
    "match case": _("match case"),
    "by word": _("by word"),
    "regexp": _("regexp"),
    "replace": _("replace"),
    "replace all": _("replace all"),
    "close": _("close"),
    "current match": _("current match"),
    "on line": _("on line"),
    "Go to line": _("Go to line"),
    "go": _("go"),
    "Diagnostics": _("Findings"),
    "No diagnostics": _("No findings"),
    "Completions": _("Completions"),
}


def phrases() -> str:
    """Return the words in the language of the page, as JSON."""
    return json.dumps({english: str(words) for english, words in PHRASES.items()}, ensure_ascii=False)
