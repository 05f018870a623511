"""The context of the frame around every page: navigation, Region, language, colour mode, account, messages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import REGION_KEY, current_region
from kmsconsole.web.navigation import SERVICES, TITLES, Service, link, service_of
from kmsconsole.web.regions import Region, grouped, region

MODE_COOKIE, NAVIGATION_COOKIE, DENSITY_COOKIE = "kms_mode", "kms_navigation", "kms_density"
MODES: dict[str, str | Promise] = {"auto": _("Browser default"), "light": _("Light"), "dark": _("Dark")}


def remember_region(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the Region that a signed-in person last asked for is the one that pages without ``?region=`` show."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("region", "")
        if asked in settings.KMS_REGIONS and request.user.is_authenticated and request.session.get(REGION_KEY) != asked:
            request.session[REGION_KEY] = asked
        return get_response(request)

    return middleware


def dashed(account_id: str) -> str:
    """Write an account ID as the console does: ``1111-2222-3333``."""
    return "-".join((account_id[:4], account_id[4:8], account_id[8:])) if len(account_id) == 12 else account_id


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link of the frame, ready for a template."""

    key: str
    label: str | Promise
    href: str
    active: bool = False


class Shell:
    """Everything base.html needs; worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.region: Region = region(current_region(request))
        mode = request.COOKIES.get(MODE_COOKIE, "auto")
        self.mode_choice = mode if mode in MODES else "auto"
        self.mode = "dark" if self.mode_choice == "dark" else "light"
        self.navigation_open = request.COOKIES.get(NAVIGATION_COOKIE) != "closed"
        self.density = "compact" if request.COOKIES.get(DENSITY_COOKIE) == "compact" else "comfortable"

    @property
    def help_open(self) -> bool:
        return "help" in self.request.GET

    @property
    def help_url(self) -> str:
        """Where console.js fetches help topics: the topic replaces the last part."""
        return link("help", "topic")

    @property
    def language_url(self) -> str:
        return link("set_language")

    @property
    def mode_url(self) -> str:
        return link("set_mode")

    @property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        """The languages of the console: code, name in itself, and whether it is the page's."""
        return [
            {"code": code, "name": get_language_info(code)["name_local"], "active": code == self.language}
            for code, _name in settings.LANGUAGES
        ]

    @property
    def modes(self) -> list[dict[str, Any]]:
        return [{"key": key, "label": label, "active": key == self.mode_choice} for key, label in MODES.items()]

    @cached_property
    def service(self) -> Service | None:
        return service_of(self.request.path)

    @property
    def service_title(self) -> str | Promise:
        return TITLES[self.service.key] if self.service else ""

    @property
    def service_href(self) -> str:
        return link(self.service.url_name, region=self.region.code) if self.service else ""

    @cached_property
    def navigation(self) -> list[NavLink]:
        """The side navigation of the page's service."""
        if not self.service:
            return []
        active = self.service.active_page(self.request.path)
        code = self.region.code
        return [NavLink(p.key, p.label, link(p.url_name, region=code), p.key == active) for p in self.service.pages]

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """All services, by name."""
        code = self.region.code
        return [
            {
                "name": s.name,
                "category": s.category,
                "description": s.description,
                "href": link(s.url_name, region=code),
            }
            for s in SERVICES
        ]

    @property
    def region_is_global(self) -> bool:
        return bool(self.service and self.service.is_global)

    @cached_property
    def region_groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The Region menu: each Region with the address of this page in it."""
        query = self.request.GET.copy()

        def entry(item: Region) -> dict[str, Any]:
            query["region"] = item.code
            href = f"{self.request.path}?{query.urlencode()}"
            return {"code": item.code, "name": item.name, "active": item.code == self.region.code, "href": href}

        return [(area, [entry(item) for item in items]) for area, items in grouped(settings.KMS_REGIONS)]

    @cached_property
    def user(self) -> dict[str, str] | None:
        """The signed-in principal, or None; attributes that it does not have are left out."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        name = str(getattr(user, "name", "") or user.get_username())
        account_id = str(getattr(user, "account_id", "") or "")
        alias = str(getattr(user, "account_alias", "") or "")
        account = alias or dashed(account_id)
        return {
            "name": name,
            "account_id": account_id,
            "account_dashed": dashed(account_id),
            "account_alias": alias,
            "label": f"{name} @ {account}" if account else name,
        }

    @cached_property
    def flashes(self) -> list[Flash]:
        return flash.pending(self.request)

    @property
    def notifications(self) -> list[dict[str, str]]:
        """What the bell lists, newest first."""
        return list(reversed(getattr(self.request, "session", {}).get(flash.SESSION_KEY, [])))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell`` in every template."""
    return {"shell": Shell(request)}
