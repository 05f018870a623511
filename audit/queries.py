"""The only place that filters audit records."""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import AuditEvent, AuditName
from audit.names import name_digest
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
    found: list[list[AuditEvent]] = []
    for condition in _conditions(wanted):
        rows = _in_scope(wanted).filter(condition)
        if after is not None:
            # The redundant first condition lets the index begin at the right place.
            same_time = Q(time_us=after.time_us, pk__lt=after.pk)
            rows = rows.filter(Q(time_us__lte=after.time_us) & (Q(time_us__lt=after.time_us) | same_time))
        found.append(list(rows.order_by("-time_us", "-pk")[:size]))
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


def _in_scope(wanted: EventFilter) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(
        account=wanted.account,
        region__in=_ids("region", wanted.region),
        time_us__gte=_microseconds(wanted.start),
        time_us__lte=_microseconds(wanted.end),
    )


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _conditions(wanted: EventFilter) -> list[Q]:
    """Return conditions of which an event must meet one; each can use an index of its own."""
    value = wanted.value
    match wanted.attribute:
        case None:
            return [Q()]
        case LookupAttribute.READ_ONLY:
            return [Q(read_only=value == "true")]
        case LookupAttribute.EVENT_ID:
            return [_of_event_id(value)]
        case LookupAttribute.EVENT_NAME:
            return [Q(event__in=[number for number, text in _named("event") if text.partition(":")[2] == value])]
        case LookupAttribute.EVENT_SOURCE:
            return [Q(event__in=_events_of(value.removesuffix(".amazonaws.com")))]
        case LookupAttribute.USER_NAME:
            return [Q(identity__in=[number for number, text in _named("identity") if _user_of(text) == value])]
        case LookupAttribute.ACCESS_KEY:
            return [Q(access_key__in=_ids("access_key", value))]
        case LookupAttribute.RESOURCE_TYPE:
            return [_of_resource_type(value)]
        case LookupAttribute.RESOURCE_NAME:
            return _of_resource(wanted)


def _of_event_id(value: str) -> Q:
    """The id's first 48 bits are the event's time in milliseconds (RFC 9562, version 7)."""
    try:
        event_id = UUID(value)
    except ValueError:
        return Q(pk__in=[])
    milliseconds = event_id.int >> 80
    return Q(time_us__gte=milliseconds * 1000, time_us__lt=(milliseconds + 1) * 1000, event_id=event_id)


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


def _ids(kind: str, text: str) -> list[int]:
    """Return the id of a text, or nothing; found by its digest, which has the index."""
    return list(AuditName.objects.filter(digest=name_digest(kind, text)).values_list("id", flat=True))


def _named(kind: str) -> list[tuple[int, str]]:
    return list(AuditName.objects.filter(kind=kind).values_list("id", "value"))


def _events_of(service: str) -> list[int]:
    return [number for number, text in _named("event") if text.startswith(f"{service}:")]


def _user_of(text: str) -> str:
    return user_name(read_identity(text, ""))
