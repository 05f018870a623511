"""The page of one key: header, general configuration, tabs. Source: console.md 2.7 to 2.9."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.errors import KmsError
from core.key_states import KeyState
from keys.views import tab_aliases, tab_material, tab_policy, tab_public_key, tab_regionality, tab_rotations, tab_tags
from keys.views.described_key import DescribedKey
from keys.views.import_material import import_refusal
from keys.views.key_actions import CANCEL, DISABLE, ENABLE, MATERIAL, SCHEDULE, TAGS, refusals
from keys.views.key_page import key_breadcrumbs, key_page
from keys.views.labels import short_alias
from kmsconsole.web.components import MenuItem, Tab
from kmsconsole.web.door import now, perform, refusal_of
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link
from kmsconsole.web.times import relative_time

ACTIONS_FORM = "key-actions-form"
Context = Mapping[str, Any]
TABS: Mapping[str, tuple[str | Promise, Callable[[HttpRequest, DescribedKey], Context]]] = {
    "policy": (gettext_lazy("Key policy"), tab_policy.context),
    "cryptographic-configuration": (gettext_lazy("Cryptographic configuration"), lambda request, key: {}),
    "tags": (gettext_lazy("Tags"), tab_tags.context),
    "rotations": (gettext_lazy("Key material and rotations"), tab_rotations.context),
    "material": (gettext_lazy("Key material"), tab_material.context),
    "public-key": (gettext_lazy("Public key"), tab_public_key.context),
    "regionality": (gettext_lazy("Regionality"), tab_regionality.context),
    "aliases": (gettext_lazy("Aliases"), tab_aliases.context),
}
HELP_TOPICS = {
    "policy": "key-policy",
    "cryptographic-configuration": "cryptographic-configuration",
    "tags": "tags",
    "rotations": "key-material-and-rotations",
    "material": "import-key-material",
    "public-key": "public-key",
    "regionality": "regionality",
    "aliases": "aliases",
}
# Until 2025 the tab was called "Key rotation".
OLD_NAMES = {"key-rotation": "rotations"}


@require_GET
@key_page
def key_detail(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    shown = _tabs_of(key)
    asked = request.GET.get("tab", "")
    active = OLD_NAMES.get(asked, asked)
    active = active if active in shown else shown[0]
    context: dict[str, Any] = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key),
        "active_nav": "customer-managed-keys" if key.is_customer_managed else "aws-managed-keys",
        "help_topic": HELP_TOPICS[active],
        "tabs": [Tab(name, TABS[name][0], key.href(tab=name)) for name in shown],
        "active": active,
        "tab_template": f"keys/tabs/{active}.html",
    }
    try:
        context |= TABS[active][1](request, key)
    except KmsError as refusal:
        context["tab_refusal"] = refusal_view(request, refusal)
    if wants_fragment(request):
        if context.get("told"):
            # What has ended shows above the tabs too: state, menu, key material.
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "keys/detail.html#tabs", context)
    return render(request, "keys/detail.html", context | _frame(request, key))


def _tabs_of(key: DescribedKey) -> list[str]:
    """Source: console.md 2.8, as far as keys of these origins can be made."""
    left_out = set()
    if not key.is_customer_managed:
        left_out.add("tags")
    if not key.is_symmetric_encryption:
        left_out.add("rotations")
    if key.is_symmetric_encryption or not key.is_imported:
        left_out.add("material")
    if not key.is_asymmetric:
        left_out.add("public-key")
    if not key.multi_region:
        left_out.add("regionality")
    return [name for name in TABS if name not in left_out]


def _frame(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    """What stands above the tabs."""
    alias_names: list[str] = []
    alias_refusal = None
    try:
        members = perform(request, "ListAliases", {"KeyId": key.key_id}).members or {}
        alias_names = [short_alias(each["AliasName"]) for each in members["Aliases"]]  # type: ignore[attr-defined]
    except KmsError as refusal:
        alias_refusal = refusal
    why_not = refusals(
        request, key.key_id, key.state, imported=key.is_imported, has_material=bool(key.expiration_model)
    )
    return {
        "alias": alias_names[0] if alias_names else "",
        "more_aliases": max(0, len(alias_names) - 1),
        "alias_refusal": alias_refusal,
        "menu": _menu(request, key, why_not) if key.is_customer_managed else [],
        "may_cancel": CANCEL.word not in why_not,
        "description_refusal": refusal_of(
            request, "UpdateKeyDescription", {"KeyId": key.key_id, "Description": key.description}
        ),
        **(_pending_import(request, key) if key.state is KeyState.PENDING_IMPORT else {}),
        **(_last_used(request, key) if key.is_customer_managed else {}),
    }


def _pending_import(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    refusal = import_refusal(request, key)
    return {"pending_import": True, "import_reason": refusal_view(request, refusal).summary if refusal else ""}


def _last_used(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    """When, with which operation and in which event the key was last used; empty if it never was."""
    try:
        answer: Mapping[str, Any] = perform(request, "GetKeyLastUsage", {"KeyId": key.key_id}).members or {}
    except KmsError as refusal:
        return {"usage_refusal": refusal}
    usage = answer["KeyLastUsage"]
    return {
        "usage": usage,
        "last_used": relative_time(usage["Timestamp"], now(request)) if usage else "",
        "tracked_since": answer["TrackingStartDate"],
    }


def _menu(request: HttpRequest, key: DescribedKey, why_not: Mapping[str, KmsError | str]) -> list[MenuItem]:
    def reason(word: str) -> str:
        refusal = why_not.get(word, "")
        return refusal if isinstance(refusal, str) else refusal_view(request, refusal).summary

    def posting(action: Any, name: str) -> MenuItem:
        return MenuItem(
            action.label,
            form=ACTIONS_FORM,
            formaction=link(name, region=key.region),
            formmethod="post",
            name="csrfmiddlewaretoken",
            value=get_token(request),
            disabled=action.word in why_not,
            reason=reason(action.word),
        )

    def leading(action: Any, href: str, attrs: Mapping[str, str] | None = None) -> MenuItem:
        return MenuItem(
            action.label, href=href, disabled=action.word in why_not, reason=reason(action.word), attrs=attrs or {}
        )

    back = {"ids": key.key_id, "next": key.href()}
    disable = link("keys:disable", region=key.region, **back)
    delete = key.href("keys:delete_material")
    encrypt = [MenuItem(_("Encrypt / Decrypt"), href=key.href("keys:encrypt"))] if key.encrypts else []
    return [
        *encrypt,
        posting(ENABLE, "keys:enable"),
        leading(DISABLE, disable, {"hx-get": disable, "hx-target": "#modal-root"}),
        leading(SCHEDULE, link("keys:schedule_deletion", region=key.region, **back)),
        posting(CANCEL, "keys:cancel_deletion"),
        leading(TAGS, key.href("keys:edit_tags")),
        leading(MATERIAL, delete, {"hx-get": delete, "hx-target": "#modal-root"}),
    ]
