"""What this service does of AWS KMS, and what it does otherwise: docs/conformance.json, which the tests' results make.

The page is chrome around that file. Its titles are translated; the differences stand in English, as in the document.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from kmsconsole.web.components import Column, Crumb, Tab
from kmsconsole.web.navigation import link

OPERATIONS, DIFFERENCES, TESTS = "operations", "differences", "tests"
# Titles of the file, as scripts/make_conformance.py words them: written here so that they are translated.
TITLES = frozenset(
    {
        gettext_noop("Operations"),
        gettext_noop("Members of requests, and their enum values"),
        gettext_noop("Constraints of requests"),
        gettext_noop("Errors that operations declare"),
        gettext_noop("Members of answers"),
        gettext_noop("Enum values of answers"),
        gettext_noop("Cryptographic operation × key spec and usage × algorithm"),
        gettext_noop("UpdateAlias: kind of the old key × kind of the new one"),
        gettext_noop("Operation × golden record of the audit trail"),
        gettext_noop("Operation × boto3 against the running service"),
        gettext_noop("Operation on a key × condition key of policies, met and not met"),
        gettext_noop("Operation × constraint and JSON type of each member, broken once"),
        gettext_noop("CreateKey: key spec × usage × origin × Regions"),
        gettext_noop("Operation × error that it declares"),
        gettext_noop("CreateGrant: kind of key × operation granted"),
        gettext_noop("Operation × key spec and usage"),
        gettext_noop("Operation × member and enum value of request and answer"),
        gettext_noop("Sign and Verify: kind of key × algorithm × message type"),
        gettext_noop("Operation × origin × key state, as a rule"),
        gettext_noop("Operation × origin × key state, with a key in that state"),
        gettext_noop("Imported material: kind of key × wrapping algorithm and key spec"),
        gettext_noop("Not in this version"),
        gettext_noop("Done differently on purpose"),
        gettext_noop("What AWS does is not known"),
        gettext_noop("In the service model, and as on AWS"),
    }
)


@cache
def read_conformance() -> Mapping[str, Any]:
    """Return the file's content; it is part of the installation and changes with it only."""
    path = Path(settings.BASE_DIR) / "docs" / "conformance.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@require_GET
def conformance(request: HttpRequest) -> HttpResponse:
    """Show one of three tabs: the operations, the differences, what was tested."""
    found = read_conformance()
    asked = request.GET.get("tab", "")
    labels = {OPERATIONS: _("Operations"), DIFFERENCES: _("Differences from AWS"), TESTS: _("What was tested")}
    active = asked if asked in labels else OPERATIONS
    names = {entry["id"]: entry["title"] for section in found["differences"] for entry in section["entries"]}
    context = {
        "breadcrumbs": [Crumb(_("Conformance"))],
        "help_topic": "conformance",
        "conformance": found,
        "implemented": sum(each["implemented"] for each in found["operations"]),
        "difference_count": len(names),
        "operations": [
            {**each, "differences": [(name, names[name]) for name in each["differences"]]}
            for each in found["operations"]
        ],
        "differences_href": link("console:conformance", tab=DIFFERENCES),
        "active": active,
        "tabs": [Tab(name, label, link("console:conformance", tab=name)) for name, label in labels.items()],
        "operation_columns": [
            Column(_("Operation")),
            Column(_("Implemented")),
            Column(_("Key states")),
            Column(_("Errors")),
            Column(_("Audit record")),
            Column(_("Differences from AWS")),
        ],
        "item_columns": [
            Column(_("Of the service model")),
            Column(_("Items")),
            Column(_("Seen in a test")),
            Column(_("Accounted for")),
        ],
        "table_columns": [Column(_("Table")), Column(_("Rows")), Column(_("Cells"))],
    }
    return render(request, "console/conformance.html", context)
