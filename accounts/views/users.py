"""The list of users, and deleting users. Source: console.md 4.1."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries
from accounts.models import Principal
from accounts.views.iam_pages import PAGE_SIZE, age, crumbs, page_number, page_or_region, pages_of
from accounts.views.removal import remove_user
from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import flash_refusal, refusal_context
from kmsconsole.web.navigation import link

SEVERAL = "delete"


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as the list shows it."""

    user: Principal
    href: str
    groups: int
    password_age: str
    access_keys: tuple[str, ...]
    key_age: str


@signed_in
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """The users of the account, with search and pages."""
    text, sort, number = request.GET.get("filter", ""), request.GET.get("sort", "name"), page_number(request)
    context: dict[str, object] = {
        "breadcrumbs": crumbs(_("Users")),
        "columns": _columns(),
        "text": text,
        "sort": sort,
        "create": control(request, "CreateUser", {"UserName": "new"}),
        "content_width": "full",
    }
    try:
        perform(request, "ListUsers", {"MaxItems": PAGE_SIZE})
    except KmsError as error:
        return render(request, "accounts/users.html", {**context, **refusal_context(request, error), "total": "-"})
    found, matches = queries.users_page(caller(request).account_id, text, number, PAGE_SIZE, sort == "-name")
    context |= {
        "rows": [_row(request, user) for user in found],
        "total": queries.count_users(caller(request).account_id),
        "matches": matches if text else None,
        "pages": pages_of(number, matches),
    }
    return page_or_region(request, "accounts/users.html", context)


def _columns() -> list[Column]:
    return [
        Column(_("User name"), sort="name"),
        Column(_("Path")),
        Column(_("Groups"), numeric=True),
        Column(_("Password age")),
        Column(_("Access key ID")),
        Column(_("Active key age")),
        Column(_("ARN"), width="wide"),
    ]


def _row(request: HttpRequest, user: Principal) -> UserRow:
    keys = list(user.access_keys.all())
    active = [key.created_at for key in keys if key.active]
    return UserRow(
        user=user,
        href=link("accounts:user", user.name),
        groups=len(user.member_of.all()),
        password_age=age(request, user.password_changed_at) if user.console_access else "",
        access_keys=tuple(key.access_key_id for key in keys),
        key_age=age(request, min(active)) if active else "",
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete_users(request: HttpRequest) -> HttpResponse:
    """Delete users with all that is theirs; the name has to be typed."""
    names = request.POST.getlist("user") or request.GET.getlist("user")
    if not names:
        flash.add(request, Flash("info", _("Select at least one user.")))
        return redirect(link("accounts:users"))
    wanted = names[0] if len(names) == 1 else SEVERAL
    context: dict[str, object] = {
        "breadcrumbs": crumbs((_("Users"), "accounts:users"), _("Delete")),
        "names": names,
        "wanted": wanted,
        "cancel": link("accounts:users"),
    }
    if request.method == "GET":
        return render(request, "accounts/delete_users.html", context)
    if request.POST.get("confirmation", "") != wanted:
        mismatch = _("Type %(text)s to confirm.") % {"text": wanted}
        return render(request, "accounts/delete_users.html", {**context, "error": mismatch}, status=422)
    for name in names:
        try:
            remove_user(request, name)
        except KmsError as error:
            flash_refusal(request, error, _("User %(name)s was not deleted") % {"name": name})
        else:
            flash.add(request, Flash("success", _("User %(name)s deleted.") % {"name": name}))
    return redirect(link("accounts:users"))
