"""Watches the calls of one operation: which members are sent, read and answered, and which enum values.

What counts is a call that was permitted. A member counts if it was sent and the operation read it: one that nothing
reads would be accepted and ignored. The record of the call, which reads members to show them, does not count.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest

from core import service_model
from core.errors import DryRunOperationException
from operations import clock
from operations.registry import OPERATIONS
from tests.builders import run_as
from tests.enclaves import Enclave
from tests.operations.kinds import KINDS, PAIRS
from tests.people import People, Person


class Watched:
    """A request, or a structure in it, that notes which of its members are read while the operation is at work."""

    def __init__(self, inner: msgspec.Struct, path: str, observed: "Observed") -> None:
        self._inner, self._path, self._observed = inner, path, observed
        self._wire_names = dict(zip(inner.__struct_fields__, inner.__struct_encode_fields__, strict=True))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not self._observed.at_work or name not in self._wire_names:
            return value
        path = f"{self._path}{self._wire_names[name]}"
        self._observed.read.add(path)
        if isinstance(value, msgspec.Struct):
            return Watched(value, f"{path}.", self._observed)
        if isinstance(value, tuple | list) and value and isinstance(value[0], msgspec.Struct):
            return tuple(Watched(item, f"{path}[].", self._observed) for item in value)
        return value


class Observed:
    """One operation, its people and the settings of the service; :meth:`call` makes the calls that count."""

    def __init__(
        self, action: str, people: People, settings: Any, monkeypatch: pytest.MonkeyPatch, enclave: Enclave
    ) -> None:
        self.action, self.people, self.settings, self._enclave = action, people, settings, enclave
        self.ada = people.ada
        self.now = int(clock.account_time(0).timestamp())
        self.at_work = False
        self.read: set[str] = set()
        self.cells: dict[str, str] = {}
        operation = OPERATIONS[action]

        def parse(members: bytes | Mapping[str, object]) -> Any:
            self.at_work = True
            return Watched(operation.parse(members), "", self)

        def run(*arguments: Any) -> Any:
            try:
                outcome = operation.run(*arguments)
            finally:
                self.at_work = False
            output = service_model.output_shape(action)
            assert (output is None) == (outcome.members is None)
            assert {*(outcome.members or ())} <= {*service_model.output_members(action)}
            return outcome

        watched = {"parse": parse, "run": run}
        if operation.prepare is not None:
            watched["prepare"] = operation.prepare
        monkeypatch.setitem(OPERATIONS, action, dataclasses.replace(operation, **watched))

    def call(self, members: Mapping[str, Any] | None = None, by: Person | None = None, **options: Any) -> Any:
        """Make a call that is permitted; return its answer."""
        self.read.clear()
        members = members or {}
        answer = run_as(by or self.ada, self.action, members, **options)
        self._note_request(members)
        structure = service_model.output_shape(self.action)
        if structure is not None:
            for name in _answered(answer, structure):
                self.cells[f"answer {name}"] = "given"
        return answer

    def dry_run(self, members: Mapping[str, Any], **options: Any) -> None:
        """Make a call that would be permitted."""
        self.read.clear()
        try:
            run_as(self.ada, self.action, {**members, "DryRun": True}, **options)
        except DryRunOperationException:
            self._note_request(members)
            self.cells["request DryRun"] = "read"
            return
        raise AssertionError(f"{self.action} ignores DryRun")

    def pages(self, members: Mapping[str, Any]) -> None:
        """List page by page: there is more than one entry."""
        first = self.call({**members, "Limit": 1})
        self.call({**members, "Limit": 1, "Marker": first["NextMarker"]})
        self.call(members)

    def grant_token(self, key_id: str) -> str:
        members = {"KeyId": key_id, "GranteePrincipal": self.people.carol.arn, "Operations": ["DescribeKey"]}
        return str(run_as(self.ada, "CreateGrant", members)["GrantToken"])

    def recipient(self) -> dict[str, Any]:
        """Return the member that asks for an answer which only the enclave can read."""
        document = self._enclave.document()
        return {"Recipient": {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": document}}

    def _note_request(self, members: Mapping[str, Any]) -> None:
        for path, value in _sent(members, service_model.input_shape(self.action)):
            if path in self.read or path.endswith("[]"):
                self.cells[f"request {path}"] = "read"
            if isinstance(value, str) and value:
                self.cells[f"request {path}={value}"] = "permitted"


def _sent(members: Mapping[str, Any], structure: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each member that is sent, and its value where that is one of an enum ("" elsewhere)."""
    for name, shape_name in service_model.members(structure).items():
        if name in members:
            yield from _values(members[name], shape_name, f"{path}{name}")


def _values(value: Any, shape_name: str, path: str) -> Iterator[tuple[str, str]]:
    shape = service_model.shape(shape_name)
    yield path, value if shape.get("enum") else ""
    if shape["type"] == "structure":
        yield from _sent(value, shape_name, f"{path}.")
    elif shape["type"] == "list":
        for item in value:
            yield from _values(item, shape["member"]["shape"], f"{path}[]")


def _answered(members: Mapping[str, Any], structure: str) -> Iterator[str]:
    """Yield ``Structure.Member`` and ``Enum=VALUE`` for everything in an answer."""
    for name, shape_name in service_model.members(structure).items():
        value = members.get(name)
        if value is not None:
            yield f"{structure}.{name}"
            yield from _answered_values(value, shape_name)


def _answered_values(value: Any, shape_name: str) -> Iterator[str]:
    shape = service_model.shape(shape_name)
    if shape.get("enum"):
        yield f"{shape_name}={value}"
    elif shape["type"] == "structure":
        yield from _answered(value, shape_name)
    elif shape["type"] == "list":
        for item in value:
            yield from _answered_values(item, shape["member"]["shape"])


# One kind of key for each set of algorithms.
OF_EACH_SORT = list({(usage, *KINDS[spec][usage]): (spec, usage) for spec, usage in reversed(PAIRS)}.values())

Tour = Callable[[Observed], None]
TOURS: dict[str, Tour] = {}


def tour(*actions: str) -> Callable[[Tour], Tour]:
    """Register the tour of one or several operations."""

    def register(function: Tour) -> Tour:
        for action in actions:
            assert action not in TOURS
            TOURS[action] = function
        return function

    return register
