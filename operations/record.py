"""Builds the audit record of a call. Source: kms-semantics, section 5; shape of the row: performance.md, section 8.

Only members listed by the operation are recorded; plaintext, ciphertext, signatures and secrets are never listed.
"""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from audit.chain import Record
from audit.names import MAX_TEXT, names
from core.calls import Call, Door
from core.errors import KmsError, NotFoundException
from operations.key_time import account_time
from operations.metadata import audit_value
from operations.registry import FurtherEvent, Operation, Outcome, camel

_encode = msgspec.json.Encoder().encode
_RANDOM_BITS = 0x0FFF3FFFFFFFFFFFFFFF
AWS_INTERNAL = "AWS Internal"  # who acts when nobody has asked; source: kms-semantics 5.4
_NAMES = ("region", "event", "identity", "access_key", "source", "agent")
_VERSION_7 = 0x70008000000000000000
# Source: CloudTrail User Guide, "Record contents": what is longer is cut, or left out and said to be. A request that is
# carried out is far shorter, so only a refused one can be left out.
MOST_MESSAGE = 1024  # characters of errorMessage
MOST_PARAMETERS = 102_400  # bytes of requestParameters as JSON


class Progress:
    """How far a call has come: what a refusal's record may tell."""

    __slots__ = ("charged", "request", "subjects")

    def __init__(self) -> None:
        self.charged = False  # to a request quota: once a call, however often it is decided
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier decision has seen."""
        self.request: Any = None
        self.subjects: Any = ()


def time_us(moment: datetime) -> int:
    """Return microseconds since the epoch."""
    return int(moment.timestamp() * 1000) * 1000 + moment.microsecond % 1000


def new_event_id(milliseconds: int) -> str:
    """Return an event id as 32 hex digits: UUID version 7 (RFC 9562), so that an id leads to its time.

    Drawn from the process's own generator: an id is no secret, and ``os.urandom`` would wake another thread.
    """
    drawn = random.getrandbits(80)
    return f"{milliseconds:012x}{drawn & _RANDOM_BITS | _VERSION_7:020x}"


def intern_names(call: Call, operation: Operation) -> None:
    """Make the names that a record of this call points at durable, before a transaction begins."""
    _ids(call, operation)


def _ids(call: Call, operation: Operation) -> tuple[int | None, ...]:
    """Return the ids of what a record names beside keys and an error: the same for all the calls of one client."""
    return names.ids_of(
        _NAMES,
        (
            call.region,
            operation.permission,
            call.caller.identity,
            call.access_key_id or None,
            call.source_address,
            call.user_agent[:MAX_TEXT],
        ),
    )


def records(
    call: Call, operation: Operation, progress: Progress, outcome: Outcome | None, refusal: KmsError | None
) -> list[Record]:
    """Return the record of a call, and a second one for the owner of a key in another account that was used."""
    details: dict[str, object] = {}
    keys = [subject.key for subject in progress.subjects if subject.key is not None and subject.listed]
    denied = refusal is not None and refusal.audit_code == "AccessDenied"
    if isinstance(refusal, NotFoundException):
        keys = []
    elif denied:
        # A denial is recorded in the caller's account alone, which learns nothing of another account's keys from it.
        keys = [key for key in keys if key.account_id == call.caller.account_id]
    arns = list(dict.fromkeys(key.arn for key in keys))
    error_id = None
    if progress.request is not None and not denied and not isinstance(refusal, NotFoundException):
        parameters = _request_parameters(operation, progress)
        if parameters:
            details["p"] = parameters
    if refusal is not None:
        error_id = names.id_of("error", refusal.audit_code)
        if refusal.message:
            details["m"] = _cut(refusal.message)
    elif outcome is not None:
        if outcome.elements is not None:
            details["r"] = outcome.elements
        if outcome.additional is not None:
            details["x"] = outcome.additional
        if outcome.failure is not None:
            details["m"] = outcome.failure
        arns.extend(outcome.created_keys)
    if len(keys) > len(arns):
        details["same"] = True  # ReEncrypt under one key: two entries in resources
    if call.door is Door.CONSOLE:
        details["c"] = True
    if call.secure_transport:
        details["t"] = call.tls or True
    if call.via_service:
        details["v"] = call.via_service
    aliases = [subject.alias_arn for subject in progress.subjects if subject.alias_arn]
    if aliases and arns:
        details["a"] = aliases
    own_account = call.caller.account_id
    owners = {key.account_id for key in keys if key.account_id != call.caller.account_id}
    if refusal is None and owners:
        details["s"] = str(UUID(new_event_id(time_us(call.time) // 1000)))
        # Each account's history is written by its own clock.
        return [
            _row(call, operation, account, account_time(call, account), error_id, arns, details)
            for account in (own_account, *owners)
        ]
    row = _row(call, operation, own_account, call.time, error_id, arns, details)
    further = outcome.further if outcome is not None else ()
    return [row, *(further_record(call, event) for event in further)]


def _row(
    call: Call,
    operation: Operation,
    account: str,
    time: datetime,
    error_id: int | None,
    arns: list[str],
    details: dict[str, object],
) -> Record:
    stamp = time_us(time)
    region, event, identity, access_key, source, agent = _ids(call, operation)
    text = _encode(details)
    if len(text) > MOST_PARAMETERS:
        text = _encode({**details, "p": _short_of(details.get("p"))})
    return (
        stamp,
        account,
        region,
        event,
        operation.read_only,
        identity,
        access_key,
        source,
        agent,
        error_id,
        names.id_of("key", arns[0]) if arns else None,
        names.id_of("key", arns[1]) if len(arns) > 1 else None,
        call.request_id,
        new_event_id(stamp // 1000),
        text.decode(),
    )


def _cut(message: str) -> str:
    return message if len(message) <= MOST_MESSAGE else f"{message[: MOST_MESSAGE - 3]}..."


def _short_of(parameters: object) -> object:
    """Return a request's parameters, or what stands for them if they are too large."""
    size = len(_encode(parameters))
    if size <= MOST_PARAMETERS:
        return parameters
    return {"reason": "requestParameters too large", "omitted": True, "originalSize": size}


def further_record(call: Call, event: FurtherEvent) -> Record:
    """Return the record of what KMS has done in the course of a call: with its request id, after it in the chain."""
    stamp = time_us(call.time)
    details: dict[str, object] = {}
    if event.parameters is not None:
        details["p"] = event.parameters
    if event.elements is not None:
        details["r"] = event.elements
    if not event.internal:
        details["v"] = f"kms.{event.region}"
    identity = AWS_INTERNAL if event.internal else call.caller.identity
    arns = [names.id_of("key", arn) for arn in event.key_arns]
    return (
        stamp,
        call.caller.account_id,
        names.id_of("region", event.region),
        names.id_of("event", event.name),
        False,
        names.id_of("identity", identity),
        None,
        names.id_of("source", AWS_INTERNAL),
        names.id_of("agent", AWS_INTERNAL),
        None,
        arns[0] if arns else None,
        arns[1] if len(arns) > 1 else None,
        call.request_id,
        new_event_id(stamp // 1000),
        _encode(details).decode(),
    )


def _request_parameters(operation: Operation, progress: Progress) -> dict[str, object]:
    request = progress.request
    parameters: dict[str, object] = {}
    for attribute, name, default in operation.logged:
        value = getattr(request, attribute, None)
        if value is None:
            value = default(request) if callable(default) else default
        if value is not None:
            parameters[name] = value if type(value) in _PLAIN else _shown(value)
    for subject in progress.subjects:
        # Decrypt without KeyId still names the key that the ciphertext led to.
        if subject.recorded_as and subject.key is not None:
            parameters.setdefault(subject.recorded_as, subject.key.arn)
    return parameters


_PLAIN = (str, int, bool, dict)


def _shown(value: object) -> object:
    """Return a request's value as CloudTrail shows it: structures with lowerCamel members, dates as text."""
    if isinstance(value, msgspec.Struct):
        members = ((camel(name), getattr(value, name)) for name in value.__struct_fields__)
        return {name: _shown(inner) for name, inner in members if inner is not None}
    if isinstance(value, list | tuple):
        return [_shown(inner) for inner in value]
    if isinstance(value, float):  # the only numbers of KMS requests that may have a fraction are times
        return _shown_time(value)
    return audit_value(value)


def _shown_time(seconds: float) -> object:
    try:
        return audit_value(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return seconds  # a time that no calendar has; the request was refused for it
