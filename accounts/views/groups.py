"""User groups: list, create, detail, members, deletion. Source: console.md 4.1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries
from accounts.views.iam_pages import PAGE_SIZE, attempt, crumbs, page_number, page_or_region, pages_of, section
from accounts.views.owner_policies import permissions_of
from accounts.views.picker import POLICIES, USERS, picker, picker_asked
from accounts.views.removal import remove_group
from core.errors import IamEntityAlreadyExists, IamNoSuchEntity, KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash, Tab
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import field_errors, flash_refusal, refusal_context
from kmsconsole.web.navigation import link


@signed_in
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of the account, with search and pages."""
    text, number = request.GET.get("filter", ""), page_number(request)
    context: dict[str, Any] = {
        "breadcrumbs": crumbs(_("User groups")),
        "columns": [
            Column(_("Group name")),
            Column(_("Users"), numeric=True),
            Column(_("Permissions")),
            Column(_("Creation time")),
            Column(_("Actions"), hidden_label=True),
        ],
        "text": text,
        "create": control(request, "CreateGroup", {"GroupName": "new"}),
        "content_width": "full",
    }
    try:
        perform(request, "ListGroups", {"MaxItems": PAGE_SIZE})
    except KmsError as error:
        return render(request, "accounts/groups.html", {**context, **refusal_context(request, error), "total": "-"})
    rows, matches = queries.groups_page(caller(request).account_id, text, number, PAGE_SIZE)
    context |= {
        "rows": rows,
        "total": queries.count_groups(caller(request).account_id),
        "matches": matches if text else None,
        "pages": pages_of(number, matches),
    }
    return page_or_region(request, "accounts/groups.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def create_group(request: HttpRequest) -> HttpResponse:
    """Name, users and policies on one page."""
    name = request.POST.get("group_name", "").strip()
    found: dict[str, Any] = {}
    if request.method == "POST" and not picker_asked(request):
        try:
            perform(request, "CreateGroup", {"GroupName": name})
        except KmsError as error:
            named = field_errors(error).get("group_name")
            if isinstance(error, IamEntityAlreadyExists):
                named = [error.message or error.code]
            found = {"name_error": named[0]} if named else refusal_context(request, error)
        else:
            flash.add(request, Flash("success", _("User group %(name)s created.") % {"name": name}))
            _fill(request, name)
            return redirect(link("accounts:group", name))
    context = {
        "breadcrumbs": crumbs((_("User groups"), "accounts:groups"), _("Create user group")),
        "name": name,
        "users": picker(request, "user", USERS),
        "policies": picker(request, "policy", POLICIES),
        "cancel": link("accounts:groups"),
        **found,
    }
    return render(request, "accounts/create_group.html", context, status=422 if found else 200)


def _fill(request: HttpRequest, name: str) -> None:
    for user in request.POST.getlist("user"):
        failure = _("%(name)s was not added to group %(group)s") % {"name": user, "group": name}
        attempt(request, "AddUserToGroup", {"GroupName": name, "UserName": user}, failure=failure)
    for arn in request.POST.getlist("policy"):
        failure = _("Policy %(policy)s was not attached") % {"policy": arn.rsplit("/", 1)[-1]}
        attempt(request, "AttachGroupPolicy", {"GroupName": name, "PolicyArn": arn}, failure=failure)


@signed_in
@require_GET
def group(request: HttpRequest, name: str) -> HttpResponse:
    """One group: its users and its permissions."""
    own = {"GroupName": name}
    context: dict[str, Any] = {"breadcrumbs": crumbs((_("User groups"), "accounts:groups"), name), "name": name}
    try:
        found = (perform(request, "GetGroup", {**own, "MaxItems": 1}).members or {})["Group"]
    except IamNoSuchEntity as error:
        flash_refusal(request, error)
        return redirect(link("accounts:groups"))
    except KmsError as error:
        return render(request, "accounts/group.html", {**context, **refusal_context(request, error)}, status=403)
    active = "permissions" if request.GET.get("tab") == "permissions" else "users"
    context |= {
        "group": found,
        "active": active,
        "tabs": [
            Tab("users", _("Users"), link("accounts:group", name, tab="users")),
            Tab("permissions", _("Permissions"), link("accounts:group", name, tab="permissions")),
        ],
        "delete": control(request, "DeleteGroup", own),
        "add": control(request, "AddUserToGroup", {**own, "UserName": "any"}),
    }
    if active == "permissions":
        context |= permissions_of(request, "groups", name)
    else:
        context |= {
            "users": section(request, "GetGroup", "Users", own),
            "user_columns": [Column(_("User name")), Column(_("Creation time")), Column(_("ARN"))],
        }
    return render(request, "accounts/group.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def add_users(request: HttpRequest, name: str) -> HttpResponse:
    """Add users to a group."""
    back = link("accounts:group", name)
    chosen = request.POST.getlist("user")
    if request.method == "POST" and not picker_asked(request) and chosen:
        for user in chosen:
            attempt(
                request,
                "AddUserToGroup",
                {"GroupName": name, "UserName": user},
                success=_("%(name)s added to group %(group)s.") % {"name": user, "group": name},
                failure=_("%(name)s was not added to group %(group)s") % {"name": user, "group": name},
            )
        return redirect(back)
    context = {
        "breadcrumbs": crumbs((_("User groups"), "accounts:groups"), (name, back), _("Add users")),
        "heading": _("Add users"),
        "description": name,
        "picker": picker(request, "user", USERS),
        "submit": _("Add users"),
        "cancel": back,
    }
    return render(request, "accounts/pick.html", context)


@signed_in
@require_POST
def remove_users(request: HttpRequest, name: str) -> HttpResponse:
    """Take the chosen users out of a group."""
    for user in request.POST.getlist("user"):
        attempt(
            request,
            "RemoveUserFromGroup",
            {"GroupName": name, "UserName": user},
            success=_("%(name)s removed from group %(group)s.") % {"name": user, "group": name},
            failure=_("%(name)s was not removed from group %(group)s") % {"name": user, "group": name},
        )
    return redirect(link("accounts:group", name))


@signed_in
@require_http_methods(["GET", "POST"])
def delete_group(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a group; its name has to be typed. Its users stay."""
    if request.method == "POST" and request.POST.get("confirmation", "") == name:
        try:
            remove_group(request, name)
        except KmsError as error:
            flash_refusal(request, error, _("User group %(name)s was not deleted") % {"name": name})
        else:
            flash.add(request, Flash("success", _("User group %(name)s deleted.") % {"name": name}))
        return redirect(link("accounts:groups"))
    context = {
        "breadcrumbs": crumbs((_("User groups"), "accounts:groups"), (name, link("accounts:group", name)), _("Delete")),
        "heading": _("Delete %(name)s?") % {"name": name},
        "warning": _("Its users stay, without the permissions that they have through this group."),
        "wanted": name,
        "cancel": link("accounts:group", name),
        "error": _("Type %(text)s to confirm.") % {"text": name} if request.method == "POST" else "",
    }
    return render(request, "accounts/confirm_deletion.html", context, status=422 if request.method == "POST" else 200)
