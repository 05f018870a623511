"""Managed policies: list, JSON view, create, attach, detach, delete. Source: console.md 4.1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.views.documents import DOCUMENT, EXAMPLE, document_context
from accounts.views.iam_pages import (
    PAGE_SIZE,
    WHOLE_LIST,
    Section,
    attempt,
    crumbs,
    cut,
    page_number,
    page_or_region,
    pages_of,
    read_all,
    readable,
)
from accounts.views.owner_policies import KINDS
from accounts.views.picker import IDENTITIES, picker, picker_asked
from core.errors import IamEntityAlreadyExists, IamNoSuchEntity, KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash, Tab
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import field_errors, flash_refusal, refusal_context, refusal_view
from kmsconsole.web.navigation import link
from operations.iam_answers import VERSION

ALL, AWS, LOCAL = "All", "AWS", "Local"
Context = dict[str, Any]


@signed_in
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """AWS's and the account's own policies, with search, type and pages."""
    text, number, scope = request.GET.get("filter", ""), page_number(request), request.GET.get("scope", ALL)
    scope = scope if scope in (ALL, AWS, LOCAL) else ALL
    context: Context = {
        "breadcrumbs": crumbs(_("Policies")),
        "columns": [
            Column(_("Policy name")),
            Column(_("Type")),
            Column(_("Used as")),
            Column(_("Attached entities"), numeric=True),
        ],
        "text": text,
        "scope": scope,
        "scopes": [(ALL, _("All types")), (AWS, _("AWS managed")), (LOCAL, _("Customer managed"))],
        "create": control(request, "CreatePolicy", {"PolicyName": "new", "PolicyDocument": EXAMPLE}),
        "content_width": "full",
    }
    try:
        found = read_all(request, "ListPolicies", "Policies", {"Scope": scope})
    except KmsError as error:
        return render(request, "accounts/policies.html", {**context, **refusal_context(request, error), "total": "-"})
    words = text.lower().split()
    matching = [policy for policy in found if all(word in policy["PolicyName"].lower() for word in words)]
    matching.sort(key=lambda policy: policy["PolicyName"].lower())
    own = f":{caller(request).account_id}:"
    context |= {
        "rows": [{**policy, "is_own": own in policy["Arn"]} for policy in cut(matching, number)],
        "total": len(found),
        "matches": len(matching) if text else None,
        "pages": pages_of(number, len(matching), PAGE_SIZE),
    }
    return page_or_region(request, "accounts/policies.html", context)


@signed_in
@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """One policy (``?arn=``): its document and whom it is attached to."""
    arn = request.GET.get("arn", "")
    name = arn.rsplit("/", 1)[-1]
    context: Context = {"breadcrumbs": crumbs((_("Policies"), "accounts:policies"), name), "name": name, "arn": arn}
    try:
        found = (perform(request, "GetPolicy", {"PolicyArn": arn}).members or {})["Policy"]
        version: Any = perform(request, "GetPolicyVersion", {"PolicyArn": arn, "VersionId": VERSION}).members or {}
    except IamNoSuchEntity as error:
        flash_refusal(request, error)
        return redirect(link("accounts:policies"))
    except KmsError as error:
        return render(request, "accounts/policy.html", {**context, **refusal_context(request, error)}, status=403)
    active = "entities" if request.GET.get("tab") == "entities" else "permissions"
    is_own = f":{caller(request).account_id}:" in arn
    context |= {
        "policy": found,
        "is_own": is_own,
        "document": readable(version["PolicyVersion"]["Document"]),
        "active": active,
        "tabs": [
            Tab("permissions", _("Permissions"), link("accounts:policy", arn=arn, tab="permissions")),
            Tab("entities", _("Entities attached"), link("accounts:policy", arn=arn, tab="entities")),
        ],
        "delete": control(request, "DeletePolicy", {"PolicyArn": arn}),
        "attach": control(request, "AttachUserPolicy", {"UserName": "any", "PolicyArn": arn}),
    }
    if active == "entities":
        context |= {
            "entities": _entities(request, arn),
            "entity_columns": [Column(_("Entity name")), Column(_("Entity type"))],
        }
    return render(request, "accounts/policy.html", context)


def _entities(request: HttpRequest, arn: str) -> Section:
    """Return whom a policy is attached to."""
    labels = {"users": _("User"), "groups": _("Group"), "roles": _("Role")}
    members = {"PolicyArn": arn, "PolicyUsageFilter": "PermissionsPolicy", "MaxItems": WHOLE_LIST}
    try:
        found: Any = perform(request, "ListEntitiesForPolicy", members).members or {}
    except KmsError as error:
        return Section(refusal=refusal_view(request, error))
    rows = []
    for kind, owner in KINDS.items():
        for entity in found[f"Policy{owner.word}s"]:
            name = entity[owner.member]
            href = link(owner.detail, name)
            rows.append({"value": f"{kind}:{name}", "name": name, "type": labels[kind], "href": href})
    return Section(rows)


@signed_in
@require_http_methods(["GET", "POST"])
def create_policy(request: HttpRequest) -> HttpResponse:
    """Create a customer managed policy: a JSON editor and a name."""
    context: Context = {
        "breadcrumbs": crumbs((_("Policies"), "accounts:policies"), _("Create policy")),
        "cancel": link("accounts:policies"),
        "name": request.POST.get("policy_name", "").strip(),
        "description": request.POST.get("description", ""),
    }
    if request.method == "GET":
        return render(request, "accounts/create_policy.html", {**context, **document_context(EXAMPLE)})
    text = request.POST.get(DOCUMENT, "")
    members: dict[str, object] = {"PolicyName": context["name"], "PolicyDocument": text}
    if context["description"]:
        members["Description"] = context["description"]
    try:
        made: Any = (perform(request, "CreatePolicy", members).members or {})["Policy"]
    except KmsError as error:
        named = field_errors(error)
        if isinstance(error, IamEntityAlreadyExists):
            named = {"policy_name": [error.message or error.code]}
        context |= document_context(text, named)
        context |= {} if named else refusal_context(request, error)
        return render(request, "accounts/create_policy.html", context, status=422)
    flash.add(request, Flash("success", _("Policy %(policy)s created.") % {"policy": context["name"]}))
    return redirect(link("accounts:policy", arn=made["Arn"]))


@signed_in
@require_http_methods(["GET", "POST"])
def attach_policy(request: HttpRequest) -> HttpResponse:
    """Attach a policy (``?arn=``) to users, groups and roles."""
    arn = request.GET.get("arn", "")
    name, back = arn.rsplit("/", 1)[-1], link("accounts:policy", arn=arn, tab="entities")
    chosen = request.POST.getlist("entity")
    if request.method == "POST" and not picker_asked(request) and chosen:
        _each(request, chosen, "Attach", arn)
        return redirect(back)
    context = {
        "breadcrumbs": crumbs((_("Policies"), "accounts:policies"), (name, back), _("Attach")),
        "heading": _("Attach policy"),
        "description": name,
        "picker": picker(request, "entity", IDENTITIES),
        "submit": _("Attach policy"),
        "cancel": back,
    }
    return render(request, "accounts/pick.html", context)


@signed_in
@require_POST
def detach_policy(request: HttpRequest) -> HttpResponse:
    """Detach a policy (``?arn=``) from the chosen users, groups and roles."""
    arn = request.GET.get("arn", "")
    _each(request, request.POST.getlist("entity"), "Detach", arn)
    return redirect(link("accounts:policy", arn=arn, tab="entities"))


def _each(request: HttpRequest, entities: list[str], verb: str, arn: str) -> None:
    done = {
        "Attach": _("Policy %(policy)s attached to %(name)s."),
        "Detach": _("Policy %(policy)s removed from %(name)s."),
    }
    failed = {"Attach": _("Policy %(policy)s was not attached"), "Detach": _("Policy %(policy)s was not removed")}
    policy_name = arn.rsplit("/", 1)[-1]
    for entity in entities:
        kind, _colon, name = entity.partition(":")
        if kind not in KINDS:
            continue
        attempt(
            request,
            f"{verb}{KINDS[kind].word}Policy",
            {KINDS[kind].member: name, "PolicyArn": arn},
            success=done[verb] % {"policy": policy_name, "name": name},
            failure=failed[verb] % {"policy": policy_name},
        )


@signed_in
@require_http_methods(["GET", "POST"])
def delete_policy(request: HttpRequest) -> HttpResponse:
    """Delete a customer managed policy (``?arn=``); its name has to be typed."""
    arn = request.GET.get("arn", "")
    name, back = arn.rsplit("/", 1)[-1], link("accounts:policy", arn=arn)
    if request.method == "POST" and request.POST.get("confirmation", "") == name:
        done = attempt(
            request,
            "DeletePolicy",
            {"PolicyArn": arn},
            success=_("Policy %(policy)s deleted.") % {"policy": name},
            failure=_("Policy %(policy)s was not deleted") % {"policy": name},
        )
        return redirect(link("accounts:policies") if done is not None else back)
    context = {
        "breadcrumbs": crumbs((_("Policies"), "accounts:policies"), (name, back), _("Delete")),
        "heading": _("Delete %(name)s?") % {"name": name},
        "warning": _("A policy that is attached cannot be deleted. Deleting cannot be undone."),
        "wanted": name,
        "cancel": back,
        "error": _("Type %(text)s to confirm.") % {"text": name} if request.method == "POST" else "",
    }
    return render(request, "accounts/confirm_deletion.html", context, status=422 if request.method == "POST" else 200)
