"""How somebody wants to see the event history: page size, columns, time zone. Kept in a cookie of their browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kmsconsole.web.components import Column
from kmsconsole.web.door import signed_in
from kmsconsole.web.navigation import link
from kmsconsole.web.preferences import YEAR
from kmsconsole.web.shell import DENSITY_COOKIE
from kmsconsole.web.way_back import way_back

COOKIE = "kms_events"
PAGE_SIZES = (10, 25, 50)
DEFAULT_SIZE = 25
# Column: label, and whether it is shown to begin with. Source: console.md 4.2.
COLUMNS: Mapping[str, tuple[str | Promise, bool]] = {
    "name": (_("Event name"), True),
    "time": (_("Event time"), True),
    "user": (_("User name"), True),
    "source": (_("Event source"), True),
    "resource-type": (_("Resource type"), True),
    "resource-name": (_("Resource name"), True),
    "access-key": (_("AWS access key"), False),
    "region": (_("AWS region"), False),
    "error": (_("Error code"), False),
    "event-id": (_("Event ID"), False),
    "read-only": (_("Read-only"), False),
    "request-id": (_("Request ID"), False),
    "address": (_("Source IP address"), False),
}
FIXED = ("name",)


@dataclass(frozen=True, slots=True)
class EventPreferences:
    size: int = DEFAULT_SIZE
    wrap: bool = False
    striped: bool = False
    local_time: bool = False
    columns: tuple[str, ...] = tuple(key for key, (_label, shown) in COLUMNS.items() if shown)

    @property
    def shown_columns(self) -> list[Column]:
        return [Column(label, key=key) for key, (label, _shown) in COLUMNS.items() if key in self.columns]

    @property
    def choices(self) -> list[dict[str, object]]:
        """What the preferences dialog offers."""
        return [
            {"key": key, "label": label, "visible": key in self.columns, "fixed": key in FIXED}
            for key, (label, _shown) in COLUMNS.items()
        ]


def read_preferences(request: HttpRequest) -> EventPreferences:
    """Return what the cookie says; anything else in it counts for nothing."""
    stored = parse_qs(request.COOKIES.get(COOKIE, ""))
    return _preferences(stored) if stored else EventPreferences()


def _preferences(given: Mapping[str, list[str]]) -> EventPreferences:
    size = (given.get("size") or [""])[0]
    columns = given.get("columns", [])
    return EventPreferences(
        size=int(size) if size in map(str, PAGE_SIZES) else DEFAULT_SIZE,
        wrap=bool(given.get("wrap")),
        striped=bool(given.get("striped")),
        local_time=given.get("time") == ["local"],
        columns=tuple(key for key in COLUMNS if key in columns or key in FIXED),
    )


@signed_in
@require_POST
def save_event_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the preferences and show the history again."""
    form = request.POST
    given = {name: form.getlist(name) for name in ("wrap", "striped", "time", "columns")}
    wanted = _preferences({"size": form.getlist("page_size"), **given})
    response = HttpResponseRedirect(way_back(request, request.GET.get("next", ""), link("audit:events")))
    value = {"size": wanted.size, "columns": wanted.columns, "time": "local" if wanted.local_time else "utc"}
    value |= {name: "1" for name in ("wrap", "striped") if getattr(wanted, name)}
    density = "compact" if form.get("compact") else "comfortable"
    for name, text in ((COOKIE, urlencode(value, doseq=True)), (DENSITY_COOKIE, density)):
        response.set_cookie(name, text, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
