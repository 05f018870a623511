"""Views of the frame itself: visual mode and help topics."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from kmsconsole.web.shell import MODE_COOKIE, MODES
from kmsconsole.web.way_back import way_back

YEAR = 365 * 24 * 3600  # seconds


def safe_next(request: HttpRequest) -> str:
    """Return the page to go back to: the form's ``next`` if it is on this host, else the console home."""
    return way_back(request, request.POST.get("next", ""), "/")


@require_POST
def set_mode(request: HttpRequest) -> HttpResponse:
    """Keep the visual mode in a cookie, so that the server renders it; a mode it does not know changes nothing."""
    response = HttpResponseRedirect(safe_next(request))
    mode = request.POST.get("mode", "")
    if mode in MODES:
        response.set_cookie(MODE_COOKIE, mode, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_GET
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One topic of the help panel, as a fragment."""
    return render(request, "help/fragment.html", {"topic": topic})
