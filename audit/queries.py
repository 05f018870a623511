"""The only place that filters audit records."""

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from audit.models import AuditEvent, AuditName
from audit.names import name_digest
from audit.read_only import is_read_only
from audit.rendering import KEY_TYPE, read_identity, user_name

KEPT_DAYS = 90
_BATCH = 1_000


class LookupAttribute(StrEnum):
    """What events can be looked up by, one at a time. Source: CloudTrail API Reference, LookupAttribute."""

    ACCESS_KEY = "AccessKeyId"
    EVENT_ID = "EventId"
    EVENT_NAME = "EventName"
    EVENT_SOURCE = "EventSource"
    READ_ONLY = "ReadOnly"
    RESOURCE_NAME = "ResourceName"
    RESOURCE_TYPE = "ResourceType"
    USER_NAME = "Username"


# The member of an IAM request that names a resource, by the resource's type.
IAM_RESOURCES = {
    "AWS::IAM::User": "userName",
    "AWS::IAM::Group": "groupName",
    "AWS::IAM::Role": "roleName",
    "AWS::IAM::Policy": "policyArn",
    "AWS::IAM::AccessKey": "accessKeyId",
}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the time and the row of its last event."""

    time_us: int
    pk: int


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted: of an account and Region, in a span of time, with one attribute."""

    account: str
    region: str
    start: datetime
    end: datetime
    attribute: LookupAttribute | None = None
    value: str = ""


def count_events(account_id: str) -> int:
    return AuditEvent.objects.filter(account=account_id).count()


def events_page(wanted: EventFilter, after: Position | None, size: int) -> list[AuditEvent]:
    """Return up to ``size`` events, newest first, from behind ``after``."""
    first, last = _microseconds(wanted.start), _microseconds(wanted.end)
    regions = _ids("region", wanted.region)
    found: list[list[AuditEvent]] = []
    for condition in _conditions(wanted):
        if condition.milliseconds is not None:
            first, last = max(first, condition.milliseconds * 1000), min(last, condition.milliseconds * 1000 + 999)
        rows = AuditEvent.objects.filter(condition.rows, account=wanted.account, region__in=regions)
        if after is not None:
            last = min(last, after.time_us)
            rows = rows.filter(Q(time_us__lt=after.time_us) | Q(pk__lt=after.pk))
        # One lower and one upper bound: given two, the database may begin at the one that is further away.
        rows = rows.filter(time_us__gte=first, time_us__lte=last).order_by("-time_us", "-pk")
        found.append(list(rows[:size]))
    if len(found) == 1:
        return found[0]
    merged = heapq.merge(*found, key=lambda event: (-event.time_us, -event.pk))
    return list({event.pk: event for event in merged}.values())[:size]


def events_in_batches(wanted: EventFilter, most: int) -> Iterator[list[AuditEvent]]:
    """Yield batches of at most ``most`` events altogether, newest first."""
    after, left = None, most
    while left > 0:
        batch = events_page(wanted, after, min(_BATCH, left))
        if batch:
            yield batch
        if len(batch) < min(_BATCH, left):
            return
        left -= len(batch)
        after = Position(batch[-1].time_us, batch[-1].pk)


def within_kept_days(wanted: EventFilter, now: datetime) -> EventFilter:
    """Return the filter cut to the days that the event history shows."""
    oldest = now - timedelta(days=KEPT_DAYS)
    return replace(wanted, start=max(wanted.start, oldest), end=min(wanted.end, now + timedelta(days=1)))


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True)
class _Condition:
    """What an event must be; ``milliseconds``: the one instant at which it can be."""

    rows: Q
    milliseconds: int | None = None


def _conditions(wanted: EventFilter) -> list[_Condition]:
    """Return conditions of which an event must meet one; each can use an index of its own."""
    if wanted.attribute is LookupAttribute.EVENT_ID:
        return [_of_event_id(wanted.value)]
    if wanted.attribute is LookupAttribute.RESOURCE_NAME:
        return [_Condition(rows) for rows in _of_resource(wanted)]
    return [_Condition(_of_attribute(wanted.attribute, wanted.value))]


def _of_attribute(attribute: LookupAttribute | None, value: str) -> Q:
    match attribute:
        case LookupAttribute.READ_ONLY:
            return Q(read_only=value == "true")
        case LookupAttribute.EVENT_NAME:
            named = Q(event__in=[number for number, text in _named("event") if text.partition(":")[2] == value])
            return named if is_read_only(value) else named & Q(read_only=False)
        case LookupAttribute.EVENT_SOURCE:
            service = value.removesuffix(".amazonaws.com")
            return Q(event__in=_events_of(service) if service != value else ())
        case LookupAttribute.USER_NAME:
            return Q(identity__in=[number for number, text in _named("identity") if _user_of(text) == value])
        case LookupAttribute.ACCESS_KEY:
            return Q(access_key__in=_ids("access_key", value))
        case LookupAttribute.RESOURCE_TYPE:
            return _of_resource_type(value)
        case _:
            return Q()


def _of_event_id(value: str) -> _Condition:
    """The id's first 48 bits are the event's time in milliseconds (RFC 9562, version 7)."""
    try:
        event_id = UUID(value)
    except ValueError:
        return _Condition(Q(pk__in=[]))
    return _Condition(Q(event_id=event_id), milliseconds=event_id.int >> 80)


def _of_resource_type(value: str) -> Q:
    if value == KEY_TYPE:
        return Q(key__isnull=False)
    member = IAM_RESOURCES.get(value)
    return Q(event__in=_events_of("iam"), details__contains=f'"{member}":') if member else Q(pk__in=[])


def _of_resource(wanted: EventFilter) -> list[Q]:
    """A key by ARN or id, an alias by ARN or name, or a resource of IAM by name."""
    value, prefix = wanted.value, f"arn:aws:kms:{wanted.region}:{wanted.account}:"
    if value.startswith("alias/"):
        value = prefix + value
    if ":alias/" in value:
        return [Q(read_only=False, event__in=_events_of("kms"), details__contains=json.dumps(value))]
    keys = _ids("key", value) or _ids("key", f"{prefix}key/{value.removeprefix('key/')}")
    if keys:
        return [Q(key__in=keys), Q(other_key__in=keys)]
    return [Q(event__in=_events_of("iam"), details__contains=f":{json.dumps(value)}")]


def last_success(account_id: str, key_arn: str, events: Sequence[str]) -> tuple[str, AuditEvent] | None:
    """Return the newest successful event about a key, of these names (``kms:Encrypt``), in its owner's history.

    It walks an index of the key's own records, newest first, and reads only the row that it returns.
    """
    names = {number: text for number, text in _named("event") if text in events}
    keys = _ids("key", key_arn)
    rows = AuditEvent.objects.filter(account=account_id, event__in=names, error__isnull=True)
    newest = [
        event
        for by_key in ({"key__in": keys}, {"other_key__in": keys})
        if (event := rows.filter(**by_key).order_by("-time_us", "-pk").first()) is not None
    ]
    if not newest:
        return None
    last = max(newest, key=lambda event: (event.time_us, event.pk))
    return names[last.event], last


def last_success_times(account_id: str, key_arns: Sequence[str], events: Sequence[str]) -> dict[str, int]:
    """Return when (microseconds since the epoch) each key had its newest successful event of these names.

    One query; each key costs a look at the end of its index; a key without such an event is absent.
    """
    names = [number for number, text in _named("event") if text in events]
    rows = AuditEvent.objects.filter(account=account_id, event__in=names, error__isnull=True).order_by("-time_us")
    found = AuditName.objects.filter(digest__in=[name_digest("key", arn) for arn in key_arns]).annotate(
        by_key=Subquery(rows.filter(key=OuterRef("pk")).values("time_us")[:1]),
        by_other=Subquery(rows.filter(other_key=OuterRef("pk")).values("time_us")[:1]),
    )
    times = found.values_list("value", "by_key", "by_other")
    return {arn: max(one or 0, other or 0) for arn, one, other in times if one or other}


def _ids(kind: str, text: str) -> list[int]:
    """Return the id of a text, or nothing; found by its digest, which has the index."""
    return list(AuditName.objects.filter(digest=name_digest(kind, text)).values_list("id", flat=True))


def _named(kind: str) -> list[tuple[int, str]]:
    return list(AuditName.objects.filter(kind=kind).values_list("id", "value"))


def _events_of(service: str) -> list[int]:
    return [number for number, text in _named("event") if text.startswith(f"{service}:")]


def _user_of(text: str) -> str:
    return user_name(read_identity(text, ""))
