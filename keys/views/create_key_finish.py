"""Finish: CreateKey, then CreateAlias, once for each draft. Source: console.md 3.8 and 2.12."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.crypto.key_specs import Origin
from core.errors import KmsError
from keys.views.create_key_plan import KeyPlan
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import perform
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.navigation import link
from operations import drafts
from operations.alias_names import PREFIX
from operations.drafts import Draft


def finish(request: HttpRequest, draft: Draft, plan: KeyPlan) -> HttpResponse:
    """Make the key of a draft and give it its alias, then go to the list; a second Finish of the draft only goes there.

    A key that awaits its material leads to the page that gives its wrapping key.

    Raises the refusal of CreateKey: no key was made, and the draft can be finished later. A refused alias is a warning:
    the key exists.
    """
    if drafts.claim(draft):
        key_id = _create_key(request, draft, plan)
        drafts.finish(draft, key_id)
        _create_alias(request, draft, plan, key_id)
        if plan.origin is Origin.EXTERNAL:
            return redirect(link("keys:import_parameters", key_id, region=draft.region))
    elif drafts.await_key_id(draft):
        tell_finished(request, draft)
    return redirect(link("keys:list", region=draft.region))


def tell_finished(request: HttpRequest, draft: Draft) -> None:
    """Say which key was made of a draft: to who pressed **Finish** twice, or came back to it."""
    text = _("The key %(key_id)s was created from these entries.") % {"key_id": draft.finished_key_id}
    _flash(request, "success", text, draft, draft.finished_key_id)


def _create_key(request: HttpRequest, draft: Draft, plan: KeyPlan) -> str:
    try:
        answer = perform(request, "CreateKey", plan.members(), region=draft.region).members or {}
    except KmsError:
        drafts.release(draft)
        raise
    metadata = answer["KeyMetadata"]
    assert isinstance(metadata, Mapping)
    return str(metadata["KeyId"])


def _create_alias(request: HttpRequest, draft: Draft, plan: KeyPlan, key_id: str) -> None:
    names = {"alias": plan.alias, "key_id": key_id}
    members = {"AliasName": PREFIX + plan.alias, "TargetKeyId": key_id}
    try:
        perform(request, "CreateAlias", members, region=draft.region)
    except KmsError as refusal:
        why = refusal_view(request, refusal)
        text = _("The key %(key_id)s was created, but the alias %(alias)s was not.") % names
        detail = " ".join(part for part in (f"{why.code}: {why.message}", why.summary) if part)
        _flash(request, "warning", text, draft, key_id, detail)
    else:
        text = _("Your AWS KMS key was created with alias %(alias)s and key ID %(key_id)s.") % names
        _flash(request, "success", text, draft, key_id)


def _flash(request: HttpRequest, kind: str, text: str, draft: Draft, key_id: str, detail: str = "") -> None:
    href = link("keys:detail", key_id, region=draft.region)
    flash.add(request, Flash(kind, text, detail=detail, action_label=_("View key"), action_href=href))
