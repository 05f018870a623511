"""Customer managed keys: the list. Source: console.md 2.4.

The list is two calls, ListKeys and ListAliases, as in AWS's console; the columns of one page are read in one go and
shown where DescribeKey would be allowed, without events of their own (design README).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.errors import KmsError
from keys import queries
from keys.models import ListedType
from keys.queries import FilterKind, KeyList
from keys.views.key_actions import CANCEL, DISABLE, ENABLE, MATERIAL, SCHEDULE, TAGS, KeyAction
from keys.views.key_rows import key_rows
from keys.views.list_preferences import LAST_USED, ListPreferences, read_preferences
from keys.views.list_state import (
    COUNTED_AT_MOST,
    SKIPPED_AT_MOST,
    ListState,
    pages_of,
    properties_of,
    read_state,
    tokens_of,
)
from kmsconsole.web.components import Crumb, MenuItem
from kmsconsole.web.door import caller, current_region, now, perform, refusal_of, signed_in
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link
from kmsconsole.web.shell import DENSITY_COOKIE
from operations.snapshots import KeySnapshot, find_keys

FORM = "keys-form"
TABLE = "keys-table"
# The calls that tell what a filter looks at: who may not make them, may not filter by it either.
_TOLD_BY: Mapping[FilterKind, str] = {
    FilterKind.TYPE: "DescribeKey",
    FilterKind.MULTI_REGION: "DescribeKey",
    FilterKind.TAG: "ListResourceTags",
}


@signed_in
@require_GET
@never_cache
def key_list(request: HttpRequest) -> HttpResponse:
    """The page, or its table region for htmx."""
    preferences = read_preferences(request)
    region = current_region(request)
    keys = KeyList(caller(request).account_id, region, "CUSTOMER", now(request))
    state = read_state(request, keys, preferences.size)
    context: dict[str, Any] = {
        "breadcrumbs": [Crumb("KMS", link("keys:landing", region=region)), Crumb(_("Customer managed keys"))],
        "help_topic": "customer-managed-keys",
        "content_width": "full",
        "list_state": state,
        "preferences": preferences,
        "compact": request.COOKIES.get(DENSITY_COOKIE) == "compact",
        "next": request.get_full_path(),
        "menu": _menu(request),
        "create_refusal": refusal_of(request, "CreateKey", {}),
    }
    try:
        perform(request, "ListKeys", {"Limit": preferences.size})
        context |= _listed(request, state, preferences)
    except KmsError as refusal:
        context |= refusal_context(request, refusal)
    template = "keys/list.html#region" if wants_fragment(request) else "keys/list.html"
    response = render(request, template, context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _listed(request: HttpRequest, state: ListState, preferences: ListPreferences) -> dict[str, Any]:
    alias_refusal = _list_aliases(request, preferences.size)
    keys = queries.narrowed(state.keys if alias_refusal is None else _without_aliases(state.keys))
    found = queries.listed_keys(
        keys, state.size + 1, after=state.after, before=state.before, skip=min(state.skip, SKIPPED_AT_MOST)
    )
    all_seen = len(found) <= state.size and not (state.after or state.before)
    more = len(found) > state.size or state.before is not None
    if state.before is not None:
        found = found[-state.size :]
    found = found[: state.size]
    account_id, region = state.keys.account_id, state.keys.region
    snapshots = find_keys(account_id, region, [key_id for _position, key_id in found])
    shown = [snapshots[key_id] for _position, key_id in found if key_id in snapshots]
    asked = {_TOLD_BY[each.kind] for each in state.keys.filters if each.kind in _TOLD_BY}
    told = [key for key in shown if all(refusal_of(request, action, {"KeyId": key.key_id}) is None for action in asked)]
    rows = key_rows(
        request,
        told,
        state.keys.now,
        with_aliases=alias_refusal is None,
        with_usage=LAST_USED in preferences.columns,
    )
    counted = state.skip + len(found) if all_seen and found else queries.count_listed(keys, COUNTED_AT_MOST)
    matches = ngettext("%(number)s match", "%(number)s matches", counted) % {"number": _number(counted)}
    return {
        "rows": rows,
        "columns": preferences.shown_columns,
        "total": _number(counted),
        "matches": matches if state.texts else "",
        "pages": pages_of(
            request, state, counted, found[0][0] if found else None, found[-1][0] if found else None, more
        ),
        "tokens": tokens_of(request, state),
        "properties": properties_of(
            queries.types_in_use(account_id, region, ListedType.values),
            queries.regionalities_in_use(account_id, region),
            _tags_of(request, shown),
        ),
        "alias_refusal": alias_refusal,
    }


def _without_aliases(keys: KeyList) -> KeyList:
    """Return the list for somebody who may not list aliases: no filter tells of them either."""
    blind = {FilterKind.TEXT: FilterKind.KEY_ID, FilterKind.ALIAS: FilterKind.AMONG}
    return replace(keys, filters=tuple(replace(each, kind=blind.get(each.kind, each.kind)) for each in keys.filters))


def _list_aliases(request: HttpRequest, size: int) -> KmsError | None:
    try:
        perform(request, "ListAliases", {"Limit": size})
    except KmsError as refusal:
        return refusal
    return None


def _number(counted: int) -> str:
    return f"{COUNTED_AT_MOST - 1}+" if counted >= COUNTED_AT_MOST else str(counted)


def _tags_of(request: HttpRequest, keys: Sequence[KeySnapshot]) -> dict[str, list[str]]:
    """Return the tags to suggest: those of the keys on this page whose tags the caller may list."""
    found: dict[str, set[str]] = {}
    for key in keys:
        if key.facts.tags and refusal_of(request, "ListResourceTags", {"KeyId": key.key_id}) is None:
            for tag_key, value in key.facts.tags.items():
                found.setdefault(tag_key, set()).add(value)
    return {tag_key: sorted(values) for tag_key, values in found.items()}


def _menu(request: HttpRequest) -> list[MenuItem]:
    """The menu of the list: what is off depends on the chosen rows, so the script switches the items."""

    def item(action: KeyAction, href: str, method: str = "get", **attrs: str) -> MenuItem:
        posts = method == "post"
        return MenuItem(
            action.label,
            form=FORM,
            formaction=href,
            formmethod=method,
            # The form is sent with GET too, so only the buttons that post carry the token.
            name="csrfmiddlewaretoken" if posts else "",
            value=get_token(request) if posts else "",
            attrs={"data-needs-selection": TABLE, "data-allowed": action.word, **attrs},
        )

    def dialog(href: str) -> dict[str, str]:
        return {"hx-get": href, "hx-target": "#modal-root", "hx-include": f"#{FORM}"}

    region = current_region(request)
    disable = link("keys:disable", region=region)
    delete_material = link("keys:delete_material_of", region=region)
    return [
        item(ENABLE, link("keys:enable", region=region), "post"),
        item(DISABLE, disable, **dialog(disable)),
        item(SCHEDULE, link("keys:schedule_deletion", region=region)),
        item(CANCEL, link("keys:cancel_deletion", region=region), "post"),
        item(TAGS, link("keys:edit_tags_of", region=region), **{"data-selection": "one"}),
        item(MATERIAL, delete_material, **{"data-selection": "one"}, **dialog(delete_material)),
    ]
