"""Add key administrators or key users: the wizard's table, on a page of its own. Source: console.md 2.9."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import queries
from accounts.models import PrincipalKind
from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs, key_page
from keys.views.policy_changes import lists_of, people_of, put_people
from keys.views.tab_policy import ADMINISTRATORS
from kmsconsole.web.door import caller
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.principals_table import principals_table, read_table_state, table_asked


@require_http_methods(["GET", "POST"])
@key_page
def add_people(request: HttpRequest, key: DescribedKey, which: str) -> HttpResponse:
    """Tick users and roles, over several pages of the table, and add them to the policy."""
    chosen = _chosen(request)
    error, refusal, status = "", None, 200
    try:
        policy = lists_of(request, key)
        if request.method == "POST" and not table_asked(request):
            arns = _arns(request, chosen)
            if arns:
                people = people_of(policy, which)
                put_people(request, key, policy, which, [*people, *(arn for arn in arns if arn not in people)])
                return redirect(key.href(tab="policy"))
            error, status = _("Choose at least one user or role."), 422
    except KmsError as refused:
        refusal, status = refusal_view(request, refused), 422 if request.method == "POST" else 403
    title = _("Add key administrators") if which == ADMINISTRATORS else _("Add key users")
    table = principals_table(request, read_table_state(request), chosen)
    shown = {row.unique_id for row in table.rows}
    context = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, title),
        "title": title,
        "topic": "key-administrators" if which == ADMINISTRATORS else "key-users",
        "people": table,
        "kept": [unique_id for unique_id in chosen if unique_id not in shown],
        "error": error,
        "refusal": refusal,
        "help_topic": "key-administrators" if which == ADMINISTRATORS else "key-users",
    }
    template = "keys/add_people.html#table" if wants_fragment(request) else "keys/add_people.html"
    return render(request, template, context, status=status)


def _chosen(request: HttpRequest) -> list[str]:
    """Return the unique ids that are ticked: on the page of the table that was shown, and on the others before."""
    posted = request.POST
    shown, ticked = set(posted.getlist("shown")), posted.getlist("chosen")
    kept = [each for each in posted.getlist("kept") if each not in shown]
    return list(dict.fromkeys([*kept, *ticked]))


def _arns(request: HttpRequest, unique_ids: list[str]) -> list[str]:
    """Return the ARNs of those that are users or roles of the own account, in the order of choice."""
    found = queries.principals_by_unique_id(set(unique_ids))
    own = caller(request).account_id
    people = [found[each] for each in unique_ids if each in found]
    return [
        each.arn for each in people if each.account_id == own and each.kind in (PrincipalKind.USER, PrincipalKind.ROLE)
    ]
