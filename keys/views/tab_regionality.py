"""The tab **Regionality** of a multi-Region key, and **Change primary Region**. Source: console.md 2.9, 4.11."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import KmsError
from core.key_states import KeyState
from keys.views.described_key import DescribedKey, RelatedKey
from keys.views.key_page import key_page, render_dialog
from keys.views.labels import STATES
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash, Option
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.navigation import link
from kmsconsole.web.regions import region as region_of


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """One related key: where it is, and what the signed-in principal may know of its state."""

    region: str
    region_name: str
    arn: str
    href: str
    state: KeyState | None
    denied: str
    regionality: str | Promise

    @property
    def state_label(self) -> str | Promise:
        return STATES[self.state][0] if self.state else ""

    @property
    def state_kind(self) -> str:
        return STATES[self.state][1] if self.state else ""


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    free = free_regions(key)
    replicate = _refusal(request, "ReplicateKey", key, {"ReplicaRegion": free[0] if free else key.region})
    move = _refusal(request, "UpdatePrimaryRegion", key, {"PrimaryRegion": key.region})
    replicas = [each for each in key.related if not each.is_primary]
    return {
        "rows": [_row(request, key, each) for each in key.related],
        "columns": [Column(_("Region")), Column(_("Key ARN")), Column(_("Status")), Column(_("Regionality"))],
        "replicate_reason": replicate or ("" if free else _("Every Region has a copy of this key.")),
        "move_reason": move or ("" if replicas else _("The key has no replica.")),
        "primary_href": link("keys:detail", key.key_id, region=key.primary_region, tab="regionality"),
    }


def free_regions(key: DescribedKey) -> list[str]:
    """Return the Regions that have no copy of a key yet."""
    taken = {each.region for each in key.related}
    return [region for region in settings.KMS_REGIONS if region not in taken]


def _refusal(request: HttpRequest, action: str, key: DescribedKey, members: Mapping[str, object]) -> str:
    refusal = refusal_of(request, action, {"KeyId": key.key_id, **members})
    return str(refusal_view(request, refusal).summary) if refusal else ""


def _row(request: HttpRequest, key: DescribedKey, related: RelatedKey) -> RelatedRow:
    state, denied = _state(request, key, related)
    return RelatedRow(
        region=related.region,
        region_name=region_of(related.region).name,
        arn=related.arn,
        href=link("keys:detail", key.key_id, region=related.region, tab="regionality"),
        state=state,
        denied=denied,
        regionality=related.regionality_label,
    )


def _state(request: HttpRequest, key: DescribedKey, related: RelatedKey) -> tuple[KeyState | None, str]:
    if related.region == key.region:
        return key.state, ""
    try:
        members: Mapping[str, Any] = (
            perform(request, "DescribeKey", {"KeyId": key.key_id}, region=related.region).members or {}
        )
    except KmsError as refusal:
        return None, refusal.message or refusal.code
    return KeyState(members["KeyMetadata"]["KeyState"]), ""


@require_http_methods(["GET", "POST"])
@key_page
def change_primary(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Ask for the Region of a replica, and make that the primary key."""
    replicas = [each.region for each in key.related if not each.is_primary]
    refusal, error, chosen = None, "", request.POST.get("region", replicas[0] if replicas else "")
    if request.method == "POST":
        if chosen not in replicas:
            error = _("Choose a Region that has a replica of this key.")
        else:
            try:
                perform(request, "UpdatePrimaryRegion", {"KeyId": key.key_id, "PrimaryRegion": chosen})
            except KmsError as refused:
                refusal = refused
            else:
                text = _("The primary Region is being changed to %(region)s.") % {"region": chosen}
                flash.add(request, Flash("success", text))
                return redirect(key.href(tab="regionality"))
    return render_dialog(
        request,
        key,
        "change_primary",
        title=_("Change primary Region"),
        submit=_("Change primary Region"),
        status=422 if refusal or error else 200,
        back=key.href(tab="regionality"),
        options=[Option(region, f"{region_of(region).name} {region}") for region in replicas],
        chosen=chosen,
        error=error,
        refusal=refusal_view(request, refusal) if refusal else None,
    )
