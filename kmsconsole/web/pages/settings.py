"""Unified settings: language, visual mode, default Region. Source: console.md 1.2."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kmsconsole.web import flash
from kmsconsole.web.components import Crumb, Flash
from kmsconsole.web.door import DEFAULT_REGION_COOKIE, REGION_KEY, default_region, signed_in
from kmsconsole.web.navigation import link
from kmsconsole.web.preferences import YEAR
from kmsconsole.web.regions import region


@signed_in
@require_GET
def user_settings(request: HttpRequest) -> HttpResponse:
    """The settings of this browser."""
    chosen = default_region(request)
    context = {
        "breadcrumbs": [Crumb(_("Settings"))],
        "regions": [(region(code), code == chosen) for code in settings.KMS_REGIONS],
    }
    return render(request, "console/settings.html", context)


@signed_in
@require_POST
def set_region(request: HttpRequest) -> HttpResponse:
    """Keep the Region that the console opens in; one that is not offered changes nothing."""
    code = request.POST.get("default_region", "")
    response = redirect(link("console:settings"))
    if code in settings.KMS_REGIONS:
        request.session[REGION_KEY] = code
        response.set_cookie(DEFAULT_REGION_COOKIE, code, max_age=YEAR, samesite="Lax", secure=request.is_secure())
        text = _("The console now opens in %(region)s.") % {"region": region(code).name}
        flash.add(request, Flash("success", text))
    return response
