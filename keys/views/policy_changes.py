"""Changes of a key policy: its lists in the default view, and the document itself. Source: console.md 2.9."""

import json
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import KmsError
from core.policy.wizard import ConsolePolicy, with_changes
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs, key_page, render_dialog
from keys.views.people_list import person
from keys.views.tab_policy import ADMINISTRATORS, load_policy
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import caller, perform
from kmsconsole.web.errors import RefusalView, flash_refusal, refusal_view
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.numbers import remove_row
from kmsconsole.web.policy_editor import PolicyEditor, read_editor, render_editor
from kmsconsole.web.policy_findings import check_policy


def lists_of(request: HttpRequest, key: DescribedKey) -> ConsolePolicy:
    """Return the lists of the default view; a policy that was customised meanwhile has none."""
    _text, policy = load_policy(request, key)
    if policy is None:
        raise Http404
    return policy


def people_of(policy: ConsolePolicy, which: str) -> tuple[str, ...]:
    return policy.administrators if which == ADMINISTRATORS else policy.users


def put_lists(
    request: HttpRequest,
    key: DescribedKey,
    policy: ConsolePolicy,
    *,
    administrators: Sequence[str] | None = None,
    users: Sequence[str] | None = None,
    accounts: Sequence[str] | None = None,
    allow_deletion: bool | None = None,
) -> None:
    """Call PutKeyPolicy with changed lists; what is not given stays. Raises its refusal."""
    document = with_changes(
        policy,
        spec=key.spec,
        usage=key.usage,
        origin=key.origin,
        multi_region=key.multi_region,
        administrators=administrators,
        users=users,
        accounts=accounts,
        allow_deletion=allow_deletion,
    )
    perform(request, "PutKeyPolicy", {"KeyId": key.key_id, "Policy": json.dumps(document, indent=2)})
    flash.add(request, Flash("success", _("The key policy was updated.")))


def put_people(
    request: HttpRequest, key: DescribedKey, policy: ConsolePolicy, which: str, people: Sequence[str]
) -> None:
    """Replace one of the two lists of people. Raises the refusal of PutKeyPolicy."""
    if which == ADMINISTRATORS:
        put_lists(request, key, policy, administrators=people)
    else:
        put_lists(request, key, policy, users=people)


@require_http_methods(["GET", "POST"])
@key_page
def remove_people(request: HttpRequest, key: DescribedKey, which: str) -> HttpResponse:
    """Ask, then take the chosen administrators or users out of the policy."""
    posted = request.method == "POST"
    chosen = list(dict.fromkeys((request.POST if posted else request.GET).getlist("principals")))
    refusal: RefusalView | None = None
    status = 200
    try:
        policy = lists_of(request, key)
        people = people_of(policy, which)
        chosen = [each for each in chosen if each in people]
        if not chosen:
            return redirect(key.href(tab="policy"))
        if posted:
            put_people(request, key, policy, which, [each for each in people if each not in chosen])
            return redirect(key.href(tab="policy"))
    except KmsError as error:
        refusal, status = refusal_view(request, error), 422 if request.method == "POST" else 403
    return render_dialog(
        request,
        key,
        "remove_people",
        title=_("Remove key administrators") if which == ADMINISTRATORS else _("Remove key users"),
        submit=_("Remove"),
        status=status,
        back=key.href(tab="policy"),
        people=[person(each) for each in chosen],
        which=which,
        refusal=refusal,
    )


@require_POST
@key_page
def allow_deletion(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Let key administrators delete the key, or no longer: takes effect at once."""
    try:
        put_lists(request, key, lists_of(request, key), allow_deletion=bool(request.POST.get("allow_deletion")))
    except KmsError as refusal:
        flash_refusal(request, refusal, _("Failed to update the key policy"))
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": key.href(tab="policy")})
    return redirect(key.href(tab="policy"))


@require_http_methods(["GET", "POST"])
@key_page
def edit_accounts(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """The list of other accounts, as rows of twelve digits."""
    refusal: RefusalView | None = None
    rows: list[dict[str, str]] = []
    status = 200
    try:
        policy = lists_of(request, key)
        rows = [{"value": account, "error": ""} for account in policy.accounts] or [{"value": "", "error": ""}]
        if request.method == "POST":
            rows = _posted_accounts(request)
            asked = "add_account" in request.POST or "remove_account" in request.POST
            status = 200 if asked else 422
            if not asked and not _mark_faults(rows, caller(request).account_id):
                accounts = [row["value"] for row in rows if row["value"]]
                put_lists(request, key, policy, accounts=accounts)
                return redirect(key.href(tab="policy"))
    except KmsError as error:
        refusal, status = refusal_view(request, error), 422 if request.method == "POST" else 403
    return render_dialog(
        request,
        key,
        "accounts",
        title=_("Other AWS accounts"),
        submit=_("Save changes"),
        status=status,
        back=key.href(tab="policy"),
        rows=rows,
        refusal=refusal,
    )


def _posted_accounts(request: HttpRequest) -> list[dict[str, str]]:
    values = request.POST.getlist("account_id")
    rows = [{"value": value.strip().replace("-", ""), "error": ""} for value in values]
    if "add_account" in request.POST:
        rows.append({"value": "", "error": ""})
    remove_row(rows, request.POST.get("remove_account", ""))
    return rows


def _mark_faults(rows: list[dict[str, str]], own_account: str) -> bool:
    """Mark what is no account, the own one, or there twice."""
    seen: set[str] = set()
    for row in rows:
        value = row["value"]
        if value and not (len(value) == 12 and value.isascii() and value.isdigit()):
            row["error"] = _("Enter exactly 12 digits.")
        elif value == own_account:
            row["error"] = _("This is the key's own account.")
        elif value and value in seen:
            row["error"] = _("This account is already in the list.")
        seen.add(value)
    return any(row["error"] for row in rows)


@require_http_methods(["GET", "POST"])
@key_page
def edit_policy(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """The policy as text, with the statement panel beside it."""
    context = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Edit key policy")),
        "lint_url": key.href("keys:lint_policy"),
        "help_topic": "key-policy",
        "content_width": "full",
    }
    try:
        if request.method == "GET":
            return render_editor(request, PolicyEditor(load_policy(request, key)[0]), "keys/edit_policy.html", context)
        editor = read_editor(request.POST)
        if editor.asked:
            return render_editor(request, editor, "keys/edit_policy.html", context)
        findings = check_policy(request, editor.text, action="PutKeyPolicy", members={"KeyId": key.key_id})
        editor = editor.checked(findings)
        if editor.has_errors:
            return render_editor(request, editor, "keys/edit_policy.html", context, status=422)
        perform(request, "PutKeyPolicy", {"KeyId": key.key_id, "Policy": editor.text})
    except KmsError as refusal:
        editor = read_editor(request.POST)
        context["refusal"] = refusal_view(request, refusal)
        status = 422 if request.method == "POST" else 403
        return render_editor(request, editor, "keys/edit_policy.html", context, status=status)
    flash.add(request, Flash("success", _("The key policy was updated.")))
    return redirect(key.href(tab="policy"))
