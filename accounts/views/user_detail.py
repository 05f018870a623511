"""A user: permissions, groups, tags, security credentials. Source: console.md 4.1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.views.iam_pages import Section, crumbs, section
from accounts.views.owner_policies import permissions_of
from core.errors import IamNoSuchEntity, KmsError
from kmsconsole.web.components import Column, Tab
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import flash_refusal, refusal_context, refusal_view
from kmsconsole.web.navigation import link

TABS = ("permissions", "groups", "tags", "security")


@signed_in
@require_GET
def user(request: HttpRequest, name: str) -> HttpResponse:
    """One user; each tab makes the calls that it shows."""
    context: dict[str, Any] = {"breadcrumbs": crumbs((_("Users"), "accounts:users"), name), "name": name}
    try:
        found = _load(request, name)
    except IamNoSuchEntity as error:
        flash_refusal(request, error)
        return redirect(link("accounts:users"))
    except KmsError as error:
        return render(request, "accounts/user.html", {**context, **refusal_context(request, error)}, status=403)
    active = request.GET.get("tab", "")
    active = active if active in TABS else TABS[0]
    own = {"UserName": name}
    context |= {
        "user": found,
        "tabs": _tabs(name),
        "active": active,
        "delete": control(request, "DeleteUser", own),
        "is_self": caller(request).arn == found["Arn"],
        **{"permissions": _permissions, "groups": _groups, "tags": _tags, "security": _security}[active](
            request, found
        ),
    }
    return render(request, "accounts/user.html", context)


@signed_in
@require_GET
def security_credentials(request: HttpRequest) -> HttpResponse:
    """The account menu's entry: the own credentials."""
    who = caller(request).facts
    if not who.name:
        return redirect(link("accounts:account"))
    return redirect(link("accounts:user", who.name, tab="security"))


def _load(request: HttpRequest, name: str) -> dict[str, Any]:
    found = (perform(request, "GetUser", {"UserName": name}).members or {})["User"]
    assert isinstance(found, dict)
    return found


def _tabs(name: str) -> list[Tab]:
    labels = (_("Permissions"), _("Groups"), _("Tags"), _("Security credentials"))
    return [Tab(key, label, link("accounts:user", name, tab=key)) for key, label in zip(TABS, labels, strict=True)]


def _permissions(request: HttpRequest, user: dict[str, Any]) -> dict[str, Any]:
    own = {"UserName": user["UserName"]}
    boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    return {
        **permissions_of(request, "users", user["UserName"]),
        "boundary": boundary,
        "boundary_href": link("accounts:policy", arn=boundary) if boundary else "",
        "set_boundary": control(
            request,
            "PutUserPermissionsBoundary",
            {**own, "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        ),
        "remove_boundary": control(request, "DeleteUserPermissionsBoundary", own),
    }


def _groups(request: HttpRequest, user: dict[str, Any]) -> dict[str, Any]:
    own = {"UserName": user["UserName"]}
    return {
        "groups": section(request, "ListGroupsForUser", "Groups", own),
        "group_columns": [Column(_("Group name")), Column(_("Creation time")), Column(_("ARN"))],
        "add_to_group": control(request, "AddUserToGroup", {**own, "GroupName": "any"}),
    }


def _tags(request: HttpRequest, user: dict[str, Any]) -> dict[str, Any]:
    shown = section(request, "ListUserTags", "Tags", {"UserName": user["UserName"]})
    return {
        "tags": shown,
        "tag_rows": [{"key": tag["Key"], "value": tag["Value"]} for tag in shown.items],
        "tag": control(request, "TagUser", {"UserName": user["UserName"], "Tags": []}),
    }


def _security(request: HttpRequest, user: dict[str, Any]) -> dict[str, Any]:
    own = {"UserName": user["UserName"]}
    keys = section(request, "ListAccessKeys", "AccessKeyMetadata", own)
    descriptions = {tag["Key"]: tag["Value"] for tag in user.get("Tags", ())}
    rows = [{**key, "Description": descriptions.get(key["AccessKeyId"], "")} for key in keys.items]
    any_key = {**own, "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}
    return {
        "password": _password(request, own),
        "keys": Section(rows, keys.refusal),
        "key_columns": [
            Column(_("Access key ID")),
            Column(_("Description")),
            Column(_("Status")),
            Column(_("Creation date")),
            Column(_("Actions")),
        ],
        "create_key": control(request, "CreateAccessKey", own),
        "update_key": control(request, "UpdateAccessKey", {**any_key, "Status": "Inactive"}),
        "delete_key": control(request, "DeleteAccessKey", any_key),
        "manage_password": control(request, "CreateLoginProfile", {**own, "Password": "any"}),
    }


def _password(request: HttpRequest, own: dict[str, str]) -> Section:
    try:
        profile = (perform(request, "GetLoginProfile", own).members or {})["LoginProfile"]
    except IamNoSuchEntity:
        return Section()
    except KmsError as error:
        return Section(refusal=refusal_view(request, error))
    return Section([profile])
