"""Changes to a user's groups, tags and permissions boundary."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.iam_pages import attempt, crumbs
from accounts.views.picker import GROUPS, POLICIES, picker, picker_asked
from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import perform, signed_in
from kmsconsole.web.errors import flash_refusal
from kmsconsole.web.navigation import link


@signed_in
@require_http_methods(["GET", "POST"])
def add_to_groups(request: HttpRequest, name: str) -> HttpResponse:
    """Add a user to groups."""
    back = link("accounts:user", name, tab="groups")
    chosen = request.POST.getlist("group")
    if request.method == "POST" and not picker_asked(request) and chosen:
        for group in chosen:
            attempt(
                request,
                "AddUserToGroup",
                {"UserName": name, "GroupName": group},
                success=_("%(name)s added to group %(group)s.") % {"name": name, "group": group},
                failure=_("%(name)s was not added to group %(group)s") % {"name": name, "group": group},
            )
        return redirect(back)
    context = {
        "breadcrumbs": crumbs((_("Users"), "accounts:users"), (name, back), _("Add user to groups")),
        "heading": _("Add user to groups"),
        "picker": picker(request, "group", GROUPS),
        "submit": _("Add user to groups"),
        "cancel": back,
    }
    return render(request, "accounts/pick.html", context)


@signed_in
@require_POST
def remove_from_groups(request: HttpRequest, name: str) -> HttpResponse:
    """Take a user out of the chosen groups."""
    for group in request.POST.getlist("group"):
        attempt(
            request,
            "RemoveUserFromGroup",
            {"UserName": name, "GroupName": group},
            success=_("%(name)s removed from group %(group)s.") % {"name": name, "group": group},
            failure=_("%(name)s was not removed from group %(group)s") % {"name": name, "group": group},
        )
    return redirect(link("accounts:user", name, tab="groups"))


@signed_in
@require_POST
def save_tags(request: HttpRequest, name: str) -> HttpResponse:
    """Make the tags of a user those of the form."""
    back = link("accounts:user", name, tab="tags")
    keys, values = request.POST.getlist("tag_key"), request.POST.getlist("tag_value")
    wanted = {key: value for key, value in zip(keys, values, strict=False) if key}
    own = {"UserName": name}
    try:
        shown = (perform(request, "ListUserTags", {**own, "MaxItems": 100}).members or {})["Tags"]
        assert isinstance(shown, list)
        existing = {tag["Key"]: tag["Value"] for tag in shown}
        gone = [key for key in existing if key not in wanted]
        new = [{"Key": key, "Value": value} for key, value in wanted.items() if existing.get(key) != value]
        if gone:
            perform(request, "UntagUser", {**own, "TagKeys": gone})
        if new:
            perform(request, "TagUser", {**own, "Tags": new})
    except KmsError as error:
        flash_refusal(request, error, _("The tags were not saved"))
    else:
        flash.add(request, Flash("success", _("Tags saved.")))
    return redirect(back)


@signed_in
@require_http_methods(["GET", "POST"])
def set_boundary(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the policy that is a user's permissions boundary."""
    back = link("accounts:user", name)
    chosen = request.POST.get("policy", "")
    if request.method == "POST" and not picker_asked(request) and chosen:
        attempt(
            request,
            "PutUserPermissionsBoundary",
            {"UserName": name, "PermissionsBoundary": chosen},
            success=_("Permissions boundary set for %(name)s.") % {"name": name},
            failure=_("The permissions boundary was not set"),
        )
        return redirect(back)
    context = {
        "breadcrumbs": crumbs((_("Users"), "accounts:users"), (name, back), _("Set permissions boundary")),
        "heading": _("Set permissions boundary"),
        "description": _("A boundary gives nothing: it is the most that the user's IAM policies can give."),
        "picker": picker(request, "policy", POLICIES, single=True),
        "submit": _("Set boundary"),
        "cancel": back,
    }
    return render(request, "accounts/pick.html", context)


@signed_in
@require_POST
def remove_boundary(request: HttpRequest, name: str) -> HttpResponse:
    """Take a user's permissions boundary away."""
    attempt(
        request,
        "DeleteUserPermissionsBoundary",
        {"UserName": name},
        success=_("Permissions boundary removed from %(name)s.") % {"name": name},
        failure=_("The permissions boundary was not removed"),
    )
    return redirect(link("accounts:user", name))
