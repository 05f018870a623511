"""The page Schedule key deletion, for one key or several. Source: console.md 2.11."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keys.views.bulk import chosen_ids, next_page, perform_on
from keys.views.key_page import breadcrumbs
from keys.views.key_rows import key_rows
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.door import caller, current_region, now, refusal_of, signed_in
from kmsconsole.web.numbers import whole_number
from kmsconsole.web.times import utc_text
from operations.actions.schedule_key_deletion import DEFAULT_DAYS, LONGEST_DAYS, SHORTEST_DAYS
from operations.snapshots import find_keys

RECENTLY = timedelta(days=30)


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def schedule_deletion(request: HttpRequest) -> HttpResponse:
    key_ids = chosen_ids(request)
    if not key_ids:
        return redirect(next_page(request))
    days, errors = str(DEFAULT_DAYS), {}
    if request.method == "POST":
        days = request.POST.get("days", "").strip()
        number = whole_number(days)
        if number is None or not SHORTEST_DAYS <= number <= LONGEST_DAYS:
            errors["days"] = _("Enter a whole number from %(shortest)s to %(longest)s.") % {
                "shortest": SHORTEST_DAYS,
                "longest": LONGEST_DAYS,
            }
        if not request.POST.get("confirm"):
            errors["confirm"] = _("Confirm that the keys are to be deleted.")
        if not errors and number is not None:
            return _schedule(request, key_ids, number)
    moment = now(request)
    found = find_keys(caller(request).account_id, current_region(request), key_ids)
    with_aliases = refusal_of(request, "ListAliases") is None
    keys = [found[key_id] for key_id in key_ids if key_id in found]
    rows = key_rows(request, keys, moment, with_aliases=with_aliases, with_usage=True)
    context: dict[str, Any] = {
        "breadcrumbs": breadcrumbs(request, _("Schedule key deletion")),
        "rows": rows,
        "now": moment,
        "used_recently": sum(bool(row.last_used and row.last_used > moment - RECENTLY) for row in rows),
        "recently_days": RECENTLY.days,
        "with_replicas": sum(
            key.is_primary and bool(key.living_relatives(moment))
            for key, row in zip(keys, rows, strict=True)
            if row.described
        ),
        "missing": [key_id for key_id in key_ids if key_id not in found],
        "columns": [Column(_("Alias")), Column(_("Key ID")), Column(_("Status")), Column(_("Last used"))],
        "key_ids": key_ids,
        "days": days,
        "shortest": SHORTEST_DAYS,
        "longest": LONGEST_DAYS,
        "errors": errors,
        "next": next_page(request),
        "help_topic": "schedule-key-deletion",
    }
    return render(request, "keys/schedule_deletion.html", context, status=422 if errors else 200)


def _schedule(request: HttpRequest, key_ids: list[str], days: int) -> HttpResponse:
    done = perform_on(
        request,
        "ScheduleKeyDeletion",
        key_ids,
        {"PendingWindowInDays": days},
        lambda key_id: _("Failed to schedule the deletion of key %(id)s") % {"id": key_id},
    )
    dated = [answer["DeletionDate"] for answer in done.values() if "DeletionDate" in answer]
    if dated:
        text = ngettext(
            "%(number)s key scheduled for deletion on %(date)s.",
            "%(number)s keys scheduled for deletion on %(date)s.",
            len(dated),
        )
        flash.add(request, Flash("success", text % {"number": len(dated), "date": utc_text(dated[0])}))
    waiting = len(done) - len(dated)
    if waiting:
        text = ngettext(
            "%(number)s key will be deleted %(days)s days after its last replica key is deleted.",
            "%(number)s keys will be deleted %(days)s days after the last of their replica keys is deleted.",
            waiting,
        )
        flash.add(request, Flash("success", text % {"number": waiting, "days": days}))
    return redirect(next_page(request))
