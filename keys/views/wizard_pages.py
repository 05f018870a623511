"""The pages of every wizard of keys: steps over a draft whose id stands in the address. Source: console.md 3 and 2.13.

Nothing is decided here: forms ask the service's floors, Finish calls the actions. A step is shown by GET, which changes
nothing; every button posts the step, which is stored as it is, right or wrong, before anything else.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.errors import AccessDeniedException, KmsError
from keys.forms.create_key import PolicyForm
from keys.forms.people import PeopleForm
from keys.views.wizard_plan import same_policy
from keys.views.wizard_steps import POLICY, Progress, Step
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.navigation import link
from kmsconsole.web.policy_editor import PolicyEditor, read_editor, render_editor
from kmsconsole.web.principals_table import principals_table, read_table_state, table_asked
from operations import drafts

UNPROCESSABLE, FORBIDDEN = 422, 403


def begin(progress: Progress) -> HttpResponse:
    """Open the first step of a new draft, which is stored with the first **Next**; who is refused is told why."""
    refusal = progress.refusal()
    if refusal is None:
        return redirect(progress.address(progress.first))
    context = {**progress.frame(), "wizard": progress, "help_topic": progress.first.help_topic}
    context |= refusal_context(progress.request, refusal)
    return render(progress.request, "keys/wizard/refused.html", context, status=FORBIDDEN)


def open_step(progress: Progress, step_key: str) -> HttpResponse:
    """Show a step, or take what was entered in it."""
    current = _step(progress, step_key)
    if elsewhere := _elsewhere(progress, current):
        return elsewhere
    return _take(progress, current) if progress.request.method == "POST" else _visit(progress, current)


def regenerate(progress: Progress, step_key: str) -> HttpResponse:
    """Ask whether the edited policy gives way to one that is generated anew; then go on to a step."""
    request, target = progress.request, _step(progress, step_key)
    invalid = progress.first_invalid(POLICY)
    if invalid is not None:
        return redirect(progress.address(invalid, check="1"))
    if request.method == "POST":
        _answer(progress, request.POST.get("policy", ""))
        return redirect(progress.address(target))
    if not progress.edit_is_outdated():
        return redirect(progress.address(target))
    return render(request, "keys/wizard/regenerate.html", _context(progress, POLICY))


def _step(progress: Progress, step_key: str) -> Step:
    step = progress.step(step_key)
    if step is None:
        raise Http404
    return step


def _answer(progress: Progress, answer: str) -> None:
    if answer == "regenerate":
        _forget_edit(progress)
    elif answer == "keep":
        drafts.set_edited_from(progress.draft, progress.plan().generated_policy)


def _elsewhere(progress: Progress, current: Step) -> HttpResponse | None:
    """Return where a request goes that is not about an open draft of its Region."""
    request, draft = progress.request, progress.draft
    asked = request.GET.get("region", "")
    if draft.finished_key_id:
        progress.tell_finished()
        return redirect(progress.finished_href)
    if asked == draft.region:
        return None
    if asked:
        flash.add(request, Flash("info", progress.elsewhere_text))
        return redirect(link("keys:list", region=asked))
    return redirect(progress.address(current)) if request.method == "GET" else None


# --- showing a step ---------------------------------------------------------------------------------------------------
def _visit(progress: Progress, current: Step) -> HttpResponse:
    if blocked := _blocked(progress, current):
        return blocked
    if current in (POLICY, progress.last) and progress.edit_is_outdated():
        return redirect(progress.question(current))
    if current is progress.last and not progress.checked_form(POLICY).is_valid():
        return redirect(progress.address(POLICY, check="1"))
    return show(progress, current, checked="check" in progress.request.GET)


def show(progress: Progress, current: Step, *, checked: bool = False, status: int = 200, **more: Any) -> HttpResponse:
    """Render a step over what the draft holds; ``checked``: with what is wrong."""
    request = progress.request
    form = progress.checked_form(current) if checked else progress.form(current, checked=False)
    context = {**_context(progress, current), "form": form, **more}
    if isinstance(form, PeopleForm):
        context["people"] = principals_table(request, read_table_state(request), form.chosen)
    elif isinstance(form, PolicyForm):
        invalid = checked and not form.is_valid()
        if invalid or "edit" in request.GET or "document" in request.POST:
            context["editor"] = PolicyEditor(progress.plan().policy, form.findings)
    elif current is progress.last:
        context["edit"] = {each.key: progress.address(each) for each in progress.steps}
    return render(request, current.template, context, status=status)


def _context(progress: Progress, current: Step) -> dict[str, Any]:
    return {
        **progress.frame(),
        "wizard": progress,
        "steps": progress.step_list(current),
        "current": progress.number(current),
        "step": current,
        "has_previous": current is not progress.first,
        "help_topic": current.help_topic,
        "plan": progress.plan() if current in (POLICY, progress.last) else None,
    }


# --- taking a step ----------------------------------------------------------------------------------------------------
def _take(progress: Progress, current: Step) -> HttpResponse:
    request, draft = progress.request, progress.draft
    if blocked := _blocked(progress, current):
        return blocked
    if draft.is_new:
        # Who is refused begins no draft either.
        if refused := _refused(progress, current):
            return refused
        progress.begin()
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
        case "previous" if current is not progress.first:
            return redirect(progress.address(progress.previous(current)))
        case "restore":
            _forget_edit(progress)
    if table_asked(request):
        return _turn_table(progress, current)
    return redirect(progress.address(current, **read_table_state(request).query))


def _blocked(progress: Progress, current: Step) -> HttpResponse | None:
    """Return where to go instead of a step whose earlier steps are not in order."""
    not_done = progress.first_open(current)
    if not_done is not None:
        return redirect(progress.address(not_done))
    invalid = progress.first_invalid(POLICY) if current in (POLICY, progress.last) else None
    return redirect(progress.address(invalid, check="1")) if invalid is not None else None


def _refused(progress: Progress, current: Step) -> HttpResponse | None:
    refusal = progress.refusal()
    if refusal is None:
        return None
    return show(progress, current, status=FORBIDDEN, **refusal_context(progress.request, refusal))


def _next(progress: Progress, current: Step) -> HttpResponse:
    draft = progress.draft
    if current is progress.last:
        # Who is refused by now makes the call all the same, so that the refusal is on record.
        invalid = progress.first_invalid(progress.last) if progress.refusal() is None else None
        return redirect(progress.address(invalid, check="1")) if invalid is not None else _finish(progress)
    if refused := _refused(progress, current):
        return refused
    form = progress.checked_form(current)
    if not form.is_valid():
        drafts.save_step(draft, current.key, form.values, done=draft.is_done(current.key))
        return show(progress, current, checked=True, status=UNPROCESSABLE)
    drafts.save_step(draft, current.key, draft.values(current.key), done=True)
    if progress.first_invalid(POLICY) is None and progress.edit_is_outdated():
        return redirect(progress.question(progress.next(current)))
    return redirect(progress.address(progress.next(current)))


def _finish(progress: Progress) -> HttpResponse:
    try:
        return progress.finish()
    except KmsError as refusal:
        context = {**refusal_context(progress.request, refusal), "refusal_title": progress.failed_title}
        status = FORBIDDEN if isinstance(refusal, AccessDeniedException) else UNPROCESSABLE
        return show(progress, progress.last, status=status, **context)


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
