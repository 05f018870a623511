"""Roles: list, create, detail, trust policy, deletion. Source: console.md 4.1."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries
from accounts.models import PrincipalKind
from accounts.views.documents import DOCUMENT, document_context, trust_of_account
from accounts.views.iam_pages import PAGE_SIZE, attempt, crumbs, page_number, page_or_region, pages_of, readable
from accounts.views.owner_policies import permissions_of
from accounts.views.picker import POLICIES, picker
from accounts.views.removal import remove_role
from accounts.views.steps import kept_fields, read_steps
from core.arn import is_account_id
from core.errors import IamEntityAlreadyExists, IamMalformedPolicyDocument, IamNoSuchEntity, KmsError
from core.policy.trust import parse_trust_policy
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash, Option, Step, Tab
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import field_errors, flash_refusal, refusal_context
from kmsconsole.web.navigation import link

TRUST, PERMISSIONS, NAME = 1, 2, 3
FIELDS: Mapping[int, tuple[str, ...]] = {
    TRUST: ("trust", "account_id", DOCUMENT),
    PERMISSIONS: ("policy",),
    NAME: ("role_name", "description"),
}
THIS_ACCOUNT, OTHER_ACCOUNT, CUSTOM = "this", "other", "custom"
Context = dict[str, Any]


@signed_in
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """The roles of the account, with search and pages."""
    text, number = request.GET.get("filter", ""), page_number(request)
    context: Context = {
        "breadcrumbs": crumbs(_("Roles")),
        "columns": [
            Column(_("Role name"), sort="name"),
            Column(_("Path")),
            Column(_("Description"), width="wide"),
            Column(_("Creation time")),
        ],
        "text": text,
        "sort": request.GET.get("sort", "name"),
        "create": control(request, "CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": "{}"}),
        "content_width": "full",
    }
    try:
        perform(request, "ListRoles", {"MaxItems": PAGE_SIZE})
    except KmsError as error:
        return render(request, "accounts/roles.html", {**context, **refusal_context(request, error), "total": "-"})
    account_id = caller(request).account_id
    rows, matches = queries.principals_page(
        account_id, (PrincipalKind.ROLE,), text, number, PAGE_SIZE, context["sort"] == "-name"
    )
    context |= {
        "rows": rows,
        "total": queries.count_principals(account_id, PrincipalKind.ROLE),
        "matches": matches if text else None,
        "pages": pages_of(number, matches),
    }
    return page_or_region(request, "accounts/roles.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def create_role(request: HttpRequest) -> HttpResponse:
    """Trusted entity, permissions, name: one address for all steps."""
    if request.method == "GET":
        return _page(request, TRUST)
    state = read_steps(request, NAME)
    if state.move == "previous":
        return _page(request, max(TRUST, state.posted - 1))
    if state.move == "next":
        if state.posted == TRUST and (wrong := _wrong_trust(request)):
            return _page(request, TRUST, wrong, status=422)
        return _page(request, min(NAME, state.posted + 1))
    if state.move == "create":
        return _create(request)
    return _page(request, state.posted)


def _trust_policy(request: HttpRequest) -> str:
    kind = request.POST.get("trust", THIS_ACCOUNT)
    if kind == CUSTOM:
        return request.POST.get(DOCUMENT, "")
    other = request.POST.get("account_id", "").strip()
    return trust_of_account(other if kind == OTHER_ACCOUNT else caller(request).account_id)


def _wrong_trust(request: HttpRequest) -> Context:
    kind = request.POST.get("trust", THIS_ACCOUNT)
    if kind == OTHER_ACCOUNT and not is_account_id(request.POST.get("account_id", "").strip()):
        return {"account_error": _("An account ID has 12 digits.")}
    try:
        parse_trust_policy(_trust_policy(request))
    except IamMalformedPolicyDocument as error:
        return {"document_error": error.message}
    return {}


def _page(request: HttpRequest, step: int, more: Context | None = None, status: int = 200) -> HttpResponse:
    given = request.POST
    text = given.get(DOCUMENT) or trust_of_account(caller(request).account_id)
    context: Context = {
        "breadcrumbs": crumbs((_("Roles"), "accounts:roles"), _("Create role")),
        "steps": [Step(_("Select trusted entity")), Step(_("Add permissions")), Step(_("Name, review, and create"))],
        "step": step,
        "kept": kept_fields(request, FIELDS, step),
        "cancel": link("accounts:roles"),
        "trust": given.get("trust", THIS_ACCOUNT),
        "trusted": [
            Option(THIS_ACCOUNT, _("This account"), _("Users and roles of this account, as their policies allow.")),
            Option(OTHER_ACCOUNT, _("Another AWS account"), _("Users and roles of an account that you name.")),
            Option(CUSTOM, _("Custom trust policy"), _("A JSON document.")),
        ],
        "account_id": given.get("account_id", ""),
        "role_name": given.get("role_name", ""),
        "description": given.get("description", ""),
        **document_context(text, trust=True),
    }
    if step == PERMISSIONS:
        context["policies"] = picker(request, "policy", POLICIES)
    if step == NAME:
        context["trust_policy"] = readable(_trust_policy(request))
        context["chosen"] = [arn.rsplit("/", 1)[-1] for arn in given.getlist("policy")]
    return render(request, "accounts/create_role.html", {**context, **(more or {})}, status=status)


def _create(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("role_name", "").strip()
    members: dict[str, object] = {"RoleName": name, "AssumeRolePolicyDocument": _trust_policy(request)}
    if request.POST.get("description"):
        members["Description"] = request.POST["description"]
    try:
        perform(request, "CreateRole", members)
    except IamMalformedPolicyDocument as error:
        return _page(request, TRUST, {"document_error": error.message}, status=422)
    except KmsError as error:
        named = field_errors(error).get("role_name")
        if isinstance(error, IamEntityAlreadyExists):
            named = [error.message or error.code]
        wrong = {"name_error": named[0]} if named else refusal_context(request, error)
        return _page(request, NAME, wrong, status=422)
    flash.add(request, Flash("success", _("Role %(name)s created.") % {"name": name}))
    for arn in request.POST.getlist("policy"):
        failure = _("Policy %(policy)s was not attached") % {"policy": arn.rsplit("/", 1)[-1]}
        attempt(request, "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn}, failure=failure)
    return redirect(link("accounts:role", name))


@signed_in
@require_GET
def role(request: HttpRequest, name: str) -> HttpResponse:
    """One role: its permissions and whom it trusts."""
    own = {"RoleName": name}
    context: Context = {"breadcrumbs": crumbs((_("Roles"), "accounts:roles"), name), "name": name}
    try:
        found: Any = (perform(request, "GetRole", own).members or {})["Role"]
    except IamNoSuchEntity as error:
        flash_refusal(request, error)
        return redirect(link("accounts:roles"))
    except KmsError as error:
        return render(request, "accounts/role.html", {**context, **refusal_context(request, error)}, status=403)
    active = "trust" if request.GET.get("tab") == "trust" else "permissions"
    context |= {
        "role": found,
        "active": active,
        "tabs": [
            Tab("permissions", _("Permissions"), link("accounts:role", name, tab="permissions")),
            Tab("trust", _("Trust relationships"), link("accounts:role", name, tab="trust")),
        ],
        "delete": control(request, "DeleteRole", own),
        "edit_trust": control(request, "UpdateAssumeRolePolicy", {**own, "PolicyDocument": "{}"}),
        "trust_policy": readable(found["AssumeRolePolicyDocument"]),
    }
    if active == "permissions":
        context |= permissions_of(request, "roles", name)
    return render(request, "accounts/role.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def edit_trust(request: HttpRequest, name: str) -> HttpResponse:
    """Edit the trust policy of a role."""
    own, back = {"RoleName": name}, link("accounts:role", name, tab="trust")
    context: Context = {
        "breadcrumbs": crumbs((_("Roles"), "accounts:roles"), (name, back), _("Edit trust policy")),
        "name": name,
        "cancel": back,
    }
    try:
        if request.method == "GET":
            found: Any = (perform(request, "GetRole", own).members or {})["Role"]
            text = readable(found["AssumeRolePolicyDocument"])
            return render(request, "accounts/edit_trust.html", {**context, **document_context(text, trust=True)})
        text = request.POST.get(DOCUMENT, "")
        perform(request, "UpdateAssumeRolePolicy", {**own, "PolicyDocument": text})
    except KmsError as error:
        if request.method == "GET":
            flash_refusal(request, error)
            return redirect(back)
        context |= document_context(text, field_errors(error), trust=True)
        context |= {} if context["document_error"] else refusal_context(request, error)
        return render(request, "accounts/edit_trust.html", context, status=422)
    flash.add(request, Flash("success", _("Trust policy of %(name)s saved.") % {"name": name}))
    return redirect(back)


@signed_in
@require_http_methods(["GET", "POST"])
def delete_role(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a role; its name has to be typed."""
    if request.method == "POST" and request.POST.get("confirmation", "") == name:
        try:
            remove_role(request, name)
        except KmsError as error:
            flash_refusal(request, error, _("Role %(name)s was not deleted") % {"name": name})
        else:
            flash.add(request, Flash("success", _("Role %(name)s deleted.") % {"name": name}))
        return redirect(link("accounts:roles"))
    context = {
        "breadcrumbs": crumbs((_("Roles"), "accounts:roles"), (name, link("accounts:role", name)), _("Delete")),
        "heading": _("Delete %(name)s?") % {"name": name},
        "warning": _("Whoever uses the role loses its permissions. Key policies that name it keep an ID of nobody."),
        "wanted": name,
        "cancel": link("accounts:role", name),
        "error": _("Type %(text)s to confirm.") % {"text": name} if request.method == "POST" else "",
    }
    return render(request, "accounts/confirm_deletion.html", context, status=422 if request.method == "POST" else 200)
