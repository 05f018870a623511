"""Event history: the list and one event. Source: console.md 4.2.

Each page is a LookupEvents call of its own, so permission and history are what they would be on AWS.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.queries import LookupAttribute
from audit.views.event_filter import HistoryFilter, attribute_choices, range_choices, read_filter
from audit.views.event_preferences import PAGE_SIZES, read_preferences
from audit.views.event_rows import EventRow, event_row
from core.errors import InvalidNextTokenException, KmsError
from kmsconsole.web.components import Column, Crumb, MenuItem, SteppedPages
from kmsconsole.web.door import current_region, now, perform, signed_in
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link
from kmsconsole.web.shell import DENSITY_COOKIE

MOST_COMPARED = 5
# Further back than this, the first page is the previous one: an address must not grow without end.
KEPT_TOKENS = 40


@signed_in
@require_GET
@never_cache
def event_history(request: HttpRequest) -> HttpResponse:
    """The list, and the events chosen for comparison."""
    wanted, preferences = read_filter(request), read_preferences(request)
    region = current_region(request)
    context: dict[str, Any] = {
        "breadcrumbs": [Crumb("CloudTrail", link("audit:events", region=region)), Crumb(_("Event history"))],
        "help_topic": "event-history",
        "content_width": "full",
        "wanted": wanted,
        "attributes": attribute_choices(wanted.attribute),
        "ranges": range_choices(wanted.span),
        "preferences": preferences,
        "page_sizes": PAGE_SIZES,
        "compact": request.COOKIES.get(DENSITY_COOKIE) == "compact",
        "columns": preferences.shown_columns,
        "next": request.get_full_path(),
        "downloads": _downloads(request, wanted),
    }
    try:
        context |= _listed(request, wanted, preferences.size)
    except InvalidNextTokenException:
        return redirect(_address(request, wanted))
    except KmsError as refusal:
        context |= refusal_context(request, refusal)
    template = "audit/events.html#region" if wants_fragment(request) else "audit/events.html"
    response = render(request, template, context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@signed_in
@require_GET
@never_cache
def event_detail(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event."""
    region = current_region(request)
    crumbs = [Crumb("CloudTrail", link("audit:events", region=region))]
    crumbs.append(Crumb(_("Event history"), link("audit:events", region=region)))
    columns = [Column(_("Resource type")), Column(_("Resource name")), Column(_("AWS Config timeline"))]
    context: dict[str, Any] = {"help_topic": "event-history", "columns": columns}
    status = 200
    try:
        event = _find(request, str(event_id))
    except KmsError as refusal:
        context |= refusal_context(request, refusal)
    else:
        context["event"] = event
        status = 200 if event else 404
    found = context.get("event")
    context["breadcrumbs"] = [*crumbs, Crumb(found.name if found else _("Event"))]
    return render(request, "audit/event.html", context, status=status)


def _listed(request: HttpRequest, wanted: HistoryFilter, size: int) -> dict[str, Any]:
    members = {**wanted.members(now(request)), "MaxResults": size}
    if wanted.tokens:
        members["NextToken"] = wanted.tokens[-1]
    answer = perform(request, "LookupEvents", members).members or {}
    found: Any = answer["Events"]
    events = [event_row(event) for event in found]
    chosen = list(dict.fromkeys(request.GET.getlist("compare")))[:MOST_COMPARED]
    token = answer.get("NextToken")
    compared = _compared(request, chosen, events)
    return {
        "events": [replace(event, selected=event.event_id in chosen) for event in events],
        "total": f"{len(events)}+" if token else str(len(events)),
        "pages": _pages(request, wanted, str(token) if token else ""),
        "compared": compared,
        "comparison": _comparison(compared),
    }


def _compared(request: HttpRequest, chosen: list[str], events: list[EventRow]) -> list[EventRow]:
    """Return the chosen events: those of this page as they are, others looked up."""
    by_id = {event.event_id: event for event in events}
    found = (by_id.get(event_id) or _find(request, event_id) for event_id in chosen)
    return [event for event in found if event is not None]


def _comparison(events: list[EventRow]) -> list[tuple[str, list[str]]]:
    """Return the properties of events side by side."""
    rows: list[tuple[str, list[str]]] = [
        (_("Event time"), [f"{event.time:%Y-%m-%d %H:%M:%S} (UTC)" for event in events]),
        (_("User name"), [event.user for event in events]),
        (_("Event source"), [event.source for event in events]),
        (_("Resource name"), [", ".join(each.name for each in event.resources) for event in events]),
        (_("AWS access key"), [event.access_key for event in events]),
        (_("Source IP address"), [event.address for event in events]),
        (_("Error code"), [event.error for event in events]),
        (_("Read-only"), [event.read_only for event in events]),
        (_("Event ID"), [event.event_id for event in events]),
        (_("Request ID"), [event.request_id for event in events]),
    ]
    return rows


def _find(request: HttpRequest, event_id: str) -> EventRow | None:
    pair = {"AttributeKey": LookupAttribute.EVENT_ID.value, "AttributeValue": event_id}
    answer = perform(request, "LookupEvents", {"LookupAttributes": [pair], "MaxResults": 1}).members or {}
    found: Any = answer["Events"]
    return event_row(found[0]) if found else None


# --- addresses --------------------------------------------------------------------------------------------------------
def _pages(request: HttpRequest, wanted: HistoryFilter, token: str) -> SteppedPages:
    tokens = wanted.tokens
    return SteppedPages(
        number=wanted.number,
        total=wanted.number + bool(token),
        open_end=bool(token),
        reachable=0,
        previous_href=_address(request, wanted, tokens[:-1]) if tokens else "",
        next_href=_address(request, wanted, (*tokens, token)[-KEPT_TOKENS:]) if token else "",
    )


def _address(request: HttpRequest, wanted: HistoryFilter, tokens: tuple[str, ...] = ()) -> str:
    query = wanted.query()
    return link("audit:events", region=current_region(request)) + f"&{urlencode({**query, 't': tokens}, doseq=True)}"


def _downloads(request: HttpRequest, wanted: HistoryFilter) -> list[MenuItem]:
    kinds = (("csv", _("Download as CSV")), ("json", _("Download as JSON")))
    region = current_region(request)
    return [
        MenuItem(label, href=link("audit:download", region=region, format=kind, **wanted.query()))
        for kind, label in kinds
    ]
