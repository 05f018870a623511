"""The tab **Key material and rotations**, the page of the automatic rotation, and **Rotate now**.

Source: console.md 2.9; kms-semantics 4.8 and 4.9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.import_material import NEW, import_refusal
from keys.views.key_page import key_breadcrumbs, key_page, render_dialog
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import field_errors, refusal_view
from kmsconsole.web.numbers import whole_number
from operations.actions.enable_key_rotation import DEFAULT_PERIOD_DAYS
from operations.actions.rotate_key_on_demand import MAX_ON_DEMAND_ROTATIONS

AUTOMATIC, ON_DEMAND, PENDING = "AUTOMATIC", "ON_DEMAND", "PENDING_ROTATION"
MATERIAL_STATES: Mapping[str, tuple[str | Promise, str]] = {
    "CURRENT": (gettext_lazy("Current"), "success"),
    "NON_CURRENT": (gettext_lazy("Non-current"), "stopped"),
    PENDING: (gettext_lazy("Pending rotation"), "pending"),
    "PENDING_MULTI_REGION_IMPORT_AND_ROTATION": (
        gettext_lazy("Pending multi-Region import and rotation"),
        "pending",
    ),
}
ROTATION_TYPES: Mapping[str, str | Promise] = {
    AUTOMATIC: gettext_lazy("Automatic"),
    ON_DEMAND: gettext_lazy("On-demand"),
}
SHORTEST_DAYS, LONGEST_DAYS = 90, 2560


@dataclass(frozen=True, slots=True)
class Material:
    """One row of the table of key materials."""

    id: str
    state: str
    date: datetime | None
    rotation_type: str
    import_state: str = ""
    description: str = ""
    valid_to: datetime | None = None
    in_replicas: str = ""  # how many replicas have it; "" where that cannot be said

    @property
    def is_imported(self) -> bool:
        return self.import_state == "IMPORTED"

    @property
    def state_label(self) -> str | Promise:
        return MATERIAL_STATES[self.state][0]

    @property
    def state_kind(self) -> str:
        return MATERIAL_STATES[self.state][1]

    @property
    def type_label(self) -> str | Promise:
        return ROTATION_TYPES.get(self.rotation_type, "")


def _materials(request: HttpRequest, key: DescribedKey, region: str | None = None) -> list[Material]:
    """Return the key's materials, the newest first."""
    members = {"KeyId": key.key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL", "Limit": 1000}
    answer: Mapping[str, Any] = perform(request, "ListKeyRotations", members, region).members or {}
    return [
        Material(
            entry["KeyMaterialId"],
            entry["KeyMaterialState"],
            entry.get("RotationDate"),
            entry.get("RotationType", ""),
            entry.get("ImportState", ""),
            entry.get("KeyMaterialDescription", ""),
            entry.get("ValidTo"),
        )
        for entry in reversed(answer["Rotations"])
    ]


def _with_replicas(request: HttpRequest, key: DescribedKey, materials: Sequence[Material]) -> list[Material]:
    """Say of each material how many replicas have imported it, as far as all of their lists may be read."""
    replicas = [each.region for each in key.related if not each.is_primary]
    try:
        lists = [_materials(request, key, region) for region in replicas]
    except KmsError:
        return list(materials)
    found = []
    for material in materials:
        number = sum(any(each.id == material.id and each.is_imported for each in there) for there in lists)
        words = _("%(number)s of %(all)s imported") % {"number": number, "all": len(replicas)}
        found.append(replace(material, in_replicas=words))
    return found


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    status = perform(request, "GetKeyRotationStatus", {"KeyId": key.key_id}).members or {}
    materials = _materials(request, key)
    if _shows_replicas(key):
        materials = _with_replicas(request, key, materials)
    edit_refusal = None if key.is_imported else _edit_refusal(request, key, enabled=bool(status["KeyRotationEnabled"]))
    rotate_refusal = refusal_of(request, "RotateKeyOnDemand", {"KeyId": key.key_id})
    rotated = "rotating" in request.GET and "OnDemandRotationStartDate" not in status
    if rotated:
        text = _("The key was rotated. Its current key material is %(id)s.") % {"id": key.material_id}
        flash.add(request, Flash("success", text))
    return {
        "told": rotated,
        "enabled": status["KeyRotationEnabled"],
        "period_days": status.get("RotationPeriodInDays"),
        "next_date": status.get("NextRotationDate"),
        "last_date": _newest(materials, AUTOMATIC),
        "running_since": status.get("OnDemandRotationStartDate"),
        "rotations_left": _left(materials),
        "rotations_at_most": MAX_ON_DEMAND_ROTATIONS,
        "last_on_demand": _newest(materials, ON_DEMAND),
        "materials": materials,
        "columns": _columns(key),
        **(_imports(request, key) if key.is_imported else {}),
        "nothing_to_rotate_to": key.is_imported and not any(each.state == PENDING for each in materials),
        "edit_refusal": refusal_view(request, edit_refusal) if edit_refusal else None,
        "rotate_refusal": refusal_view(request, rotate_refusal) if rotate_refusal else None,
    }


def _columns(key: DescribedKey) -> list[Column]:
    columns = [Column(_("Key material ID")), Column(_("Key material state")), Column(_("Rotation date"))]
    if not key.is_imported:
        return [*columns, Column(_("Rotation type"))]
    names = [_("Import state"), _("Description"), _("Expiration")]
    if _shows_replicas(key):
        names.append(_("Replica import state"))
    return [*columns, *(Column(name) for name in names), Column(_("Actions"), hidden_label=True)]


def _shows_replicas(key: DescribedKey) -> bool:
    return key.is_imported and key.is_primary and len(key.related) > 1


def _imports(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    importing = import_refusal(request, key)
    deleting = refusal_of(request, "DeleteImportedKeyMaterial", {"KeyId": key.key_id})
    return {
        "import_refusal": refusal_view(request, importing) if importing else None,
        "delete_refusal": refusal_view(request, deleting) if deleting else None,
        "new_href": key.href("keys:import_parameters", material=NEW),
        "shows_replicas": _shows_replicas(key),
        "takes_new": not key.multi_region or key.is_primary,
    }


def _left(materials: Sequence[Material]) -> int:
    """Return how many on-demand rotations the key still has; one that is under way counts, imported material not."""
    used = sum(
        each.rotation_type == ON_DEMAND or (each.state == PENDING and not each.import_state) for each in materials
    )
    return max(0, MAX_ON_DEMAND_ROTATIONS - used)


def _newest(materials: Sequence[Material], rotation_type: str) -> datetime | None:
    return next((each.date for each in materials if each.rotation_type == rotation_type), None)


def _edit_refusal(request: HttpRequest, key: DescribedKey, *, enabled: bool) -> KmsError | None:
    action = "DisableKeyRotation" if enabled else "EnableKeyRotation"
    return refusal_of(request, action, {"KeyId": key.key_id})


# --- automatic rotation -----------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@key_page
def edit_rotation(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """The page of the automatic rotation: on or off, and how often."""
    try:
        status = perform(request, "GetKeyRotationStatus", {"KeyId": key.key_id}).members or {}
    except KmsError as error:
        return _rotation_form(request, key, "", "", refusal=error, status=403)
    enabled, days = bool(status["KeyRotationEnabled"]), str(status.get("RotationPeriodInDays", DEFAULT_PERIOD_DAYS))
    if request.method == "GET":
        refusal = _edit_refusal(request, key, enabled=enabled)
        return _rotation_form(request, key, "enable" if enabled else "disable", days, refusal=refusal)
    choice, days = request.POST.get("rotation", ""), request.POST.get("days", "").strip()
    number = whole_number(days)
    if choice == "enable" and (number is None or not SHORTEST_DAYS <= number <= LONGEST_DAYS):
        wrong = _("Enter a whole number from %(shortest)s to %(longest)s.") % {
            "shortest": SHORTEST_DAYS,
            "longest": LONGEST_DAYS,
        }
        return _rotation_form(request, key, choice, days, error=wrong, status=422)
    try:
        if choice == "enable":
            perform(request, "EnableKeyRotation", {"KeyId": key.key_id, "RotationPeriodInDays": int(days)})
        else:
            perform(request, "DisableKeyRotation", {"KeyId": key.key_id})
    except KmsError as error:
        wrong = field_errors(error).get("rotation_period_in_days", [""])[0]
        return _rotation_form(request, key, choice, days, error=wrong, refusal=None if wrong else error, status=422)
    flash.add(request, Flash("success", _("The automatic rotation of the key was updated.")))
    return redirect(key.href(tab="rotations"))


def _rotation_form(
    request: HttpRequest,
    key: DescribedKey,
    choice: str,
    days: str,
    *,
    error: str = "",
    refusal: KmsError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Edit automatic rotation")),
        "choice": choice,
        "days": days,
        "days_error": error,
        "options": [
            {"value": "enable", "label": _("Enable")},
            {"value": "disable", "label": _("Disable")},
        ],
        "refusal": refusal_view(request, refusal) if refusal else None,
        "help_topic": "automatic-key-rotation",
    }
    return render(request, "keys/edit_rotation.html", context, status=status)


# --- on demand --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@key_page
def rotate_now(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Ask, then rotate: the new material becomes current a little later."""
    refusal = None
    if request.method == "POST":
        try:
            perform(request, "RotateKeyOnDemand", {"KeyId": key.key_id})
        except KmsError as error:
            refusal = error
        else:
            text = _("The key is being rotated. Its new key material becomes current in a moment.")
            flash.add(request, Flash("in-progress", text))
            return redirect(key.href(tab="rotations"))
    left: int | None = None
    pending = ""
    try:
        materials = _materials(request, key)
    except KmsError:
        materials = []
    else:
        left = _left(materials)
        pending = next((each.id for each in materials if key.is_imported and each.state == PENDING), "")
    return render_dialog(
        request,
        key,
        "rotate",
        title=_("Rotate key"),
        submit=_("Rotate key"),
        status=422 if refusal else 200,
        back=key.href(tab="rotations"),
        rotations_left=left,
        pending=pending,
        rotations_at_most=MAX_ON_DEMAND_ROTATIONS,
        refusal=refusal_view(request, refusal) if refusal else None,
    )
