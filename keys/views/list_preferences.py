"""How somebody wants to see the list of keys: page size, wrapping, columns. Kept in a cookie of their browser."""

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
from kmsconsole.web.numbers import whole_number
from kmsconsole.web.preferences import YEAR
from kmsconsole.web.shell import DENSITY_COOKIE
from kmsconsole.web.way_back import way_back

COOKIE = "kms_keys_list"
PAGE_SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20
LAST_USED = "last-used"
# Column: label, sort key, whether it is shown to begin with. Source: console.md 2.4.
COLUMNS: Mapping[str, tuple[str | Promise, str, bool]] = {
    "aliases": (_("Aliases"), "alias", True),
    "key-id": (_("Key ID"), "key-id", True),
    "status": (_("Status"), "", True),
    "type": (_("Key type"), "type", True),
    "spec": (_("Key spec"), "", True),
    "usage": (_("Key usage"), "", True),
    LAST_USED: (_("Last used"), "", False),
    "created": (_("Creation date"), "", False),
    "description": (_("Description"), "", False),
    "origin": (_("Origin"), "", False),
    "regionality": (_("Regionality"), "", False),
    "expires": (_("Expiration date"), "", False),
}
FIXED = ("aliases", "key-id")


@dataclass(frozen=True, slots=True)
class ListPreferences:
    size: int = DEFAULT_SIZE
    wrap: bool = False
    columns: tuple[str, ...] = tuple(key for key, (_label, _sort, shown) in COLUMNS.items() if shown)

    @property
    def shown_columns(self) -> list[Column]:
        return [Column(label, sort=sort, key=key) for key, (label, sort, _) in COLUMNS.items() if key in self.columns]

    @property
    def choices(self) -> list[dict[str, object]]:
        """What the preferences dialog offers."""
        return [
            {"key": key, "label": label, "visible": key in self.columns, "fixed": key in FIXED}
            for key, (label, _sort, _shown) in COLUMNS.items()
        ]


def read_preferences(request: HttpRequest) -> ListPreferences:
    """Return what the cookie says; anything else in it counts for nothing."""
    stored = parse_qs(request.COOKIES.get(COOKIE, ""))
    if not stored:
        return ListPreferences()
    return _preferences(stored.get("size", []), bool(stored.get("wrap")), stored.get("columns", []))


def _preferences(size: list[str], wrap: bool, columns: list[str]) -> ListPreferences:
    chosen = whole_number(size[0]) if size else None
    shown = tuple(key for key in COLUMNS if key in columns or key in FIXED)
    return ListPreferences(chosen if chosen in PAGE_SIZES else DEFAULT_SIZE, wrap, shown)


@signed_in
@require_POST
def save_list_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the preferences and show the list again, from its first page."""
    form = request.POST
    wanted = _preferences(form.getlist("page_size"), bool(form.get("wrap")), form.getlist("columns"))
    response = HttpResponseRedirect(way_back(request, request.GET.get("next", ""), link("keys:list")))
    value = {"size": wanted.size, "columns": wanted.columns, **({"wrap": "1"} if wanted.wrap else {})}
    density = "compact" if form.get("compact") else "comfortable"
    for name, text in ((COOKIE, urlencode(value, doseq=True)), (DENSITY_COOKIE, density)):
        response.set_cookie(name, text, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
