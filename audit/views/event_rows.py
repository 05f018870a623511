"""An event as the pages show it, read from the answer of LookupEvents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.rendering import KEY_TYPE
from kmsconsole.web.navigation import link


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """Something that an event is about; a key leads to its page if it belongs to the reader's account."""

    type: str
    name: str
    arn: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. ``record`` is the CloudTrail record, as text."""

    event_id: str
    name: str
    time: datetime
    user: str
    source: str
    access_key: str
    region: str
    error: str
    read_only: str
    request_id: str
    address: str
    resources: tuple[ResourceRow, ...]
    record: str
    href: str
    selected: bool = False

    @property
    def label(self) -> str:
        """The name of the row's check box."""
        return _("Select event %(name)s of %(time)s") % {"name": self.name, "time": f"{self.time:%Y-%m-%d %H:%M:%S}"}

    @property
    def first_resource(self) -> ResourceRow | None:
        return self.resources[0] if self.resources else None

    @property
    def more_resources(self) -> int:
        return max(0, len(self.resources) - 1)


def event_row(event: Mapping[str, Any]) -> EventRow:
    """Return the row of one of LookupEvents' events."""
    record = json.loads(event["CloudTrailEvent"])
    region, account = str(record["awsRegion"]), str(record["recipientAccountId"])
    return EventRow(
        event_id=event["EventId"],
        name=event["EventName"],
        time=event["EventTime"],
        user=event.get("Username", ""),
        source=event["EventSource"],
        access_key=event.get("AccessKeyId", ""),
        region=region,
        error=record.get("errorCode", ""),
        read_only=event["ReadOnly"],
        request_id=record.get("requestID", ""),
        address=record["sourceIPAddress"],
        resources=tuple(_resource(each, account) for each in event["Resources"]),
        record=json.dumps(record, indent=2, ensure_ascii=False),
        href=link("audit:event", event["EventId"], region=region),
    )


def _resource(resource: Mapping[str, str], account: str) -> ResourceRow:
    kind, arn = resource["ResourceType"], resource["ResourceName"]
    if kind != KEY_TYPE or not arn.startswith("arn:"):
        return ResourceRow(kind, arn, arn)
    region, owner, name = arn.split(":", 5)[3:6]
    if name.startswith("alias/"):
        return ResourceRow(kind, name, arn)
    key_id = name.removeprefix("key/")
    return ResourceRow(kind, key_id, arn, link("keys:detail", key_id, region=region) if owner == account else "")
