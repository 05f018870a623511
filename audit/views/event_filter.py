"""What the address of the event history asks for: a lookup attribute, a span of time, a page. Source: console 4.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.queries import LookupAttribute

Text = str | Promise

ATTRIBUTES: Mapping[str, Text] = {
    LookupAttribute.ACCESS_KEY: gettext_lazy("AWS access key"),
    LookupAttribute.EVENT_ID: gettext_lazy("Event ID"),
    LookupAttribute.EVENT_NAME: gettext_lazy("Event name"),
    LookupAttribute.EVENT_SOURCE: gettext_lazy("Event source"),
    LookupAttribute.READ_ONLY: gettext_lazy("Read-only"),
    LookupAttribute.RESOURCE_NAME: gettext_lazy("Resource name"),
    LookupAttribute.RESOURCE_TYPE: gettext_lazy("Resource type"),
    LookupAttribute.USER_NAME: gettext_lazy("User name"),
}
NO_ATTRIBUTE = "none"
RANGES: Mapping[str, tuple[Text, timedelta | None]] = {
    "": (gettext_lazy("Last 90 days"), None),
    "30m": (gettext_lazy("Last 30 minutes"), timedelta(minutes=30)),
    "1h": (gettext_lazy("Last 1 hour"), timedelta(hours=1)),
    "12h": (gettext_lazy("Last 12 hours"), timedelta(hours=12)),
    "1d": (gettext_lazy("Last 1 day"), timedelta(days=1)),
    "custom": (gettext_lazy("Custom range"), None),
}
# What most people look for; any text is accepted.
SUGGESTIONS: Mapping[str, tuple[str, ...]] = {
    LookupAttribute.EVENT_SOURCE: tuple(
        f"{service}.amazonaws.com" for service in ("cloudtrail", "iam", "kms", "signin", "sts")
    ),
    LookupAttribute.RESOURCE_TYPE: (
        "AWS::KMS::Key",
        "AWS::IAM::AccessKey",
        "AWS::IAM::Group",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
    ),
    LookupAttribute.EVENT_NAME: (
        "CreateAlias",
        "CreateKey",
        "Decrypt",
        "DescribeKey",
        "DisableKey",
        "Encrypt",
        "GenerateDataKey",
        "PutKeyPolicy",
        "RotateKey",
        "ScheduleKeyDeletion",
    ),
}


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """One attribute (``NO_ATTRIBUTE`` for every event) and a span of time; tokens of the pages turned so far."""

    attribute: str
    value: str
    span: str
    start: str
    end: str
    tokens: tuple[str, ...]

    @property
    def is_default(self) -> bool:
        return (self.attribute, self.value) == (LookupAttribute.READ_ONLY, "false")

    @property
    def is_active(self) -> bool:
        return self.attribute != NO_ATTRIBUTE and bool(self.value)

    @property
    def number(self) -> int:
        return len(self.tokens) + 1

    @property
    def label(self) -> str:
        """The filter in words, as the empty list names it."""
        return f"{ATTRIBUTES[self.attribute]} = {self.value}" if self.is_active else ""

    @property
    def span_label(self) -> str:
        return str(RANGES[self.span][0])

    @property
    def suggestions(self) -> tuple[str, ...]:
        return SUGGESTIONS.get(self.attribute, ())

    def query(self) -> dict[str, str]:
        """Return the filter as it stands in addresses."""
        given = {"attribute": self.attribute, "value": self.value, "range": self.span}
        if self.span == "custom":
            given |= {"start": self.start, "end": self.end}
        return {name: text for name, text in given.items() if text}

    def members(self, now: datetime) -> dict[str, object]:
        """Return the filter as members of LookupEvents."""
        found: dict[str, object] = {}
        if self.is_active:
            pair = {"AttributeKey": self.attribute, "AttributeValue": self.value}
            found["LookupAttributes"] = [pair]
        duration = RANGES[self.span][1]
        if duration is not None:
            found["StartTime"] = now - duration
        for name, text in (("StartTime", self.start), ("EndTime", self.end)):
            moment = _moment(text) if self.span == "custom" else None
            if moment is not None:
                found[name] = moment
        return found


def read_filter(request: HttpRequest) -> HistoryFilter:
    """Read an address; nothing in it gives the default filter, Read-only = false."""
    query = request.GET
    attribute = query.get("attribute", LookupAttribute.READ_ONLY)
    if attribute not in ATTRIBUTES:
        attribute = NO_ATTRIBUTE
    # Without script the form still holds the value of the attribute before.
    value = query.get("value", "").strip() if query.get("was", attribute) == attribute else ""
    if attribute == LookupAttribute.READ_ONLY and value not in ("true", "false"):
        value = "false"
    span = query.get("range", "")
    return HistoryFilter(
        attribute=attribute,
        value=value,
        span=span if span in RANGES else "",
        start=query.get("start", ""),
        end=query.get("end", ""),
        tokens=tuple(query.getlist("t")),
    )


def attribute_choices(chosen: str) -> list[dict[str, object]]:
    choices = [(NO_ATTRIBUTE, _("All events")), *ATTRIBUTES.items()]
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in choices]


def range_choices(chosen: str) -> list[dict[str, object]]:
    return [{"value": value, "label": label, "selected": value == chosen} for value, (label, _span) in RANGES.items()]


def _moment(text: str) -> datetime | None:
    """Read what a date-and-time input sends, in UTC; None if it is not a time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
