"""What the pages of account administration share: calls with their messages, lists in full, ages, documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import IamNoSuchEntity, KmsError
from kmsconsole.web import flash, numbers
from kmsconsole.web.components import Crumb, Flash, Pages, Text
from kmsconsole.web.door import now, perform
from kmsconsole.web.errors import RefusalView, flash_refusal, refusal_view
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link

PAGE_SIZE = 20
WHOLE_LIST = 1000  # the most that IAM gives in one answer


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page that rests on a call of its own: its items, or why they are not shown."""

    items: Sequence[Any] = ()
    refusal: RefusalView | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counter(self) -> str:
        return "-" if self.refusal else str(len(self.items))


def crumbs(*items: tuple[Text, str] | Text) -> list[Crumb]:
    """Return the breadcrumb of an IAM page: IAM, then (label, url name or address) pairs, then this page's label."""
    found = [Crumb("IAM", link("accounts:users"))]
    for item in items:
        if isinstance(item, tuple):
            label, target = item
            found.append(Crumb(label, target if target.startswith("/") else link(target)))
        else:
            found.append(Crumb(item))
    return found


def attempt(
    request: HttpRequest, action: str, members: Mapping[str, object], *, success: str = "", failure: str = ""
) -> Mapping[str, Any] | None:
    """Run an action; flash ``success``, or the refusal under the heading ``failure``. None if it was refused."""
    try:
        result = perform(request, action, members)
    except KmsError as error:
        flash_refusal(request, error, failure)
        return None
    if success:
        flash.add(request, Flash("success", success))
    return result.members or {}


def read_all(request: HttpRequest, action: str, member: str, members: Mapping[str, object] | None = None) -> list[Any]:
    """Return every item of a list action; raises its refusal."""
    asked: dict[str, object] = {**(members or {}), "MaxItems": WHOLE_LIST}
    found: list[Any] = []
    while True:
        answer = perform(request, action, asked).members or {}
        items = answer[member]
        assert isinstance(items, list)
        found += items
        if not answer.get("IsTruncated"):
            return found
        asked["Marker"] = answer["Marker"]


def section(request: HttpRequest, action: str, member: str, members: Mapping[str, object] | None = None) -> Section:
    """Return a list as a part of a page, which shows the refusal in its place."""
    try:
        return Section(read_all(request, action, member, members))
    except KmsError as error:
        return Section(refusal=refusal_view(request, error))


def has_password(request: HttpRequest, name: str) -> bool:
    """Tell whether a user may sign in to the console; raises the refusal of who may not know."""
    try:
        perform(request, "GetLoginProfile", {"UserName": name})
    except IamNoSuchEntity:
        return False
    return True


def page_or_region(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a page, or for htmx its partial "region"."""
    response = render(request, f"{template}#region" if wants_fragment(request) else template, context, status=status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def page_number(request: HttpRequest, name: str = "page") -> int:
    return numbers.page_number(request.GET.get(name, "") or request.POST.get(name, ""))


def pages_of(number: int, matches: int, size: int = PAGE_SIZE) -> Pages:
    return Pages(number, max(1, -(-matches // size)))


def cut(items: Sequence[Any], number: int, size: int = PAGE_SIZE) -> Sequence[Any]:
    return items[(number - 1) * size : number * size]


def readable(document: object) -> str:
    """Return a policy document of an answer (percent-encoded) laid out for reading; text that is no JSON as it is."""
    text = unquote(str(document))
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def age(request: HttpRequest, since: datetime | None) -> str:
    """Return how long ago something was, in days of the account's clock; "" for never."""
    if since is None:
        return ""
    days = (now(request) - since).days
    return _("Today") if days < 1 else ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
