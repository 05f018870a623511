"""AWS managed keys: the list. Source: console.md 2.5. Empty until a service has created its key."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.errors import KmsError
from keys import queries
from keys.queries import KeyList
from keys.views.key_rows import key_rows
from kmsconsole.web.components import Column, Crumb
from kmsconsole.web.door import caller, current_region, now, perform, signed_in
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.navigation import link
from operations.snapshots import find_keys

SERVICES_AT_MOST = 200  # one key for each integrated service


@signed_in
@require_GET
@never_cache
def aws_managed_keys(request: HttpRequest) -> HttpResponse:
    region = current_region(request)
    context: dict[str, Any] = {
        "breadcrumbs": [Crumb("KMS", link("keys:landing", region=region)), Crumb(_("AWS managed keys"))],
        "help_topic": "aws-managed-keys",
        "content_width": "full",
        "columns": [Column(_("Aliases")), Column(_("Key ID")), Column(_("Status"))],
    }
    try:
        perform(request, "ListKeys")
        perform(request, "ListAliases")
        keys = KeyList(caller(request).account_id, region, "AWS", now(request))
        key_ids = [key_id for _position, key_id in queries.listed_keys(keys, SERVICES_AT_MOST)]
        found = find_keys(keys.account_id, region, key_ids)
        context["rows"] = key_rows(
            request, [found[each] for each in key_ids if each in found], keys.now, with_aliases=True, with_usage=False
        )
    except KmsError as refusal:
        context |= {"rows": [], **refusal_context(request, refusal)}
    return render(request, "keys/aws_managed.html", context)
