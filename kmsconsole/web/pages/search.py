"""The search at the top: services, features, resources, documentation. Source: console.md 1.2.

Resources are shown to whoever may list them; looking is not a call of its own, so that typing leaves no events.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import queries as account_queries
from accounts.models import PrincipalKind
from keys import queries as key_queries
from keys.queries import FilterKind, KeyFilter, KeyList
from kmsconsole.web.components import Crumb
from kmsconsole.web.door import caller, current_region, now, refusal_of, signed_in
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link
from kmsconsole.web.pages.search_catalogue import GROUP_LABELS, find_entries
from operations.snapshots import find_keys

RESOURCES = "resources"
PREFIX = "/resources"
MOST_RESOURCES = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One result."""

    label: str | Promise
    href: str
    about: str | Promise = ""
    external: bool = False


@signed_in
@require_GET
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """The page of results, or the list below the search field for the script."""
    text = request.GET.get("q", "").strip()
    resources_only = text.lower().startswith(PREFIX)
    if resources_only:
        text = text[len(PREFIX) :].strip()
    found: dict[str, list[Found]] = {group: [] for group in GROUP_LABELS}
    if not resources_only:
        for entry in find_entries(text):
            href = entry.address or link(entry.url_name, region=current_region(request))
            if href:
                found[entry.group].append(Found(entry.label, href, entry.about, external=bool(entry.address)))
    if text:
        found[RESOURCES] = [*_keys(request, text), *_principals(request, text)]
    groups = [(GROUP_LABELS[group], results) for group, results in found.items() if results]
    context = {"breadcrumbs": [Crumb(_("Search"))], "text": request.GET.get("q", "").strip(), "groups": groups}
    template = "console/search.html#results" if wants_fragment(request) else "console/search.html"
    response = render(request, template, context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _keys(request: HttpRequest, text: str) -> Sequence[Found]:
    if any(refusal_of(request, action) is not None for action in ("ListKeys", "ListAliases")):
        return []
    account_id, region = caller(request).account_id, current_region(request)
    wanted = KeyList(
        account_id, region, "CUSTOMER", now(request), (KeyFilter(FilterKind.TEXT, text.removeprefix("alias/")),)
    )
    ids = [key_id for _position, key_id in key_queries.listed_keys(wanted, MOST_RESOURCES)]
    keys = find_keys(account_id, region, ids)
    found = []
    for key_id in ids:
        key = keys.get(key_id)
        aliases = sorted(key.facts.aliases) if key else []
        label = aliases[0].removeprefix("alias/") if aliases else key_id
        found.append(Found(label, link("keys:detail", key_id, region=region) or link("keys:list"), f"KMS · {key_id}"))
    return found


def _principals(request: HttpRequest, text: str) -> Sequence[Found]:
    found = []
    kinds = ((PrincipalKind.USER, "ListUsers", "accounts:user"), (PrincipalKind.ROLE, "ListRoles", "accounts:role"))
    for kind, action, url_name in kinds:
        if refusal_of(request, action) is not None:
            continue
        rows, _count = account_queries.principals_page(caller(request).account_id, (kind,), text, 1, MOST_RESOURCES)
        for row in rows:
            href = link(url_name, row.name) or link(f"{url_name}s")
            found.append(Found(row.name, href, f"IAM · {PrincipalKind(row.kind).label}"))
    return found
