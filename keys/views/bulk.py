"""One action on several chosen keys: a call for each, one message for all that went well, one for each that did not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import current_region, perform
from kmsconsole.web.errors import flash_refusal
from kmsconsole.web.navigation import link
from kmsconsole.web.way_back import way_back

CHOSEN_AT_MOST = 100  # the largest page of the list
EXPLAINED_AT_MOST = 5


def chosen_ids(request: HttpRequest) -> list[str]:
    """Return the chosen keys' ids, from the form or the address, each once; who chose too many is told."""
    given = request.POST.getlist("ids") if request.method == "POST" else request.GET.getlist("ids")
    chosen = list(dict.fromkeys(key_id for key_id in given if key_id))
    if len(chosen) > CHOSEN_AT_MOST:
        text = _("At most %(number)s keys can be changed at once; the others are left as they are.")
        flash.add(request, Flash("warning", text % {"number": CHOSEN_AT_MOST}))
    return chosen[:CHOSEN_AT_MOST]


def perform_on(
    request: HttpRequest,
    action: str,
    key_ids: Sequence[str],
    members: Mapping[str, object],
    failed: Callable[[str], str],
) -> dict[str, Mapping[str, Any]]:
    """Run an action on each key and flash each refusal; return the answers by the ids that it was done to.

    ``failed`` makes the header of a refusal's message from the key id.
    """
    done: dict[str, Mapping[str, Any]] = {}
    refusals = 0
    for key_id in key_ids:
        try:
            done[key_id] = perform(request, action, {"KeyId": key_id, **members}).members or {}
        except KmsError as refusal:
            refusals += 1
            if refusals <= EXPLAINED_AT_MOST:
                flash_refusal(request, refusal, failed(key_id))
    return done


def next_page(request: HttpRequest) -> str:
    """Return where the form came from, if that is a page of this host; else the list."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return way_back(request, target, link("keys:list", region=current_region(request)))
