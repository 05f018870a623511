"""The tab **Regionality** of a multi-Region key, and **Change primary Region**. Source: console.md 2.9, 4.11."""

from collections.abc import Mapping, Sequence
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


SETTLING = (KeyState.CREATING, KeyState.UPDATING)
CREATING, MOVING = "creating", "moving"  # parameters of the address that looks again: what was under way before


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    free = free_regions(key)
    rows = [_row(request, key, each) for each in key.related]
    replicate = _refusal(request, "ReplicateKey", key, {"ReplicaRegion": free[0] if free else key.region})
    move = _refusal(request, "UpdatePrimaryRegion", key, {"PrimaryRegion": key.region})
    replicas = [each for each in key.related if not each.is_primary]
    return {
        "rows": rows,
        "again_href": _again_href(key, rows),
        "told": _tell_settled(request, key, rows),
        "columns": [Column(_("Region")), Column(_("Key ARN")), Column(_("Status")), Column(_("Regionality"))],
        "replicate_reason": replicate or ("" if free else _("Every Region has a copy of this key.")),
        "move_reason": move or ("" if replicas else _("The key has no replica.")),
        "primary_href": link("keys:detail", key.key_id, region=key.primary_region, tab="regionality"),
    }


def _again_href(key: DescribedKey, rows: Sequence[RelatedRow]) -> str:
    """Return the address that shows the tab a little later, "" if nothing is under way."""
    if not any(row.state in SETTLING for row in rows):
        return ""
    creating = [row.region for row in rows if row.state is KeyState.CREATING]
    moving = any(row.state is KeyState.UPDATING for row in rows)
    query = {**({CREATING: " ".join(creating)} if creating else {}), **({MOVING: key.primary_region} if moving else {})}
    return key.href(tab="regionality", **query)


def _tell_settled(request: HttpRequest, key: DescribedKey, rows: Sequence[RelatedRow]) -> bool:
    """Tell what has ended since the page looked before, and what is still under way. False if nothing has ended."""
    states = {row.region: row.state for row in rows}
    before = [region for region in request.GET.get(CREATING, "").split() if region in states]
    moved = request.GET.get(MOVING, "")
    ended = [region for region in before if states[region] not in SETTLING]
    moved_now = moved in states and not any(state is KeyState.UPDATING for state in states.values())
    if not ended and not moved_now:
        return False
    for region in before:
        _tell_replica(request, key, region, done=region in ended)
    if moved in states:
        _tell_move(request, moved, done=moved_now)
    return True


def _tell_replica(request: HttpRequest, key: DescribedKey, region: str, *, done: bool) -> None:
    if not done:
        text = _("A replica key is being created in %(region)s.") % {"region": region}
        flash.add(request, Flash("in-progress", text, dismissible=False))
        return
    text = _("A replica key was created in %(region)s.") % {"region": region}
    href = link("keys:detail", key.key_id, region=region)
    flash.add(request, Flash("success", text, action_label=_("View key"), action_href=href))


def _tell_move(request: HttpRequest, region: str, *, done: bool) -> None:
    if done:
        flash.add(request, Flash("success", _("The primary Region was changed to %(region)s.") % {"region": region}))
        return
    text = _("The primary Region is being changed to %(region)s.") % {"region": region}
    flash.add(request, Flash("in-progress", text, dismissible=False))


def tell_new_replica(request: HttpRequest, key: DescribedKey, region: str) -> None:
    """Tell on the next page that a replica is being created, or was."""
    related = RelatedKey(region, "", is_primary=False)
    _tell_replica(request, key, region, done=_state(request, key, related)[0] not in SETTLING)


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
                state, _denied = _state(request, key, RelatedKey(chosen, "", is_primary=False))
                _tell_move(request, chosen, done=state not in SETTLING)
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
