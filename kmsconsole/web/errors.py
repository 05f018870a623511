"""Turns a refusal into what a page shows: an error at a field, a flash message, or an alert with the whole explanation.

Every refusal tells who may not do what, and why. What the caller may know is decided by
:mod:`operations.explanations`; here it is put into words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import make_call
from kmsconsole.web.refusal_words import layer_rows, reason_sentence, remedy_sentence, statement_label, words_of
from operations.explanations import explain_refusal

_MEMBER_AT_FAULT = re.compile(r" at '([A-Za-z]+)")
# Codes that are about one member, whatever their sentence says.
_FIELD_OF_CODE: Mapping[str, str] = {
    "AlreadyExistsException": "alias_name",
    "InvalidAliasNameException": "alias_name",
    "MalformedPolicyDocumentException": "policy",
    "TagException": "tags",
    "MalformedPolicyDocument": "policy_document",
    "PasswordPolicyViolation": "password",
}


@dataclass(frozen=True, slots=True)
class RemedyView:
    """One way out: a sentence and, where there is one, a ready-made policy statement."""

    text: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal in words, for templates/components/refusal.html. Without an explanation ``action`` is ""."""

    code: str
    message: str
    request_id: str = ""
    caller: str = ""
    action: str = ""
    resource: str = ""
    reason: str = ""
    layers: tuple[tuple[str, str], ...] = ()
    deciding: tuple[str, ...] = ()
    remedies: tuple[RemedyView, ...] = ()

    @property
    def summary(self) -> str:
        """Reason and first remedy in one line: why a control is off."""
        return " ".join(
            part for part in (self.reason or self.message, self.remedies[0].text if self.remedies else "") if part
        )


def refusal_view(request: HttpRequest, error: KmsError) -> RefusalView:
    """Return a refusal in words, as far as the signed-in principal may know."""
    code, request_id = error.code, str(error.facts.get("request_id", ""))
    message = error.message or words_of(error)
    explanation = explain_refusal(make_call(request, "", {}), error)
    if explanation is None:
        hint = words_of(error) if error.message else ""
        return RefusalView(code, message, request_id, remedies=(RemedyView(hint),) if hint else ())
    remedies = [RemedyView(remedy_sentence(remedy), remedy.statement or "") for remedy in explanation.remedies]
    if explanation.kind is None:
        remedies = [
            RemedyView(
                _(
                    "Check the key ID and the Region. If the key belongs to another account, its key policy has to "
                    "name you or your account, and an IAM policy of yours has to allow the action too."
                )
            )
        ]
    return RefusalView(
        code=code,
        message=message,
        request_id=request_id,
        caller=explanation.caller,
        action=explanation.action,
        resource=explanation.resource,
        reason=reason_sentence(explanation),
        layers=tuple(layer_rows(explanation)),
        deciding=tuple(statement_label(ref) for ref in explanation.deciding),
        remedies=tuple(remedies),
    )


def refusal_context(request: HttpRequest, error: KmsError) -> dict[str, Any]:
    """Return the variables of templates/components/refusal.html."""
    return {"refusal": refusal_view(request, error)}


def flash_refusal(request: HttpRequest, error: KmsError, header: str = "") -> None:
    """Show a refusal on the next page: code, message, why, what would help, request id."""
    view = refusal_view(request, error)
    details = [view.reason, *(remedy.text for remedy in view.remedies[:2])]
    if view.request_id:
        details.append(_("Request ID: %(id)s") % {"id": view.request_id})
    flash.add(
        request,
        Flash(
            kind="error",
            header=header or view.code,
            text=f"{view.code}: {view.message}" if header else view.message,
            detail=" ".join(text for text in details if text),
        ),
    )


def field_errors(error: KmsError) -> dict[str, list[str]]:
    """Return the fields that a refusal is about, by the member's name in snake_case ("alias_name", "policy").

    Empty if it is about no field: then flash it, or show it above the form.
    """
    message = error.message or words_of(error)
    named = [_snake(member) for member in _MEMBER_AT_FAULT.findall(error.message or "")]
    if error.code in ("ValidationException", "ValidationError") and named:
        return {name: [message] for name in named}
    field = _FIELD_OF_CODE.get(error.code)
    return {field: [message]} if field else {}


def _snake(member: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", member).lower()
