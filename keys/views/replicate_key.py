"""**Create new replica keys**: the create-key wizard's steps for copies of a key. Source: console.md 2.13."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import NotFoundException
from keys.views import wizard_pages
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_page
from keys.views.replicate_key_steps import ReplicateProgress
from keys.views.tab_regionality import free_regions
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import caller
from operations import drafts


@require_GET
@key_page
def replicate(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Begin a new draft."""
    if key.is_primary and not free_regions(key):
        flash.add(request, Flash("info", _("Every Region has a copy of this key.")))
        return redirect(key.href(tab="regionality"))
    return wizard_pages.begin(_progress(request, key, uuid.uuid4()))


@require_http_methods(["GET", "POST"])
@key_page
def step(request: HttpRequest, key: DescribedKey, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    return wizard_pages.open_step(_progress(request, key, draft_id), step_key)


@require_http_methods(["GET", "POST"])
@key_page
def regenerate(request: HttpRequest, key: DescribedKey, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    return wizard_pages.regenerate(_progress(request, key, draft_id), step_key)


def _progress(request: HttpRequest, key: DescribedKey, draft_id: uuid.UUID) -> ReplicateProgress:
    try:
        draft = drafts.open_draft(draft_id, caller(request), key.region, key.key_id)
    except NotFoundException:
        raise Http404 from None
    return ReplicateProgress(request, draft, key)
