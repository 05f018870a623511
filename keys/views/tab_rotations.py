"""The tab **Key material and rotations**, the page of the automatic rotation, and **Rotate now**.

Source: console.md 2.9; kms-semantics 4.8 and 4.9.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.import_material import NEW, import_refusal
from keys.views.key_materials import (
    AUTOMATIC,
    ON_DEMAND,
    PENDING,
    PENDING_IN_REPLICAS,
    Material,
    has_replicas_to_import,
    load_materials,
    replica_imports,
    with_replicas,
)
from keys.views.key_page import key_breadcrumbs, key_page, render_dialog
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash, MenuItem
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import field_errors, refusal_view
from kmsconsole.web.numbers import whole_number
from operations.actions.enable_key_rotation import DEFAULT_PERIOD_DAYS
from operations.actions.rotate_key_on_demand import MAX_ON_DEMAND_ROTATIONS

SHORTEST_DAYS, LONGEST_DAYS = 90, 2560


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    status = perform(request, "GetKeyRotationStatus", {"KeyId": key.key_id}).members or {}
    materials = load_materials(request, key)
    if has_replicas_to_import(key):
        materials = with_replicas(request, key, materials)
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
        "rows": _rows(request, key, materials),
        "columns": _columns(key),
        **(_imports(request, key) if key.is_imported else {}),
        "edit_reason": _edit_reason(request, key, enabled=bool(status["KeyRotationEnabled"])),
        "rotate_reason": _rotate_reason(request, key, materials),
    }


def _edit_reason(request: HttpRequest, key: DescribedKey, *, enabled: bool) -> str:
    """Return why the automatic rotation cannot be changed, "" if it can."""
    refusal = _edit_refusal(request, key, enabled=enabled)
    return _replica_reason(key) or (refusal_view(request, refusal).summary if refusal else "")


def _rotate_reason(request: HttpRequest, key: DescribedKey, materials: Sequence[Material]) -> str:
    """Return why the key cannot be rotated on demand, "" if it can."""
    if key.is_replica:
        return _replica_reason(key)
    refusal = refusal_of(request, "RotateKeyOnDemand", {"KeyId": key.key_id})
    if refusal is not None:
        return str(refusal_view(request, refusal).summary)
    if key.is_imported and not any(each.state == PENDING for each in materials):
        if any(each.state == PENDING_IN_REPLICAS for each in materials):
            return _("Import the new key material into every replica first.")
        return _("Import new key material first.")
    return ""


def _replica_reason(key: DescribedKey) -> str:
    return _("Managed at the primary key in %(region)s.") % {"region": key.primary_region} if key.is_replica else ""


def _columns(key: DescribedKey) -> list[Column]:
    columns = [Column(_("Key material ID")), Column(_("Key material state")), Column(_("Rotation date"))]
    if not key.is_imported:
        return [*columns, Column(_("Rotation type"))]
    names = [_("Import state"), _("Description"), _("Expiration")]
    if has_replicas_to_import(key):
        names.append(_("Replica import state"))
    return [*columns, *(Column(name) for name in names), Column(_("Actions"))]


def _rows(
    request: HttpRequest, key: DescribedKey, materials: Sequence[Material]
) -> list[tuple[Material, list[MenuItem]]]:
    """Return each material with the menu of what can be done with it; that of AWS KMS itself has none."""
    if not key.is_imported:
        return [(each, []) for each in materials]
    refusal = refusal_of(request, "DeleteImportedKeyMaterial", {"KeyId": key.key_id})
    delete_reason = refusal_view(request, refusal).summary if refusal else ""
    import_reason = _import_reason(request, key)
    return [(each, _menu(key, each, import_reason, delete_reason)) for each in materials]


def _import_reason(request: HttpRequest, key: DescribedKey) -> str:
    refusal = import_refusal(request, key)
    return refusal_view(request, refusal).summary if refusal else ""


def _imports(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    return {
        "import_reason": _import_reason(request, key),
        "new_href": key.href("keys:import_parameters", material=NEW),
        "shows_replicas": has_replicas_to_import(key),
        "takes_new": not key.multi_region or key.is_primary,
    }


def _menu(key: DescribedKey, material: Material, import_reason: str, delete_reason: str) -> list[MenuItem]:
    """Return what can be done with one material."""
    delete = key.href("keys:delete_material", material=material.id)
    why_not = delete_reason or ("" if material.is_imported else _("The key material is not imported now."))
    return [
        MenuItem(
            _("Reimport key material"),
            href=key.href("keys:import_parameters", material=material.id),
            disabled=bool(import_reason),
            reason=import_reason,
        ),
        MenuItem(
            _("Delete key material"),
            href=delete,
            disabled=bool(why_not),
            reason=why_not,
            attrs={"hx-get": delete, "hx-target": "#modal-root"},
        ),
    ]


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
        materials = load_materials(request, key)
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


# --- replicas ---------------------------------------------------------------------------------------------------------
@require_GET
@key_page
def replica_import_state(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Show of each replica whether it has imported a material, and the way to import it there."""
    material_id = request.GET.get("material", "")
    return render_dialog(
        request,
        key,
        "replica_imports",
        title=_("Replica import state"),
        submit="",
        back=key.href(tab="rotations"),
        size="large",
        material_id=material_id,
        replicas=replica_imports(request, key, material_id),
        columns=[Column(_("Region")), Column(_("Import state")), Column(_("Actions"), hidden_label=True)],
    )
