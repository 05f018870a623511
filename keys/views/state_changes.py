"""Enable, disable and keep keys from deletion. Source: console.md 2.4, 2.10 and 2.12."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from keys.views.bulk import chosen_ids, next_page, perform_on
from kmsconsole.web import flash
from kmsconsole.web.components import Crumb, Flash
from kmsconsole.web.door import current_region, signed_in
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link


@signed_in
@require_POST
def enable_keys(request: HttpRequest) -> HttpResponse:
    done = perform_on(
        request, "EnableKey", chosen_ids(request), {}, lambda key_id: _("Failed to enable key %(id)s") % {"id": key_id}
    )
    if done:
        text = ngettext("%(number)s key enabled.", "%(number)s keys enabled.", len(done)) % {"number": len(done)}
        flash.add(request, Flash("success", text))
    return redirect(next_page(request))


@signed_in
@require_POST
def cancel_deletion(request: HttpRequest) -> HttpResponse:
    done = perform_on(
        request,
        "CancelKeyDeletion",
        chosen_ids(request),
        {},
        lambda key_id: _("Failed to cancel the deletion of key %(id)s") % {"id": key_id},
    )
    if done:
        text = ngettext(
            "Deletion of %(number)s key cancelled. The key is disabled; enable it to use it again.",
            "Deletion of %(number)s keys cancelled. The keys are disabled; enable them to use them again.",
            len(done),
        )
        flash.add(request, Flash("success", text % {"number": len(done)}))
    return redirect(next_page(request))


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def disable_keys(request: HttpRequest) -> HttpResponse:
    """Ask first, in a dialog or on a page of its own; disable once the box is ticked."""
    key_ids = chosen_ids(request)
    if not key_ids:
        return redirect(next_page(request))
    errors = []
    if request.method == "POST":
        if request.POST.get("confirm"):
            return _disable(request, key_ids)
        errors = [_("Confirm that you want to disable the keys.")]
    region = current_region(request)
    context = {
        "breadcrumbs": [
            Crumb("KMS", link("keys:landing", region=region)),
            Crumb(_("Customer managed keys"), link("keys:list", region=region)),
            Crumb(_("Disable key")),
        ],
        "key_ids": key_ids,
        "next": next_page(request),
        "errors": errors,
    }
    template = "keys/disable.html#dialog" if wants_fragment(request) else "keys/disable.html"
    response = render(request, template, context, status=422 if errors else 200)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _disable(request: HttpRequest, key_ids: list[str]) -> HttpResponse:
    done = perform_on(
        request, "DisableKey", key_ids, {}, lambda key_id: _("Failed to disable key %(id)s") % {"id": key_id}
    )
    if done:
        text = ngettext("%(number)s key disabled.", "%(number)s keys disabled.", len(done)) % {"number": len(done)}
        flash.add(request, Flash("success", text))
    return redirect(next_page(request))
