"""What crosses the doors: a call, who makes it, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from core.policy.decide import PrincipalFacts


class Door(StrEnum):
    """Where a call came in."""

    API = "api"
    CONSOLE = "console"
    SERVICE = "service"  # an integrated service that acts for the caller


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal, as it was at one configuration version."""

    principal_pk: int
    facts: PrincipalFacts
    clock_offset_seconds: int
    identity: str  # CloudTrail's userIdentity without the access key, as JSON

    @property
    def account_id(self) -> str:
        return self.facts.account_id

    @property
    def arn(self) -> str:
        return self.facts.arn


class Call(msgspec.Struct, frozen=True):
    """One request, whichever door it came through.

    ``members`` are the request's members as on the wire: JSON text from the API, a mapping (blobs as bytes) from the
    console. ``time`` is the one instant of the whole call, by the account's clock, in UTC.
    """

    action: str
    members: bytes | Mapping[str, object]
    caller: Caller
    region: str
    time: datetime
    request_id: str
    source_address: str
    user_agent: str
    door: Door
    access_key_id: str | None = None
    secure_transport: bool = False
    tls: tuple[str, ...] = ()  # over TLS: version and cipher suite, "" where unknown, and the host that was named
    via_service: str | None = None

    def __repr__(self) -> str:
        return f"Call({self.action} {self.request_id})"


class Result(msgspec.Struct, frozen=True):
    """A call's answer: the output members by wire name, or None where the model has no output."""

    action: str
    request_id: str
    members: Mapping[str, object] | None

    def __repr__(self) -> str:
        return f"Result({self.action} {self.request_id})"
