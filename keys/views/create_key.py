"""The create-key wizard: six steps over a draft whose id stands in the address. Source: console.md 3."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import NotFoundException
from keys.views import wizard_pages
from keys.views.create_key_steps import CreateKeyProgress
from kmsconsole.web.door import caller, current_region, signed_in
from operations import drafts


@require_GET
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Begin a new draft."""
    return wizard_pages.begin(_progress(request, uuid.uuid4()))


@require_http_methods(["GET", "POST"])
@signed_in
def step(request: HttpRequest, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    return wizard_pages.open_step(_progress(request, draft_id), step_key)


@require_http_methods(["GET", "POST"])
@signed_in
def regenerate(request: HttpRequest, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    return wizard_pages.regenerate(_progress(request, draft_id), step_key)


def _progress(request: HttpRequest, draft_id: uuid.UUID) -> CreateKeyProgress:
    try:
        draft = drafts.open_draft(draft_id, caller(request), current_region(request))
    except NotFoundException:
        raise Http404 from None
    return CreateKeyProgress(request, draft)
