"""What the footer links to: licences, feedback, privacy, terms, cookies. Signed-out people may read them too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kmsconsole.web.components import Column, Crumb
from kmsconsole.web.pages.licences import python_packages, vendored

# Name of each cookie and what it is for; none is for advertising or counting visitors.
COOKIES: tuple[tuple[str, str | Promise], ...] = (
    (settings.SESSION_COOKIE_NAME, gettext_lazy("Keeps you signed in; ends with the session.")),
    (settings.CSRF_COOKIE_NAME, gettext_lazy("Protects forms against requests from other sites.")),
    (settings.LANGUAGE_COOKIE_NAME, gettext_lazy("The language you chose.")),
    ("kms_mode", gettext_lazy("The visual mode you chose.")),
    ("kms_navigation", gettext_lazy("Whether the side navigation is open.")),
    ("kms_density", gettext_lazy("Whether tables are compact.")),
    ("kms_keys_list, kms_events", gettext_lazy("Columns and page sizes of the lists.")),
    ("kms_account", gettext_lazy("The account you signed in to last.")),
    ("kms_default_region", gettext_lazy("The Region that the console opens in.")),
)


@require_GET
def licences(request: HttpRequest) -> HttpResponse:
    """Third-party licences."""
    columns = [Column(_("Name")), Column(_("Version")), Column(_("Licence"))]
    context = {
        "breadcrumbs": [Crumb(_("Third-party licences"))],
        "vendored": vendored(),
        "vendored_columns": [*columns, Column(_("Purpose")), Column(_("Texts"))],
        "packages": python_packages(),
        "columns": columns,
    }
    return render(request, "console/licences.html", context)


@require_GET
def feedback(request: HttpRequest) -> HttpResponse:
    return render(request, "console/feedback.html", {"breadcrumbs": [Crumb(_("Feedback"))]})


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "console/privacy.html", {"breadcrumbs": [Crumb(_("Privacy"))]})


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "console/terms.html", {"breadcrumbs": [Crumb(_("Terms"))]})


@require_GET
def cookies(request: HttpRequest) -> HttpResponse:
    """Every cookie of the console: all are needed for what was asked for, so there is nothing to refuse."""
    context = {
        "breadcrumbs": [Crumb(_("Cookie preferences"))],
        "columns": [Column(_("Name")), Column(_("Purpose"))],
        "cookies": COOKIES,
    }
    return render(request, "console/cookies.html", context)
