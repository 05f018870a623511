"""Console home: the services of this installation. Source: console.md 1.2."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kmsconsole.web.components import Crumb
from kmsconsole.web.door import signed_in
from kmsconsole.web.shell import Shell

MAIN_SERVICE = "Key Management Service"


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A tile for each service; more only where there is more."""
    services = sorted(Shell(request).services, key=lambda service: service["name"] != MAIN_SERVICE)
    return render(request, "console/home.html", {"breadcrumbs": [Crumb(_("Console home"))], "services": services})
