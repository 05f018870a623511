"""A stored row as CloudTrail's JSON record. Source: kms-semantics 5.1 and 5.4; rows: :mod:`operations.record`."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from audit.models import AuditEvent
from audit.names import names

EVENT_VERSION = "1.11"
KEY_TYPE = "AWS::KMS::Key"
AWS_INTERNAL = "AWS Internal"
# Source: kms-semantics 5.2: the alias comes second where it is made, first where it was there before.
_ALIAS_LAST = frozenset({"CreateAlias"})
_EVENT_TYPES = {"signin": "AwsConsoleSignIn"}

EventRecord = dict[str, object]


def render_events(events: Iterable[AuditEvent]) -> list[EventRecord]:
    """Return the records of rows, in their order; the names they share are read at once."""
    rows = list(events)
    texts = names.texts_of({number for row in rows for number in _name_ids(row)})
    return [_render(row, texts) for row in rows]


def user_name_of(record: Mapping[str, object]) -> str:
    """Return the user name of a record as the event history lists it: a role session by its session name."""
    identity = record["userIdentity"]
    return user_name(identity) if isinstance(identity, Mapping) else ""


def user_name(identity: Mapping[str, object]) -> str:
    match identity.get("type"):
        case "Root":
            return "root"
        case "AssumedRole":
            return str(identity.get("arn", "")).rsplit("/", 1)[-1]
        case _:
            return str(identity.get("userName", ""))


def read_identity(text: str, account: str) -> dict[str, object]:
    """Return the userIdentity that a stored identity stands for; the service itself has no JSON."""
    if text.startswith("{"):
        return dict(json.loads(text))
    return {"accountId": account, "invokedBy": text}


def _name_ids(row: AuditEvent) -> set[int]:
    ids = (
        row.region,
        row.event,
        row.identity,
        row.access_key,
        row.source,
        row.agent,
        row.error,
        row.key,
        row.other_key,
    )
    return {number for number in ids if number is not None}


def _render(row: AuditEvent, texts: Mapping[int, str]) -> EventRecord:
    details = json.loads(row.details)
    service, _, event_name = texts[row.event].partition(":")
    via = details.get("v")
    by_service = "e" in details
    record: EventRecord = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _user_identity(row, texts, via),
        "eventTime": f"{datetime.fromtimestamp(row.time_us // 1_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": event_name,
        "awsRegion": texts[row.region],
        "sourceIPAddress": _service_name(via) or texts[row.source],
        "userAgent": _service_name(via) or texts[row.agent],
    }
    if row.error is not None:
        record["errorCode"] = texts[row.error]
    if "m" in details:  # a failed sign-in has a message and no code
        record["errorMessage"] = details["m"]
    record["requestParameters"] = details.get("p")
    record["responseElements"] = details.get("r")
    if "x" in details:
        record["additionalEventData"] = details["x"]
    if not by_service:
        record["requestID"] = str(row.request_id)
    record["eventID"] = str(row.event_id)
    record["readOnly"] = row.read_only
    resources = _resources(row, texts, details, event_name)
    if resources:
        record["resources"] = resources
    record["eventType"] = "AwsServiceEvent" if by_service else _EVENT_TYPES.get(service, "AwsApiCall")
    record["managementEvent"] = True
    record["recipientAccountId"] = row.account
    if "s" in details:
        record["sharedEventID"] = details["s"]
    if details.get("e"):
        record["serviceEventDetails"] = details["e"]
    record["eventCategory"] = "Management"
    tls = _tls_details(details.get("t"))
    if tls:
        record["tlsDetails"] = tls
    if details.get("c"):
        record["sessionCredentialFromConsole"] = "true"
    return record


def _user_identity(row: AuditEvent, texts: Mapping[int, str], via: str | None) -> dict[str, object]:
    identity = read_identity(texts[row.identity], row.account)
    name = identity.pop("userName", None)
    if row.access_key is not None:
        identity["accessKeyId"] = texts[row.access_key]
    if name is not None:
        identity["userName"] = name
    if via:
        identity["invokedBy"] = _service_name(via)
    return identity


def _tls_details(told: object) -> dict[str, str]:
    """Return what is known of the TLS of a call: the members that have a text."""
    if not isinstance(told, list):
        return {}
    names = ("tlsVersion", "cipherSuite", "clientProvidedHostHeader")
    return {name: text for name, text in zip(names, told, strict=True) if text}


def _service_name(via: str | None) -> str:
    """Return the name of a calling service without its Region."""
    return f"{via.split('.', 1)[0]}.amazonaws.com" if via else ""


def _resources(
    row: AuditEvent, texts: Mapping[int, str], details: Mapping[str, object], event_name: str
) -> list[dict[str, str]]:
    keys = [texts[number] for number in (row.key, row.other_key) if number is not None]
    if details.get("same"):
        keys *= 2
    aliases = details.get("a")
    named = [str(arn) for arn in aliases] if isinstance(aliases, list) else []
    arns = keys + named if event_name in _ALIAS_LAST else named + keys
    return [{"accountId": arn.split(":")[4], "type": KEY_TYPE, "ARN": arn} for arn in arns]
