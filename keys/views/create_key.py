"""The create-key wizard: six steps over a draft whose id stands in the address. Source: console.md 3.

Nothing is decided here: forms ask the service's floors, Finish calls CreateKey and CreateAlias. A step is shown by GET,
which changes nothing; every button posts the step, which is stored as it is, right or wrong, before anything else.
"""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import KmsError, NotFoundException
from keys.forms.create_key import PolicyForm
from keys.forms.people import PeopleForm
from keys.views.create_key_finish import finish, tell_finished
from keys.views.create_key_plan import same_policy
from keys.views.create_key_steps import BY_KEY, FIRST, POLICY, REVIEW, Progress, Step, address, question
from kmsconsole.web import flash
from kmsconsole.web.components import Crumb, Flash
from kmsconsole.web.door import caller, current_region, refusal_of, signed_in
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.navigation import link
from kmsconsole.web.policy_editor import PolicyEditor, read_editor, render_editor
from kmsconsole.web.principals_table import principals_table, read_table_state, table_asked
from operations import drafts
from operations.drafts import Draft

UNPROCESSABLE, FORBIDDEN = 422, 403


@require_GET
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Begin a new draft, which is stored with the first **Next**; who may not create keys is told why."""
    region = current_region(request)
    refusal = refusal_of(request, "CreateKey", {}, region)
    if refusal is not None:
        context = {**_frame(FIRST, region), **refusal_context(request, refusal)}
        return render(request, "keys/create/refused.html", context, status=FORBIDDEN)
    draft = drafts.open_draft(uuid.uuid4(), caller(request), region)
    return redirect(address(draft, FIRST))


@require_http_methods(["GET", "POST"])
@signed_in
def step(request: HttpRequest, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    """Show a step, or take what was entered in it."""
    draft, current = _open_draft(request, draft_id), BY_KEY.get(step_key)
    if current is None:
        raise Http404
    if elsewhere := _elsewhere(request, draft, current):
        return elsewhere
    progress = Progress(request, draft)
    return _take(progress, current) if request.method == "POST" else _visit(progress, current)


@require_http_methods(["GET", "POST"])
@signed_in
def regenerate(request: HttpRequest, draft_id: uuid.UUID, step_key: str) -> HttpResponse:
    """Ask whether the edited policy gives way to one that is generated anew; then go on to a step."""
    draft, target = _open_draft(request, draft_id), BY_KEY.get(step_key)
    if target is None:
        raise Http404
    progress = Progress(request, draft)
    invalid = progress.first_invalid(POLICY)
    if invalid is not None:
        return redirect(address(draft, invalid, check="1"))
    if request.method == "POST":
        _answer(progress, request.POST.get("policy", ""))
        return redirect(address(draft, target))
    if not progress.edit_is_outdated():
        return redirect(address(draft, target))
    return render(request, "keys/create/regenerate.html", _context(progress, POLICY))


def _answer(progress: Progress, answer: str) -> None:
    if answer == "regenerate":
        _forget_edit(progress)
    elif answer == "keep":
        drafts.set_edited_from(progress.draft, progress.plan().generated_policy)


# --- which draft ------------------------------------------------------------------------------------------------------
def _open_draft(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    try:
        return drafts.open_draft(draft_id, caller(request), current_region(request))
    except NotFoundException:
        raise Http404 from None


def _elsewhere(request: HttpRequest, draft: Draft, current: Step) -> HttpResponse | None:
    """Return where a request goes that is not about an open draft of its Region."""
    asked = request.GET.get("region", "")
    if draft.finished_key_id:
        tell_finished(request, draft)
        return redirect(link("keys:list", region=draft.region))
    if asked == draft.region:
        return None
    if asked:
        text = _("The key that you were about to create belongs to the Region %(region)s.") % {"region": draft.region}
        flash.add(request, Flash("info", text))
        return redirect(link("keys:list", region=asked))
    return redirect(address(draft, current)) if request.method == "GET" else None


# --- showing a step ---------------------------------------------------------------------------------------------------
def _visit(progress: Progress, current: Step) -> HttpResponse:
    if blocked := _blocked(progress, current):
        return blocked
    if current in (POLICY, REVIEW) and progress.edit_is_outdated():
        return redirect(question(progress.draft, current))
    if current is REVIEW and not progress.checked_form(POLICY).is_valid():
        return redirect(address(progress.draft, POLICY, check="1"))
    return show(progress, current, checked="check" in progress.request.GET)


def show(progress: Progress, current: Step, *, checked: bool = False, status: int = 200, **more: Any) -> HttpResponse:
    """Render a step over what the draft holds; ``checked``: with what is wrong."""
    request, draft = progress.request, progress.draft
    form = progress.checked_form(current) if checked else progress.form(current, checked=False)
    context = {**_context(progress, current), "form": form, **more}
    if isinstance(form, PeopleForm):
        context["people"] = principals_table(request, read_table_state(request), form.chosen)
    elif isinstance(form, PolicyForm):
        invalid = checked and not form.is_valid()
        if invalid or "edit" in request.GET or "document" in request.POST:
            context["editor"] = PolicyEditor(progress.plan().policy, form.findings)
    elif current is REVIEW:
        context["edit"] = {key: address(draft, each) for key, each in BY_KEY.items()}
    return render(request, current.template, context, status=status)


def _context(progress: Progress, current: Step) -> dict[str, Any]:
    return {
        **_frame(current, progress.draft.region),
        "steps": progress.step_list(current),
        "current": current.number,
        "step": current,
        "plan": progress.plan() if current in (POLICY, REVIEW) else None,
    }


def _frame(current: Step, region: str) -> dict[str, Any]:
    return {
        "breadcrumbs": [
            Crumb("KMS", link("keys:landing", region=region)),
            Crumb(_("Customer managed keys"), link("keys:list", region=region)),
            Crumb(_("Create key")),
        ],
        "help_topic": current.help_topic,
        "cancel_href": link("keys:list", region=region),
    }


# --- taking a step ----------------------------------------------------------------------------------------------------
def _take(progress: Progress, current: Step) -> HttpResponse:
    request, draft = progress.request, progress.draft
    if blocked := _blocked(progress, current):
        return blocked
    # Who may not create keys begins no draft either.
    refused = _refused(progress, current) if draft.is_new else None
    if refused:
        return refused
    editor = read_editor(request.POST) if current is POLICY and "document" in request.POST else None
    values = {"document": [editor.text]} if editor else current.form.kept(request.POST, draft.values(current.key))
    drafts.save_step(draft, current.key, values, done=draft.is_done(current.key))
    progress.forget()
    if editor:
        _note_edit(progress)
        if editor.asked:
            return render_editor(request, editor, POLICY.template, _context(progress, POLICY))
    match request.POST.get("go"):
        case "next":
            return _next(progress, current)
        case "previous" if current.previous is not None:
            return redirect(address(draft, current.previous))
        case "restore":
            _forget_edit(progress)
    if table_asked(request):
        return _turn_table(progress, current)
    return redirect(address(draft, current, **read_table_state(request).query))


def _blocked(progress: Progress, current: Step) -> HttpResponse | None:
    """Return where to go instead of a step whose earlier steps are not in order."""
    not_done = progress.first_open(current)
    if not_done is not None:
        return redirect(address(progress.draft, not_done))
    invalid = progress.first_invalid(POLICY) if current in (POLICY, REVIEW) else None
    return redirect(address(progress.draft, invalid, check="1")) if invalid is not None else None


def _refused(progress: Progress, current: Step) -> HttpResponse | None:
    refusal = refusal_of(progress.request, "CreateKey", {}, progress.draft.region)
    if refusal is None:
        return None
    return show(progress, current, status=FORBIDDEN, **refusal_context(progress.request, refusal))


def _next(progress: Progress, current: Step) -> HttpResponse:
    draft = progress.draft
    if refused := _refused(progress, current):
        return refused
    form = progress.checked_form(current)
    if not form.is_valid():
        drafts.save_step(draft, current.key, form.values, done=draft.is_done(current.key))
        return show(progress, current, checked=True, status=UNPROCESSABLE)
    if current is REVIEW:
        invalid = progress.first_invalid(REVIEW)
        return redirect(address(draft, invalid, check="1")) if invalid is not None else _finish(progress)
    assert current.next is not None
    drafts.save_step(draft, current.key, draft.values(current.key), done=True)
    if progress.first_invalid(POLICY) is None and progress.edit_is_outdated():
        return redirect(question(draft, current.next))
    return redirect(address(draft, current.next))


def _finish(progress: Progress) -> HttpResponse:
    try:
        return finish(progress.request, progress.draft, progress.plan())
    except KmsError as refusal:
        context = {**refusal_context(progress.request, refusal), "refusal_title": _("Failed to create key")}
        return show(progress, REVIEW, status=UNPROCESSABLE, **context)


def _note_edit(progress: Progress) -> None:
    """Take the text of the editor as an edit, unless it says what is generated anyway."""
    plan = progress.plan()
    if same_policy(plan.policy, plan.generated_policy):
        _forget_edit(progress)
    elif not progress.draft.edited_from:
        drafts.set_edited_from(progress.draft, plan.generated_policy)


def _forget_edit(progress: Progress) -> None:
    drafts.save_step(progress.draft, POLICY.key, None, done=progress.draft.is_done(POLICY.key))
    drafts.set_edited_from(progress.draft, "")
    progress.forget()


def _turn_table(progress: Progress, current: Step) -> HttpResponse:
    """Answer the table's own buttons: the table alone for a script, else the page at the address that shows it."""
    request, draft = progress.request, progress.draft
    state = read_table_state(request)
    where = state.address(request.path, draft.region)
    form = progress.form(current, checked=False)
    if request.headers.get("HX-Request") != "true" or not isinstance(form, PeopleForm):
        return redirect(where)
    context = {"people": principals_table(request, state, form.chosen)}
    response = render(request, "components/principals_table.html", context)
    response.headers["HX-Push-Url"] = where
    response.headers["Vary"] = "HX-Request"
    return response
