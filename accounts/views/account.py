"""The account: id, alias and its clock, which whoever may can set ahead."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import queries
from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Crumb, Flash
from kmsconsole.web.door import caller, now, perform, refusal_of, signed_in
from kmsconsole.web.errors import flash_refusal
from operations.upkeep import run_upkeep_of


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """What everybody of an account may know about it."""
    who = caller(request)
    refusal = refusal_of(request, "MoveClock", {"Days": "1"})
    context = {
        "breadcrumbs": [Crumb(_("Account"))],
        "account": queries.find_account(who.account_id),
        "arn": who.arn,
        "now": now(request),
        "offset": timedelta(seconds=who.clock_offset_seconds),
        "clock_refusal": refusal.message if refusal else "",
    }
    return render(request, "accounts/account.html", context)


@signed_in
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Set the account's clock ahead and do what has become due."""
    try:
        perform(request, "MoveClock", {"Days": request.POST.get("days", "")})
    except KmsError as refusal:
        flash_refusal(request, refusal, _("The clock was not moved"))
        return redirect("accounts:account")
    done = run_upkeep_of(caller(request).account_id)
    text = _("The account's clock was set ahead.")
    if done.rotated:
        text += " " + ngettext("%(n)d rotation was due.", "%(n)d rotations were due.", done.rotated) % {
            "n": done.rotated
        }
    if done.deleted:
        gone = ngettext("%(n)d key was deleted.", "%(n)d keys were deleted.", done.deleted)
        text = f"{text} {gone % {'n': done.deleted}}"
    flash.add(request, Flash("success", text))
    return redirect("accounts:account")
