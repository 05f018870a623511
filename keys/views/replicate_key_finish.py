"""Finish of the replicate wizard: ReplicateKey and CreateAlias in each Region. Source: console.md 2.12 and 2.13."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.replicate_key_plan import ReplicaPlan
from keys.views.tab_regionality import tell_new_replica
from kmsconsole.web.door import perform
from kmsconsole.web.errors import flash_refusal
from operations import drafts
from operations.alias_names import PREFIX
from operations.drafts import Draft


def finish(request: HttpRequest, draft: Draft, key: DescribedKey, plan: ReplicaPlan, again: str) -> HttpResponse:
    """Make a replica in each Region, once for each draft; what came of it is told Region by Region.

    Regions that were refused stay in the draft: its last step, at the address ``again``, can try them again.
    """
    if not drafts.claim(draft):
        drafts.await_key_id(draft)
        return redirect(key.href(tab="regionality"))
    refused = [region for region in plan.regions if not _replicate(request, key, plan, region)]
    if refused:
        drafts.release(draft)
        drafts.save_step(draft, "regions", {"regions": refused}, done=True)
        return redirect(again)
    drafts.finish(draft, key.key_id)
    return redirect(key.href(tab="regionality"))


def _replicate(request: HttpRequest, key: DescribedKey, plan: ReplicaPlan, region: str) -> bool:
    members = {"KeyId": key.key_id, "ReplicaRegion": region, **plan.label_members()}
    try:
        perform(request, "ReplicateKey", members, key.region)
    except KmsError as refusal:
        flash_refusal(request, refusal, _("Failed to create a replica key in %(region)s") % {"region": region})
        return False
    try:
        perform(request, "CreateAlias", {"AliasName": PREFIX + plan.alias, "TargetKeyId": key.key_id}, region=region)
    except KmsError as refusal:
        text = _("The replica key in %(region)s was created, but its alias was not") % {"region": region}
        flash_refusal(request, refusal, text)
    tell_new_replica(request, key, region)
    return True
