"""The operations of the service: ``@operation`` and ``OPERATIONS``; each file in ``actions/`` registers itself."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from audit.changes import Touched
from core.shapes import convert_request, decode_request
from operations import actions


class FurtherEvent(msgspec.Struct, frozen=True):
    """An event that KMS itself causes in the course of a call, in another Region or another service.

    ``internal``: the service acts for itself; otherwise it acts for the caller, and the event says so.
    """

    name: str  # service and name: kms:SynchronizeMultiRegionKey
    region: str
    key_arns: Sequence[str] = ()
    parameters: Mapping[str, object] | None = None
    elements: Mapping[str, object] | None = None
    internal: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What an action has done.

    ``members`` are the answer (None: no output), ``elements`` and ``additional`` go to the audit record, ``touched``
    tells other processes what to drop, ``created_keys`` are ARNs that did not exist before. ``failure`` is the text of
    an event that tells of a failure without an error code, as ConsoleLogin does. ``further`` are events beside the
    call's own.
    """

    members: Mapping[str, object] | None = None
    elements: Mapping[str, object] | None = None
    additional: Mapping[str, object] | None = None
    touched: Sequence[tuple[Touched, str]] = ()
    created_keys: Sequence[str] = ()
    failure: str | None = None
    further: Sequence[FurtherEvent] = ()

    def __repr__(self) -> str:
        return f"Outcome({', '.join(self.members or ())})"


@dataclass(frozen=True, slots=True)
class Operation:
    """One action of one service."""

    name: str
    service: str
    run: Callable[..., Outcome]
    # Slow work, done before `run` outside any lock and transaction; its result is the last argument of `run`.
    prepare: Callable[..., Any] | None
    parse: Callable[[bytes | Mapping[str, object]], Any]
    writes: bool
    # (attribute of the request, name in the audit record, value when absent)
    logged: tuple[tuple[str, str, object], ...]
    # Tells which keys a request is about; see operations.resolve.
    resolve: Callable[..., Any] | None
    # Whether the policy engine is asked; GetCallerIdentity needs no permission and cannot be denied.
    authorized: bool
    read_only: bool
    # Whether memory alone can answer it, once what it needs is cached: an event loop may then do it.
    quick: bool
    # Service and name, as policies and audit records write them: kms:Encrypt.
    permission: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permission", f"{self.service}:{self.name}")


OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str,
    *,
    parse: Callable[[bytes | Mapping[str, object]], Any],
    service: str = "kms",
    writes: bool = False,
    read_only: bool | None = None,
    logged: Sequence[str | tuple[str, object]] = (),
    resolve: Callable[..., Any] | None = None,
    prepare: Callable[..., Any] | None = None,
    authorized: bool = True,
    quick: bool = False,
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register an action. A name can be registered once.

    ``logged`` lists the request's attributes that the audit record shows, each with the default that AWS fills in (a
    value, or a function of the request).
    ``read_only`` is CloudTrail's flag; it is the opposite of ``writes`` unless said.
    ``prepare`` takes what ``run`` takes, once a first look has found the call permitted, and changes nothing. ``run``,
    before which permission is decided for good, may be called several times with the one result.
    """

    def register(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
        if name in OPERATIONS:
            raise ValueError(f"The operation {name} is registered twice.")
        columns = tuple((item, None) if isinstance(item, str) else item for item in logged)
        OPERATIONS[name] = Operation(
            name=name,
            service=service,
            run=run,
            prepare=prepare,
            parse=parse,
            writes=writes,
            logged=tuple((attribute, camel(attribute), default) for attribute, default in columns),
            resolve=resolve,
            authorized=authorized,
            read_only=(not writes) if read_only is None else read_only,
            quick=quick,
        )
        return run

    return register


def camel(attribute: str) -> str:
    """Return an attribute's name as CloudTrail writes it: ``key_id`` is keyId."""
    first, *rest = attribute.split("_")
    return first + "".join(word.title() for word in rest)


@cache
def load_actions() -> None:
    """Import every action file, once."""
    for module in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
        importlib.import_module(module.name)


def kms_operation(name: str, **options: Any) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register a KMS action whose request is the service model's structure of that name."""

    def parse(members: bytes | Mapping[str, object]) -> Any:
        return decode_request(name, members) if isinstance(members, bytes) else convert_request(name, members)

    return operation(name, parse=parse, **options)
