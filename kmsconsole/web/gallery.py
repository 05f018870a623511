"""Pages with every component, for development and tests; they exist only with KMS_GALLERY=1."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kmsconsole.web.components import (
    Column,
    Crumb,
    FilterProperty,
    Flash,
    MenuGroup,
    MenuItem,
    Option,
    Pages,
    Step,
    Tab,
    Token,
)


@require_GET
def states(request: HttpRequest) -> HttpResponse:
    """All flashes, alerts, buttons, badges, statuses and field states (reference picture 26)."""
    kinds = ("success", "error", "warning", "info")
    flashes = [Flash(kind, f"flash {kind}", header="Header", dismissible=True) for kind in kinds]
    flashes.append(Flash("in-progress", "flash in-progress", header="Header", dismissible=False))
    context = {
        "breadcrumbs": [Crumb("KMS", "#"), Crumb("Customer managed keys", "#"), Crumb("Component states")],
        "help_topic": "customer-managed-keys",
        "active_nav": "customer-managed-keys",
        "flashes": flashes,
        "kinds": kinds,
        "statuses": (*kinds, "stopped", "pending", "in-progress", "loading", "not-started"),
        "colours": ("blue", "grey", "green", "red"),
        "menu": [MenuItem("First", href="#first"), MenuItem("Second", href="#second")],
    }
    return render(request, "gallery.html", context)


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every other component, with what tests need to press."""
    steps = [Step("Configure key", "#1"), Step("Add labels"), Step("Review", optional=True)]
    context = {
        "breadcrumbs": [Crumb("KMS", "#"), Crumb("Components")],
        "steps": steps,
        "active_nav": "customer-managed-keys",
        "tabs": [Tab("one", "First tab", "?tab=one"), Tab("two", "Second tab", "?tab=two")],
        "active_tab": "two" if request.GET.get("tab") == "two" else "one",
        "columns": [Column("Name", sort="name"), Column("Path"), Column("Type", sort="type")],
        "sort": request.GET.get("sort", "name"),
        "rows": [("auditor", "/", "User"), ("deploy", "/ci/", "Role"), ("reader", "/", "User")],
        "pages": Pages(2, 12),
        "tokens": [Token("User", "?", "Type", "="), Token("auditor", "?")],
        "properties": [FilterProperty("type", "Type", ["User", "Role"]), FilterProperty("path", "Path", ["/", "/ci/"])],
        "menu": [
            MenuItem("Enable", disabled=True, reason="All selected keys are enabled."),
            MenuItem("Disable", attrs={"data-open-modal": "sample-modal"}),
            MenuGroup("More", [MenuItem("Documentation", href="#documentation")]),
        ],
        "options": [
            Option("a", "Symmetric", "One secret key for both directions."),
            Option("b", "Asymmetric", "A pair of keys."),
            Option("c", "Not here", "Cannot be chosen.", disabled=True),
        ],
        "chosen_options": [Option("a", "Symmetric")],
        "chosen_values": ["a"],
        "tag_rows": [{"key": "Department", "value": "Sales"}],
        "account_rows": [{"value": "444455556666"}],
        "policy": '{\n  "Version": "2012-10-17",\n  "Statement": []\n}',
    }
    return render(request, "gallery_components.html", context)
