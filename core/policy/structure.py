"""From JSON to statements, with every departure from the grammar noted rather than raised.

Key policies and IAM documents are refused with different sentences and in a different order, so this module only says
what is wrong; :mod:`core.policy.documents` chooses the words. Source: authorization 1.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from core.policy.json_text import NumberText
from core.policy.operators import parse_operator
from core.policy.statements import (
    CURRENT_VERSION,
    OLD_VERSION,
    ConditionEntry,
    Effect,
    PolicyDocument,
    Principals,
    Statement,
)


class FaultKind(StrEnum):
    VERSION = "version"
    ELEMENT = "element"
    EFFECT = "effect"
    NO_PRINCIPAL = "no-principal"
    PRINCIPAL = "principal"
    BOTH = "both"
    OPERATOR = "operator"
    KEY_PREFIX = "key-prefix"


@dataclass(frozen=True, slots=True)
class Fault:
    """A departure from the grammar; ``element`` is the element's name or the operator or key at fault."""

    kind: FaultKind
    element: str


_DOCUMENT_ELEMENTS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS = frozenset(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"]
)
_PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


def read_structure(data: object) -> tuple[PolicyDocument, tuple[Fault, ...]]:
    """Read a document. With faults the returned document holds what could be read, and must not be used to decide."""
    reader = _Reader()
    return reader.document(data), tuple(reader.faults)


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, kind: FaultKind, element: str) -> None:
        self.faults.append(Fault(kind, element))

    def document(self, data: object) -> PolicyDocument:
        if not isinstance(data, dict):
            self.fault(FaultKind.ELEMENT, "Statement")
            return PolicyDocument(None, None, ())
        for name in data:
            if name not in _DOCUMENT_ELEMENTS:
                self.fault(FaultKind.ELEMENT, name)
        version = self.plain_text(data, "Version", FaultKind.VERSION)
        if version not in (None, CURRENT_VERSION, OLD_VERSION):
            self.fault(FaultKind.VERSION, "Version")
        entries = data.get("Statement")
        if isinstance(entries, dict):
            entries = [entries]
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            self.fault(FaultKind.ELEMENT, "Statement")
            entries = []
        statements = tuple(self.statement(index, entry) for index, entry in enumerate(entries))
        return PolicyDocument(version, self.plain_text(data, "Id", FaultKind.ELEMENT), statements)

    def plain_text(self, data: Mapping[str, object], name: str, kind: FaultKind) -> str | None:
        value = data.get(name)
        if name in data and (not isinstance(value, str) or isinstance(value, NumberText)):
            self.fault(kind, name)
            return None
        return cast("str | None", value)

    def statement(self, index: int, data: Mapping[str, object]) -> Statement:
        for name in data:
            if name not in _STATEMENT_ELEMENTS:
                self.fault(FaultKind.ELEMENT, name)
        effect = data.get("Effect")
        if effect not in ("Allow", "Deny"):
            self.fault(FaultKind.EFFECT, "Effect")
            effect = "Deny"
        for name in ("Action", "Resource"):
            if name in data and f"Not{name}" in data:
                self.fault(FaultKind.BOTH, f"Not{name}")
        return Statement(
            index=index,
            sid=self.plain_text(data, "Sid", FaultKind.ELEMENT),
            effect=Effect(effect),
            principals=self.principals(data, "Principal"),
            not_principals=self.principals(data, "NotPrincipal"),
            actions=self.texts(data, "Action"),
            not_actions=self.texts(data, "NotAction"),
            resources=self.texts(data, "Resource"),
            not_resources=self.texts(data, "NotResource"),
            conditions=self.conditions(data.get("Condition", {})),
        )

    def texts(self, data: Mapping[str, object], name: str) -> tuple[str, ...] | None:
        if name not in data:
            return None
        value = data[name]
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) and not isinstance(item, NumberText) for item in values):
            self.fault(FaultKind.ELEMENT, name)
            return ()
        return tuple(values)

    def principals(self, data: Mapping[str, object], name: str) -> Principals | None:
        if name not in data:
            return None
        value = data[name]
        if value == "*":
            return Principals(everybody=True)
        if not isinstance(value, dict):
            self.fault(FaultKind.PRINCIPAL, name)
            return Principals()
        found: dict[str, tuple[str, ...]] = {}
        for kind, names in value.items():
            texts = names if isinstance(names, list) else [names]
            # An account id may be sent as a JSON number; the spelling decides.
            if kind not in _PRINCIPAL_TYPES or not all(isinstance(text, str) for text in texts):
                self.fault(FaultKind.PRINCIPAL, name)
                continue
            found[kind] = tuple(str(text) for text in texts)
        if len(found) == len(value) and not any(found.values()):
            self.fault(FaultKind.NO_PRINCIPAL, name)
        return Principals(
            aws=found.get("AWS", ()),
            service=found.get("Service", ()),
            other=found.get("Federated", ()) + found.get("CanonicalUser", ()),
        )

    def conditions(self, data: object) -> tuple[ConditionEntry, ...]:
        if not isinstance(data, dict):
            self.fault(FaultKind.ELEMENT, "Condition")
            return ()
        entries = []
        for operator, tests in data.items():
            if parse_operator(operator) is None:
                self.fault(FaultKind.OPERATOR, operator)
                continue
            if not isinstance(tests, dict):
                self.fault(FaultKind.ELEMENT, "Condition")
                continue
            for key, value in tests.items():
                prefix, colon, rest = key.partition(":")
                if not (prefix and colon and rest):
                    self.fault(FaultKind.KEY_PREFIX, key)
                values = value if isinstance(value, list) else [value]
                if not all(isinstance(item, str | bool) for item in values):
                    self.fault(FaultKind.ELEMENT, "Condition")
                    continue
                entries.append(ConditionEntry(operator, key, tuple(_spelling(item) for item in values)))
        return tuple(entries)


def _spelling(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
