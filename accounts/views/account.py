"""The account: id, alias and its clock. Read only."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import queries
from kmsconsole.web.components import Crumb
from kmsconsole.web.door import caller, now, signed_in


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """What everybody of an account may know about it."""
    who = caller(request)
    context = {
        "breadcrumbs": [Crumb(_("Account"))],
        "account": queries.find_account(who.account_id),
        "arn": who.arn,
        "now": now(request),
        "offset": timedelta(seconds=who.clock_offset_seconds),
    }
    return render(request, "accounts/account.html", context)
