"""The tab **Tags** and the form that changes them. Source: console.md 2.9."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import KmsError
from keys.views.bulk import chosen_ids
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs, key_page
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.door import current_region, perform, refusal_of, signed_in
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.navigation import link
from kmsconsole.web.numbers import remove_row

MAX_TAGS = 50
ASKED_WITH = {"Tags": [{"TagKey": "Name", "TagValue": ""}]}
Row = dict[str, str]


def load_tags(request: HttpRequest, key: DescribedKey) -> dict[str, str]:
    members = perform(request, "ListResourceTags", {"KeyId": key.key_id}).members or {}
    return {tag["TagKey"]: tag["TagValue"] for tag in members["Tags"]}  # type: ignore[attr-defined]


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    tags = load_tags(request, key)
    refusal = refusal_of(request, "TagResource", {"KeyId": key.key_id, **ASKED_WITH})
    return {
        "tags": tags,
        "columns": [Column(_("Tag key")), Column(_("Tag value"))],
        "edit_refusal": refusal_view(request, refusal) if refusal else None,
    }


@signed_in
@require_GET
def edit_tags_of(request: HttpRequest) -> HttpResponse:
    """From the list: the one chosen key's form."""
    ids = chosen_ids(request)
    region = current_region(request)
    return redirect(link("keys:edit_tags", ids[0], region=region) if ids else link("keys:list", region=region))


@require_http_methods(["GET", "POST"])
@key_page
def edit_tags(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    try:
        tags = load_tags(request, key)
    except KmsError as error:
        return _form(request, key, [], error, 403)
    if request.method == "GET":
        refusal = refusal_of(request, "TagResource", {"KeyId": key.key_id, **ASKED_WITH})
        rows = [{"key": tag_key, "value": value} for tag_key, value in tags.items()]
        return _form(request, key, rows or [{"key": "", "value": ""}], refusal)
    rows = _posted_rows(request)
    if "add_tag" in request.POST or "remove_tag" in request.POST:
        return _form(request, key, rows)
    if _mark_faults(rows):
        return _form(request, key, rows, status=422)
    try:
        _save(request, key, tags, {row["key"]: row["value"] for row in rows if row["key"]})
    except KmsError as error:
        return _form(request, key, rows, error, 422)
    flash.add(request, Flash("success", _("The tags of the key were updated.")))
    return redirect(key.href(tab="tags"))


def _posted_rows(request: HttpRequest) -> list[Row]:
    """Return the rows of the form; without script a button adds one or takes one away."""
    posted = zip(request.POST.getlist("tag_key"), request.POST.getlist("tag_value"), strict=False)
    rows = [{"key": tag_key.strip(), "value": value.strip()} for tag_key, value in posted]
    if "add_tag" in request.POST:
        rows.append({"key": "", "value": ""})
    remove_row(rows, request.POST.get("remove_tag", ""))
    return rows


def _mark_faults(rows: list[Row]) -> bool:
    """Mark what the form itself can tell: a value without a key, and a key that stands twice."""
    seen: set[str] = set()
    for row in rows:
        if row["value"] and not row["key"]:
            row["key_error"] = _("Tag key is required")
        elif row["key"] and row["key"] in seen:
            row["key_error"] = _("This tag key appears more than once")
        seen.add(row["key"])
    return any("key_error" in row for row in rows)


def _save(request: HttpRequest, key: DescribedKey, old: dict[str, str], new: dict[str, str]) -> None:
    """Add what is new or different and remove what is gone: two calls at most, in the order that keeps the quota."""
    changed = [{"TagKey": name, "TagValue": value} for name, value in new.items() if old.get(name) != value]
    removed = [name for name in old if name not in new]
    calls: list[tuple[str, dict[str, object]]] = []
    if changed:
        calls.append(("TagResource", {"Tags": changed}))
    if removed:
        calls.append(("UntagResource", {"TagKeys": removed}))
    if len(old.keys() | new.keys()) > MAX_TAGS:
        calls.reverse()
    # One that would be refused is made alone, so that it is recorded and nothing has changed before it.
    refused = [call for call in calls if refusal_of(request, call[0], {"KeyId": key.key_id, **call[1]}) is not None]
    for action, members in refused[:1] or calls:
        perform(request, action, {"KeyId": key.key_id, **members})


def _form(
    request: HttpRequest, key: DescribedKey, rows: list[Row], refusal: KmsError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Edit tags")),
        "rows": rows,
        "refusal": refusal_view(request, refusal) if refusal else None,
        "help_topic": "tags",
    }
    return render(request, "keys/edit_tags.html", context, status=status)
