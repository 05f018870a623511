"""What is wrong with a key policy, and where: the findings of the policy editor.

The form of the document is read here, so that every fault is shown at its line and column; whether the service takes
the policy (principals that exist, size, lockout) is asked of the service itself. Source: console.md 2.9, "Checks".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.errors import KmsError
from core.policy.documents import KEY_POLICY_LIMIT_BYTES, LOCKOUT, parse_key_policy
from core.policy.json_positions import JsonPositions, Path, Position, locate, position
from core.policy.json_text import read_json
from core.policy.principals import PrincipalForm, classify_principal, is_service_principal
from core.policy.statements import PolicyWarning, WarningCode
from core.policy.structure import FaultKind, read_structure
from kmsconsole.web.door import make_call, refusal_of
from operations.key_policies import policy_refusal, unknown_principals


class Severity(StrEnum):
    """Errors keep a policy from being saved; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark at a line and column (both from 1)."""

    line: int
    column: int
    severity: Severity
    message: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


# The console asks for all four; the service itself takes a statement without Action or Resource and gives it no effect.
# An element that is there but empty counts as missing.
_REQUIRED = (
    (("Effect",), gettext_lazy("Statement %(number)s has no Effect.")),
    (("Principal", "NotPrincipal"), gettext_lazy("Statement %(number)s has no Principal.")),
    (("Action", "NotAction"), gettext_lazy("Statement %(number)s has no Action.")),
    (("Resource", "NotResource"), gettext_lazy("Statement %(number)s has no Resource.")),
)
_FAULTS: Mapping[FaultKind, str | Promise] = {
    FaultKind.VERSION: gettext_lazy('Version must be "2012-10-17" or "2008-10-17".'),
    FaultKind.ELEMENT: gettext_lazy("%(element)s is not an element of a policy, or its value has the wrong form."),
    FaultKind.EFFECT: gettext_lazy('Effect must be "Allow" or "Deny".'),
    FaultKind.NO_PRINCIPAL: gettext_lazy("%(element)s names nobody."),
    FaultKind.PRINCIPAL: gettext_lazy('%(element)s must be "*" or an object with AWS or Service principals.'),
    FaultKind.BOTH: gettext_lazy("A statement cannot have both an element and its opposite: remove %(element)s."),
    FaultKind.OPERATOR: gettext_lazy("%(element)s is not a condition operator."),
    FaultKind.KEY_PREFIX: gettext_lazy("The condition key %(element)s lacks its prefix, for example kms: or aws:."),
}
_WARNINGS: Mapping[WarningCode, str | Promise] = {
    WarningCode.NO_ACTION: gettext_lazy("The statement has no action and therefore no effect."),
    WarningCode.NO_RESOURCE: gettext_lazy("The statement has no resource and therefore no effect."),
    WarningCode.RESOURCE_NOT_STAR: gettext_lazy('In a key policy the resource is "*", which means this key.'),
    WarningCode.FOREIGN_ACTION: gettext_lazy("%(subject)s is not an action of KMS and has no effect in a key policy."),
    WarningCode.UNKNOWN_ACTION: gettext_lazy("KMS has no action %(subject)s."),
    WarningCode.INEFFECTIVE_ACTION: gettext_lazy("%(subject)s has no effect in a key policy; use an IAM policy."),
    WarningCode.KEY_ABSENT_IN_KEY_POLICY: gettext_lazy("The condition key %(subject)s is absent in key policies."),
    WarningCode.SET_OPERATOR_MISSING: gettext_lazy(
        "%(subject)s has several values: use ForAnyValue or ForAllValues with the operator."
    ),
    WarningCode.UNPARSABLE_VALUE: gettext_lazy("The operator cannot read the value %(subject)s."),
    WarningCode.NOT_PRINCIPAL: gettext_lazy("NotPrincipal reaches everybody else, also principals made later."),
    WarningCode.EVERYBODY: gettext_lazy("The statement allows everybody, in every account."),
    WarningCode.OLD_VERSION: gettext_lazy('Without Version "2012-10-17" policy variables have no effect.'),
}


def check_policy(
    request: HttpRequest,
    text: str,
    *,
    action: str = "CreateKey",
    members: Mapping[str, object] | None = None,
    region: str | None = None,
) -> list[Finding]:
    """Return every finding about a key policy; it can be saved if none is an error.

    The policy is meant for an action that takes one, whose other members are given.
    """
    found, positions = _form(text)
    if not found and positions is not None:
        found += _service(request, text, positions, action, members or {}, region)
    if positions is not None and not any(finding.severity is Severity.ERROR for finding in found):
        found += _warnings(text, positions)
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def has_errors(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _error(at: Position, message: str) -> Finding:
    return Finding(at.line, at.column, Severity.ERROR, message)


# --- the form of the document -----------------------------------------------------------------------------------------
def _form(text: str) -> tuple[list[Finding], JsonPositions | None]:
    start = Position(1, 1)
    if not text.strip():
        return [_error(start, _("Key policy is required"))], None
    try:
        json.loads(text)
        positions = locate(text)
        if positions.repeated:
            message = _("%(name)s appears twice in the same object.")
            return [_error(position(text, at), message % {"name": path[-1]}) for path, at in positions.repeated], None
        data = read_json(text)
    except json.JSONDecodeError as error:
        return [_error(Position(error.lineno, error.colno), _syntax_message(error))], None
    except (RecursionError, ValueError):
        return [_error(start, _("The key policy is not valid JSON."))], None
    if not isinstance(data, dict):
        return [_error(start, _("The key policy must be a JSON object."))], None
    found = []
    if (size := len(text.encode())) > KEY_POLICY_LIMIT_BYTES:
        message = _("The key policy has %(size)s bytes; at most %(limit)s are allowed.")
        found.append(_error(start, message % {"size": size, "limit": KEY_POLICY_LIMIT_BYTES}))
    found += _statement_findings(data, positions)
    return found, positions


# What Python's parser says of a text that is not JSON: written here so that it is translated.
SYNTAX_FAULTS = frozenset(
    {
        gettext_noop("Expecting value"),
        gettext_noop("Expecting property name enclosed in double quotes"),
        gettext_noop("Expecting ':' delimiter"),
        gettext_noop("Expecting ',' delimiter"),
        gettext_noop("Extra data"),
        gettext_noop("Unterminated string starting at"),
        gettext_noop("Invalid control character at"),
        gettext_noop("Invalid \\escape"),
        gettext_noop("Invalid \\uXXXX escape"),
        gettext_noop("Illegal trailing comma before end of object"),
        gettext_noop("Illegal trailing comma before end of array"),
    }
)


def _syntax_message(error: json.JSONDecodeError) -> str:
    return _("JSON syntax error at line %(line)s, column %(column)s: %(message)s") % {
        "line": error.lineno,
        "column": error.colno,
        "message": _(error.msg),
    }


def _statement_findings(data: dict[str, object], positions: JsonPositions) -> Iterator[Finding]:
    document, faults = read_structure(data)
    entries = data.get("Statement")
    for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        path: Path = ("Statement", index) if isinstance(entries, list) else ("Statement",)
        if isinstance(entry, dict):
            for names, message in _REQUIRED:
                if not any(entry.get(name) for name in names):
                    yield _error(positions.of_value(path), str(message) % {"number": index + 1})
    entries = _objects(entries)
    said = {
        FaultKind.EFFECT: not all(entry.get("Effect") for entry in entries),
        FaultKind.NO_PRINCIPAL: not all(entry.get("Principal") or entry.get("NotPrincipal") for entry in entries),
    }
    for fault in faults:
        if not said.get(fault.kind):
            yield _error(_place_of(fault.element, positions), str(_FAULTS[fault.kind]) % {"element": fault.element})
    for text in sorted(document.principals):
        if classify_principal(text) is PrincipalForm.INVALID and not is_service_principal(text):
            yield _error(_place_of_text(text, positions), _principal_message(text))


def _objects(entries: object) -> list[dict[str, object]]:
    return [entry for entry in (entries if isinstance(entries, list) else [entries]) if isinstance(entry, dict)]


def _place_of(name: str, positions: JsonPositions) -> Position:
    """Return where a member of this name stands first."""
    path = next((path for path in positions.names if path[-1] == name), ())
    return positions.of_name(path) if path else Position(1, 1)


def _place_of_text(text: str, positions: JsonPositions, below: Path = ()) -> Position:
    """Return where a string stands first, inside the value at ``below``."""
    quoted = {json.dumps(text), json.dumps(text, ensure_ascii=False)}
    for path, at in positions.values.items():
        if path[: len(below)] == below and any(positions.text.startswith(each, at) for each in quoted):
            return position(positions.text, at)
    named = next((path for path in positions.names if path[: len(below)] == below and path[-1] == text), None)
    return positions.of_name(named) if named else positions.of_value(below)


def _principal_message(text: str) -> str:
    if ":group/" in text:
        return _("%(principal)s is a group. A policy cannot name groups: name users or roles.") % {"principal": text}
    return _("%(principal)s is not a valid principal, or does not exist.") % {"principal": text}


# --- what the service says --------------------------------------------------------------------------------------------
def _service(
    request: HttpRequest,
    text: str,
    positions: JsonPositions,
    action: str,
    members: Mapping[str, object],
    region: str | None,
) -> list[Finding]:
    meant = {**members, "Policy": text}
    # Who may not store a policy learns nothing about the principals in it.
    refusal = refusal_of(request, action, meant, region)
    if refusal is None:
        refusal = policy_refusal(make_call(request, action, meant, region))
    if refusal is None:
        return []
    unknown = unknown_principals(read_structure(read_json(text))[0].principals) if _about_policy(refusal) else ()
    if unknown:
        return [_error(_place_of_text(each, positions), _principal_message(each)) for each in sorted(unknown)]
    if refusal.message == LOCKOUT:
        message = _(
            "With this key policy you could not change the key policy any more. Keep a statement that allows you "
            "kms:PutKeyPolicy, for example one with you as a key administrator."
        )
        return [_error(positions.of_name(("Statement",)), message)]
    return [_error(positions.of_value(()), refusal.message or refusal.code)]


def _about_policy(refusal: KmsError) -> bool:
    return refusal.code == "MalformedPolicyDocumentException"


def _warnings(text: str, positions: JsonPositions) -> Iterator[Finding]:
    for warning in parse_key_policy(text).warnings:
        at = _place_of_warning(warning, positions)
        message = str(_WARNINGS[warning.code]) % {"subject": warning.subject}
        yield Finding(at.line, at.column, Severity.WARNING, message)


def _place_of_warning(warning: PolicyWarning, positions: JsonPositions) -> Position:
    if warning.statement is None:
        return positions.of_name(("Version",))
    path: Path = ("Statement", warning.statement)
    if path not in positions.values:
        path = ("Statement",)
    return _place_of_text(warning.subject, positions, path) if warning.subject else positions.of_value(path)
