"""The menu **Key actions**: what is offered for a key, and why something is not.

The service is asked, without effect; nothing is decided here. An action that would leave the state as it is, is not
offered (console.md 2.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import KmsError
from core.key_states import NEXT, KeyState
from kmsconsole.web.door import refusal_of


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One item of the menu: the word for scripts, the label, the API action behind it."""

    word: str
    label: str | Promise
    operation: str


ENABLE = KeyAction("enable", gettext_lazy("Enable"), "EnableKey")
DISABLE = KeyAction("disable", gettext_lazy("Disable"), "DisableKey")
SCHEDULE = KeyAction("schedule", gettext_lazy("Schedule key deletion"), "ScheduleKeyDeletion")
CANCEL = KeyAction("cancel", gettext_lazy("Cancel key deletion"), "CancelKeyDeletion")
TAGS = KeyAction("tags", gettext_lazy("Add or edit tags"), "TagResource")
MATERIAL = KeyAction("material", gettext_lazy("Delete key material"), "DeleteImportedKeyMaterial")
KEY_ACTIONS = (ENABLE, DISABLE, SCHEDULE, CANCEL, TAGS, MATERIAL)

_ASKED_WITH: Mapping[str, Mapping[str, object]] = {"TagResource": {"Tags": [{"TagKey": "Name", "TagValue": ""}]}}


def refusals(
    request: HttpRequest, key_id: str, state: KeyState, *, imported: bool, has_material: bool
) -> dict[str, KmsError | str]:
    """Return why each action that is not offered for a key is not, by its word. ``state`` is the effective one."""
    found: dict[str, KmsError | str] = {}
    for action in KEY_ACTIONS:
        members = {"KeyId": key_id, **_ASKED_WITH.get(action.operation, {})}
        refusal = refusal_of(request, action.operation, members)
        if refusal is not None:
            found[action.word] = refusal
        elif NEXT.get((action.operation, state)) is state:
            found[action.word] = _already(action)
    if not imported:
        found[MATERIAL.word] = _("Only imported key material can be deleted.")
    elif MATERIAL.word not in found and not has_material:
        found[MATERIAL.word] = _("The key has no key material now.")
    return found


def _already(action: KeyAction) -> str:
    return _("The key is already enabled.") if action is ENABLE else _("The key is already disabled.")


def reason_text(refusal: KmsError | str) -> str:
    """Return why an action is off, in one line: the service's own words."""
    return refusal if isinstance(refusal, str) else refusal.message or refusal.code
