"""LookupEvents (CloudTrail): the management events of the last 90 days, newest first, by one attribute.

Source: CloudTrail API Reference, LookupEvents. The console's event history is a caller like any other.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from audit.queries import IAM_RESOURCES, EventFilter, LookupAttribute, Position, events_page, within_kept_days
from audit.rendering import EventRecord, render_events, user_name_of
from core.calls import Call
from core.errors import (
    InvalidEventCategoryException,
    InvalidLookupAttributesException,
    InvalidMarkerException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidTimeRangeException,
    SerializationException,
)
from core.message import Message
from core.pagination import make_marker, read_marker
from keys import custody
from operations.registry import Outcome, operation

MOST_RESULTS = 50
LONGEST_VALUE = 2000  # characters
INSIGHT = "insight"


class LookupPair(Message, frozen=True, kw_only=True, rename="pascal", gc=False):
    """One attribute to look events up by."""

    attribute_key: str = ""
    attribute_value: str = ""


class LookupEventsRequest(Message, frozen=True, kw_only=True, rename="pascal", gc=False):
    """The request; times are seconds since the epoch on the wire."""

    lookup_attributes: tuple[LookupPair, ...] | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    event_category: str | None = None
    max_results: int | None = None
    next_token: str | None = None


def parse_lookup(members: bytes | Mapping[str, object]) -> LookupEventsRequest:
    """Read a request; raises SerializationException for a wrong type, else the error that the rule has."""
    try:
        given = msgspec.json.decode(members, type=dict[str, object]) if isinstance(members, bytes) else members
        request = msgspec.convert({**given, **_times(given)}, LookupEventsRequest)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise SerializationException() from error
    if request.event_category not in (None, INSIGHT):
        raise InvalidEventCategoryException(category=request.event_category)
    if request.max_results is not None and not 1 <= request.max_results <= MOST_RESULTS:
        raise InvalidMaxResultsException(most=MOST_RESULTS)
    pairs = request.lookup_attributes or ()
    if len(pairs) > 1 or not all(map(_can_be_looked_up, pairs)):
        raise InvalidLookupAttributesException(known=", ".join(LookupAttribute))
    if request.start_time and request.end_time and request.start_time > request.end_time:
        raise InvalidTimeRangeException()
    return request


def _can_be_looked_up(pair: LookupPair) -> bool:
    if pair.attribute_key == LookupAttribute.READ_ONLY:
        return pair.attribute_value in ("true", "false")
    return pair.attribute_key in set(LookupAttribute) and 1 <= len(pair.attribute_value) <= LONGEST_VALUE


def _times(given: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in ("StartTime", "EndTime"):
        value = given.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                found[name] = datetime.fromtimestamp(value, UTC)
            except (ValueError, OverflowError) as error:
                raise InvalidTimeRangeException() from error
    return found


@operation(
    "LookupEvents",
    service="cloudtrail",
    parse=parse_lookup,
    logged=("lookup_attributes", "start_time", "end_time", "event_category", "max_results", "next_token"),
)
def lookup_events(call: Call, request: LookupEventsRequest) -> Outcome:
    if request.event_category == INSIGHT:
        return Outcome(members={"Events": []})
    size = request.max_results or MOST_RESULTS
    wanted = event_filter(call, request)
    binding = _binding(wanted)
    rows = events_page(wanted, _read_position(binding, request.next_token), size + 1)
    members: dict[str, object] = {"Events": [_event(record) for record in render_events(rows[:size])]}
    if len(rows) > size:
        last = [rows[size - 1].time_us, rows[size - 1].pk]
        members["NextToken"] = make_marker(custody.marker_key(), "LookupEvents", binding, last)
    return Outcome(members=members)


def event_filter(call: Call, request: LookupEventsRequest) -> EventFilter:
    """Return what a request asks for, within the days that are shown."""
    pair = request.lookup_attributes[0] if request.lookup_attributes else None
    wanted = EventFilter(
        account=call.caller.account_id,
        region=call.region,
        start=request.start_time or datetime.fromtimestamp(0, UTC),
        end=request.end_time or call.time + timedelta(days=1),
        attribute=LookupAttribute(pair.attribute_key) if pair else None,
        value=pair.attribute_value if pair else "",
    )
    return within_kept_days(wanted, call.time)


def _binding(wanted: EventFilter) -> dict[str, str | None]:
    """What a token belongs to. Times are left out: those of "the last hour" move on from page to page."""
    return {
        "account": wanted.account,
        "region": wanted.region,
        "attribute": wanted.attribute,
        "value": wanted.value,
    }


def _read_position(binding: Mapping[str, str | None], token: str | None) -> Position | None:
    if token is None:
        return None
    try:
        time_us, pk = read_marker(custody.marker_key(), "LookupEvents", binding, token)
    except InvalidMarkerException as error:
        raise InvalidNextTokenException() from error
    return Position(int(time_us), int(pk))


def _event(record: EventRecord) -> dict[str, object]:
    identity = record["userIdentity"]
    found: dict[str, object] = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        "AccessKeyId": identity.get("accessKeyId") if isinstance(identity, Mapping) else None,
        "EventTime": datetime.fromisoformat(str(record["eventTime"])),
        "EventSource": record["eventSource"],
        "Username": user_name_of(record) or None,
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record, ensure_ascii=False),
    }
    return {name: value for name, value in found.items() if value is not None}


def _resources(record: EventRecord) -> list[dict[str, object]]:
    """Return the record's resources; IAM's are named by the request alone."""
    named = record.get("resources")
    if isinstance(named, list):
        return [{"ResourceType": entry["type"], "ResourceName": entry["ARN"]} for entry in named]
    parameters = record["requestParameters"]
    if record["eventSource"] != "iam.amazonaws.com" or not isinstance(parameters, Mapping):
        return []
    return [
        {"ResourceType": kind, "ResourceName": parameters[member]}
        for kind, member in IAM_RESOURCES.items()
        if isinstance(parameters.get(member), str)
    ]
