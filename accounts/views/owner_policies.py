"""What users, groups and roles have alike: their policies, and giving or taking them. Source: console.md 4.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.documents import DOCUMENT, EXAMPLE, document_context
from accounts.views.iam_pages import Section, attempt, crumbs, read_all, readable
from accounts.views.picker import POLICIES, picker, picker_asked
from core.errors import KmsError
from kmsconsole.web import flash
from kmsconsole.web.components import Column, Flash
from kmsconsole.web.controls import control
from kmsconsole.web.door import caller, perform, signed_in
from kmsconsole.web.errors import field_errors, flash_refusal, refusal_context, refusal_view
from kmsconsole.web.navigation import link

SAMPLE_ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@dataclass(frozen=True, slots=True)
class OwnerKind:
    """Users, groups or roles: the word in action names, the member that names one, its pages."""

    word: str
    member: str
    detail: str
    listing: str
    title: str


KINDS: Mapping[str, OwnerKind] = {
    "users": OwnerKind("User", "UserName", "accounts:user", "accounts:users", "Users"),
    "groups": OwnerKind("Group", "GroupName", "accounts:group", "accounts:groups", "User groups"),
    "roles": OwnerKind("Role", "RoleName", "accounts:role", "accounts:roles", "Roles"),
}


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy that reaches an owner; ``via`` names the group it comes through."""

    name: str
    type: str
    href: str
    arn: str = ""
    via: str = ""

    @property
    def value(self) -> str:
        """What a form posts to take the policy away: its ARN, or the name of an inline policy."""
        return self.arn or f"inline:{self.name}"


def kind_of(kind: str) -> OwnerKind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def permissions_of(request: HttpRequest, kind: str, name: str) -> dict[str, Any]:
    """Return the context of a Permissions tab: the policies, directly and through groups, and what may be done."""
    owner = KINDS[kind]
    own = {owner.member: name}
    try:
        rows = _rows(request, kind, name)
        if kind == "users":
            for group in read_all(request, "ListGroupsForUser", "Groups", own):
                rows += _rows(request, "groups", group["GroupName"], via=group["GroupName"])
        found = Section(rows)
    except KmsError as error:
        found = Section(refusal=refusal_view(request, error))
    example = {**own, "PolicyName": "any", "PolicyDocument": EXAMPLE}
    return {
        "policies": found,
        "policy_columns": [Column(_("Policy name")), Column(_("Type")), Column(_("Attached via"))],
        "kind": kind,
        "attach": control(request, f"Attach{owner.word}Policy", {**own, "PolicyArn": SAMPLE_ARN}),
        "detach": control(request, f"Detach{owner.word}Policy", {**own, "PolicyArn": SAMPLE_ARN}),
        "put_inline": control(request, f"Put{owner.word}Policy", example),
    }


def _rows(request: HttpRequest, kind: str, name: str, via: str = "") -> list[PolicyRow]:
    owner = KINDS[kind]
    own = {owner.member: name}
    rows = []
    for policy in read_all(request, f"ListAttached{owner.word}Policies", "AttachedPolicies", own):
        arn = policy["PolicyArn"]
        label = _("Customer managed") if f":{caller(request).account_id}:" in arn else _("AWS managed")
        rows.append(PolicyRow(policy["PolicyName"], label, link("accounts:policy", arn=arn), arn, via))
    for inline in read_all(request, f"List{owner.word}Policies", "PolicyNames", own):
        href = link("accounts:inline_policy", kind, name, policy=inline)
        rows.append(PolicyRow(inline, _("Customer inline"), href, via=via))
    return rows


@signed_in
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Attach policies directly."""
    owner = kind_of(kind)
    chosen = request.POST.getlist("policy")
    if request.method == "POST" and not picker_asked(request) and chosen:
        for arn in chosen:
            policy = arn.rsplit("/", 1)[-1]
            attempt(
                request,
                f"Attach{owner.word}Policy",
                {owner.member: name, "PolicyArn": arn},
                success=_("Policy %(policy)s attached to %(name)s.") % {"policy": policy, "name": name},
                failure=_("Policy %(policy)s was not attached") % {"policy": policy},
            )
        return redirect(link(owner.detail, name))
    context = {
        "breadcrumbs": crumbs((_(owner.title), owner.listing), (name, link(owner.detail, name)), _("Attach policies")),
        "name": name,
        "policies": picker(request, "policy", POLICIES),
        "error": _("Select at least one policy.") if request.method == "POST" and not picker_asked(request) else "",
        "cancel": link(owner.detail, name),
    }
    return render(request, "accounts/attach_policies.html", context)


@signed_in
@require_POST
def take_away(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Detach the chosen managed policies and delete the chosen inline policies."""
    owner = kind_of(kind)
    own = {owner.member: name}
    chosen = request.POST.getlist("policy")
    if not chosen:
        flash.add(request, Flash("info", _("Select at least one policy.")))
    for value in chosen:
        inline = value.removeprefix("inline:") if value.startswith("inline:") else ""
        policy = inline or value.rsplit("/", 1)[-1]
        action = f"Delete{owner.word}Policy" if inline else f"Detach{owner.word}Policy"
        members = {**own, "PolicyName": inline} if inline else {**own, "PolicyArn": value}
        attempt(
            request,
            action,
            members,
            success=_("Policy %(policy)s removed from %(name)s.") % {"policy": policy, "name": name},
            failure=_("Policy %(policy)s was not removed") % {"policy": policy},
        )
    return redirect(link(owner.detail, name))


@signed_in
@require_http_methods(["GET", "POST"])
def inline_policy(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Create or edit an inline policy: the JSON editor. ``?policy=`` names the one to edit."""
    owner = kind_of(kind)
    own = {owner.member: name}
    edited = request.GET.get("policy", "")
    context: dict[str, Any] = {
        "breadcrumbs": crumbs(
            (_(owner.title), owner.listing), (name, link(owner.detail, name)), edited or _("Create inline policy")
        ),
        "edited": edited,
        "name": name,
        "cancel": link(owner.detail, name),
    }
    if request.method == "GET":
        text = EXAMPLE
        if edited:
            try:
                shown = perform(request, f"Get{owner.word}Policy", {**own, "PolicyName": edited})
            except KmsError as error:
                flash_refusal(request, error)
                return redirect(link(owner.detail, name))
            text = readable((shown.members or {})["PolicyDocument"])
        return render(request, "accounts/inline_policy.html", {**context, **document_context(text)})
    policy, text = edited or request.POST.get("policy_name", "").strip(), request.POST.get(DOCUMENT, "")
    members = {**own, "PolicyName": policy, "PolicyDocument": text}
    try:
        perform(request, f"Put{owner.word}Policy", members)
    except KmsError as error:
        found = {**context, "policy_name": policy, **document_context(text, field_errors(error))}
        found |= {} if found["document_error"] or found["errors"] else refusal_context(request, error)
        return render(request, "accounts/inline_policy.html", found, status=422)
    flash.add(request, Flash("success", _("Policy %(policy)s saved.") % {"policy": policy}))
    return redirect(link(owner.detail, name))
