"""Download events: the history as CSV or JSON, piece by piece. Source: console.md 4.2."""

import csv
import io
import json
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.queries import EventFilter, events_in_batches
from audit.rendering import EventRecord, render_events, user_name_of
from audit.views.event_filter import read_filter
from core.errors import KmsError
from kmsconsole.web.door import current_region, make_call, now, perform, signed_in
from kmsconsole.web.errors import flash_refusal
from kmsconsole.web.navigation import link
from operations.actions.lookup_events import event_filter, parse_lookup

MOST_EVENTS = 200_000  # as on AWS
CSV_COLUMNS = (
    "Event ID",
    "Event name",
    "Event time",
    "User name",
    "AWS access key",
    "AWS region",
    "Error code",
    "Event source",
    "Read-only",
    "Request ID",
    "Resources",
    "Source IP address",
)
# A cell that begins so is a formula to spreadsheet programs; names and user agents are chosen by callers.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@signed_in
@require_GET
@never_cache
def download_events(request: HttpRequest) -> HttpResponseBase:
    """Stream what the filter matches; the LookupEvents call before decides and is recorded."""
    members = read_filter(request).members(now(request))
    try:
        perform(request, "LookupEvents", {**members, "MaxResults": 1})
    except KmsError as refusal:
        flash_refusal(request, refusal)
        return redirect(link("audit:events", region=current_region(request)))
    wanted = event_filter(make_call(request, "LookupEvents", members), parse_lookup(members))
    kind = "json" if request.GET.get("format") == "json" else "csv"
    return _file(wanted, kind)


def _file(wanted: EventFilter, kind: str) -> HttpResponse | StreamingHttpResponse:
    pieces, content_type = (_json(wanted), "application/json") if kind == "json" else (_csv(wanted), "text/csv")
    response = StreamingHttpResponse(pieces, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="event_history.{kind}"'
    return response


def _batches(wanted: EventFilter) -> Iterator[list[EventRecord]]:
    for batch in events_in_batches(wanted, MOST_EVENTS):
        yield render_events(batch)


def _json(wanted: EventFilter) -> Iterator[str]:
    yield '{"Records":['
    first = True
    for records in _batches(wanted):
        text = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
        yield text if first else f",\n{text}"
        first = False
    yield "]}"


def _csv(wanted: EventFilter) -> Iterator[str]:
    yield _lines([CSV_COLUMNS])
    for records in _batches(wanted):
        yield _lines([_cells(record) for record in records])


def _lines(rows: list[tuple[str, ...]]) -> str:
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()


def _cells(record: EventRecord) -> tuple[str, ...]:
    identity = record["userIdentity"]
    resources = record.get("resources", [])
    assert isinstance(identity, dict) and isinstance(resources, list)
    cells = (
        record["eventID"],
        record["eventName"],
        record["eventTime"],
        user_name_of(record),
        identity.get("accessKeyId", ""),
        record["awsRegion"],
        record.get("errorCode", ""),
        record["eventSource"],
        "true" if record["readOnly"] else "false",
        record.get("requestID", ""),
        " ".join(resource["ARN"] for resource in resources),
        record["sourceIPAddress"],
    )
    return tuple(_harmless(str(cell)) for cell in cells)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
