"""The tab **Aliases**, and the forms that create and delete them. Source: console.md 2.9 and 2.10."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_page, render_dialog
from keys.views.labels import short_alias
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import field_errors, flash_refusal, refusal_view

LISTED_AT_MOST = 100  # no quota lets a key have more
PREFIX = "alias/"


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    members = perform(request, "ListAliases", {"KeyId": key.key_id, "Limit": LISTED_AT_MOST}).members or {}
    aliases = [
        {"name": short_alias(each["AliasName"]), "arn": each["AliasArn"], "value": each["AliasName"]}
        for each in members["Aliases"]  # type: ignore[attr-defined]
    ]
    create_refusal = refusal_of(request, "CreateAlias", {"AliasName": f"{PREFIX}new-alias", "TargetKeyId": key.key_id})
    delete_refusal = refusal_of(request, "DeleteAlias", {"AliasName": aliases[0]["value"]}) if aliases else None
    return {
        "aliases": aliases,
        "columns": [Column(_("Alias name")), Column(_("Alias ARN"))],
        "create_refusal": refusal_view(request, create_refusal) if create_refusal else None,
        "delete_refusal": refusal_view(request, delete_refusal) if delete_refusal else None,
    }


@require_http_methods(["GET", "POST"])
@key_page
def create_alias(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """One field; the console adds the prefix, also before a name that already has it."""
    name, errors, refusal = "", [], None
    if request.method == "POST":
        name = request.POST.get("alias", "").strip()
        if not name:
            errors = [_("Alias is required")]
        else:
            try:
                perform(request, "CreateAlias", {"AliasName": PREFIX + name, "TargetKeyId": key.key_id})
            except KmsError as error:
                errors = field_errors(error).get("alias_name", [])
                refusal = None if errors else refusal_view(request, error)
            else:
                text = _("The alias %(name)s was created.") % {"name": name}
                flash.add(request, Flash("success", text))
                return redirect(key.href(tab="aliases"))
    return render_dialog(
        request,
        key,
        "create_alias",
        title=_("Create alias"),
        submit=_("Create alias"),
        status=422 if errors or refusal else 200,
        back=key.href(tab="aliases"),
        name=name,
        errors=errors,
        refusal=refusal,
    )


@require_http_methods(["GET", "POST"])
@key_page
def delete_aliases(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Ask, then delete the chosen aliases, one call each."""
    posted = request.method == "POST"
    names = list(dict.fromkeys((request.POST if posted else request.GET).getlist("aliases")))
    if not names:
        return redirect(key.href(tab="aliases"))
    if not posted:
        return render_dialog(
            request,
            key,
            "delete_aliases",
            title=_("Delete alias"),
            submit=_("Delete"),
            back=key.href(tab="aliases"),
            names=[(name, short_alias(name)) for name in names],
        )
    done = 0
    for name in names:
        try:
            perform(request, "DeleteAlias", {"AliasName": name})
            done += 1
        except KmsError as refusal:
            flash_refusal(request, refusal, _("Failed to delete alias %(name)s") % {"name": short_alias(name)})
    if done:
        text = ngettext("%(number)s alias deleted.", "%(number)s aliases deleted.", done) % {"number": done}
        flash.add(request, Flash("success", text))
    return redirect(key.href(tab="aliases"))
