"""The policy editor: the text of a key policy, its findings, and the statement panel beside it.

A page posts the whole editor; :func:`read_editor` gives it back with whatever the panel's button asked for already done
to the text, so that the panel works without script. Source: console.md 2.9, "Edit page".

    editor = read_editor(request.POST)                    # or PolicyEditor(text) on GET
    if editor.asked:                                      # a button of the panel: show the editor again
        return render_editor(request, editor, "page.html", context)
    editor = editor.checked(check_policy(request, editor.text, action=…, members=…))
    if editor.has_errors: 422, the page again; else save editor.text
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.policy.actions import ACTIONS, Where
from core.policy.condition_keys import CONDITION_KEYS
from core.policy.operators import BASIC_OPERATORS
from core.policy.principals import PrincipalForm, classify_principal, is_service_principal
from kmsconsole.web.numbers import whole_number
from kmsconsole.web.policy_document import (
    Statement,
    condition_texts,
    has_statement,
    principal_texts,
    read_document,
    statements_of,
    texts_of,
    with_text,
)
from kmsconsole.web.policy_findings import Finding, has_errors

TEMPLATE = "components/policy_editor.html"
TEXT_FIELD = "document"
BUTTON_FIELD = "panel"
KEY_POLICY_ACTIONS = ("kms:*", *(name for name, action in ACTIONS.items() if action.where is not Where.IDENTITY))
COMPLETIONS = json.dumps([*KEY_POLICY_ACTIONS, *(key.name for key in CONDITION_KEYS.values()), *BASIC_OPERATORS])


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement in the panel's list."""

    index: int
    label: str
    effect: str


@dataclass(frozen=True, slots=True)
class SelectedStatement:
    """The statement that the panel works on. ``others`` are its actions that are no action of the list (patterns)."""

    row: StatementRow
    actions: Sequence[tuple[str, bool]]
    others: Sequence[str]
    principals: Sequence[str]
    conditions: Sequence[str]


@dataclass(frozen=True)
class PolicyEditor:
    """The state of the editor on one page."""

    text: str
    findings: Sequence[Finding] = ()
    selected_index: int | None = None
    asks_to_remove: bool = False
    asked: bool = False
    """Whether a button of the panel was pressed, not one of the page."""
    error: str = ""
    """What was wrong with the entry in the panel."""
    error_field: str = ""
    entered: Mapping[str, str] | None = None

    def checked(self, findings: Sequence[Finding]) -> "PolicyEditor":
        return replace(self, findings=findings)

    @property
    def has_errors(self) -> bool:
        return has_errors(list(self.findings))

    @property
    def findings_json(self) -> str:
        return json.dumps([finding.as_dict() for finding in self.findings])

    @property
    def completions(self) -> str:
        return COMPLETIONS

    @property
    def operators(self) -> Sequence[str]:
        return tuple(BASIC_OPERATORS)

    @property
    def condition_keys(self) -> Sequence[str]:
        return tuple(key.name for key in CONDITION_KEYS.values())

    @cached_property
    def statements(self) -> list[StatementRow] | None:
        """The list of the panel; None while the text cannot be read as a policy."""
        document = read_document(self.text)
        return None if document is None else [_row(index, each) for index, each in enumerate(statements_of(document))]

    @cached_property
    def selected(self) -> SelectedStatement | None:
        document = read_document(self.text)
        if document is None or self.selected_index is None or self.selected_index >= len(statements_of(document)):
            return None
        statement = statements_of(document)[self.selected_index]
        actions = texts_of(statement.get("Action"))
        return SelectedStatement(
            row=_row(self.selected_index, statement),
            actions=[(name, name in actions) for name in KEY_POLICY_ACTIONS],
            others=[name for name in actions if name not in KEY_POLICY_ACTIONS],
            principals=[*principal_texts(statement.get("Principal"))],
            conditions=[*condition_texts(statement.get("Condition"))],
        )


def read_editor(posted: QueryDict) -> PolicyEditor:
    """Return the editor as it was posted, after what the panel's button asked for."""
    text = posted.get(TEXT_FIELD, "").replace("\r\n", "\n")
    operation, _colon, number = posted.get(BUTTON_FIELD, "").partition(":")
    selected = posted.get("panel_selected", "")
    index = whole_number(number or selected)
    editor = PolicyEditor(text, selected_index=index, asked=bool(operation))
    document = read_document(text)
    if operation in _CHANGES and document is not None and (operation == "add" or has_statement(document, index)):
        return _CHANGES[operation](editor, document, posted)
    return editor


def render_editor(
    request: HttpRequest, editor: PolicyEditor, page: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Render the page; for a button of the panel pressed with script, the editor alone."""
    alone = editor.asked and request.headers.get("HX-Request") == "true"
    response = render(request, TEMPLATE if alone else page, {**context, "editor": editor}, status=status)
    response.headers["Vary"] = "HX-Request"
    return response


# --- what the buttons do ----------------------------------------------------------------------------------------------
def _add(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    statements = statements_of(document)
    taken = {statement.get("Sid") for statement in statements}
    sid = next(name for number in range(1, len(taken) + 2) if (name := f"Statement{number}") not in taken)
    new = {"Sid": sid, "Effect": "Allow", "Principal": {}, "Action": [], "Resource": "*"}
    document["Statement"] = [*statements, new]
    return _written(editor, document, len(statements))


def _remove(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    return replace(editor, asks_to_remove=True)


def _remove_confirmed(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    document["Statement"] = [each for at, each in enumerate(statements_of(document)) if at != editor.selected_index]
    return _written(editor, document, None)


def _set_actions(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    statement = _selected(editor, document)
    patterns = [name for name in texts_of(statement.get("Action")) if name not in KEY_POLICY_ACTIONS]
    ticked = set(posted.getlist("panel_action"))
    actions = [name for name in KEY_POLICY_ACTIONS if name in ticked] + patterns
    statement["Action"] = actions[0] if len(actions) == 1 else actions
    return _written(editor, document, editor.selected_index)


def _add_principal(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    text = posted.get("panel_principal", "").strip()
    kind = "Service" if is_service_principal(text) else "AWS"
    if kind == "AWS" and classify_principal(text) is PrincipalForm.INVALID:
        message = _("Enter the ARN of a user or role, an account ID, a service such as s3.amazonaws.com, or *.")
        return _with_error(editor, "panel_principal", message, posted)
    statement = _selected(editor, document)
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        statement["Principal"] = principal = {"AWS": texts_of(principal)} if principal else {}
    principal[kind] = with_text(principal.get(kind), text)
    return _written(editor, document, editor.selected_index)


def _add_condition(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    operator, key, value = (posted.get(f"panel_{name}", "").strip() for name in ("operator", "key", "value"))
    prefix, _colon, rest = key.partition(":")
    if not (prefix and rest):
        return _with_error(editor, "panel_key", _("Enter a condition key, for example kms:ViaService."), posted)
    if operator not in BASIC_OPERATORS:
        return _with_error(editor, "panel_operator", _("Choose an operator."), posted)
    if not value:
        return _with_error(editor, "panel_value", _("Enter a value."), posted)
    statement = _selected(editor, document)
    conditions = statement.get("Condition")
    if not isinstance(conditions, dict):
        statement["Condition"] = conditions = {}
    tests = conditions.setdefault(operator, {})
    if isinstance(tests, dict):
        tests[key] = with_text(tests.get(key), value)
    return _written(editor, document, editor.selected_index)


def _enter(editor: PolicyEditor, document: Statement, posted: QueryDict) -> PolicyEditor:
    """Do what the Enter key means in a field of the panel: add what was typed there."""
    if posted.get("panel_principal", "").strip():
        return _add_principal(editor, document, posted)
    if posted.get("panel_key", "").strip() or posted.get("panel_value", "").strip():
        return _add_condition(editor, document, posted)
    return editor


def _with_error(editor: PolicyEditor, field: str, message: str, posted: QueryDict) -> PolicyEditor:
    entered = {name: value for name, value in posted.items() if name.startswith("panel_") and isinstance(value, str)}
    return replace(editor, error=message, error_field=field, entered=entered)


_CHANGES = {
    "add": _add,
    "remove": _remove,
    "confirm-remove": _remove_confirmed,
    "actions": _set_actions,
    "principal": _add_principal,
    "condition": _add_condition,
    "enter": _enter,
}


def _written(editor: PolicyEditor, document: Statement, selected: int | None) -> PolicyEditor:
    return replace(editor, text=json.dumps(document, indent=2, ensure_ascii=False), selected_index=selected)


def _row(index: int, statement: Statement) -> StatementRow:
    label = statement.get("Sid") or _("Statement %(number)s") % {"number": index + 1}
    return StatementRow(index, str(label), str(statement.get("Effect", "")))


def _selected(editor: PolicyEditor, document: Statement) -> Statement:
    assert editor.selected_index is not None
    return statements_of(document)[editor.selected_index]
