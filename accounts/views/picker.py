"""A table to tick some of many things: policies, groups or users, inside a larger form.

Its search and pages are buttons of that form, so what is ticked, and whatever else was entered, travels with them; what
is ticked on another page is kept in hidden fields. The page works without script.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import queries
from accounts.views.iam_pages import WHOLE_LIST, cut, pages_of, read_all
from core.errors import KmsError
from kmsconsole.web.components import Column, Pages
from kmsconsole.web.door import caller, perform
from kmsconsole.web.errors import RefusalView, refusal_view
from kmsconsole.web.numbers import page_number

SIZE = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: what is posted, what it is called, further cells."""

    value: str
    label: str
    cells: Sequence[str] = ()
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Picker:
    """The table as templates/accounts/picker.html shows it. ``name`` is the field; ``single``: radio buttons."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Choice]
    chosen_elsewhere: Sequence[str]
    text: str
    pages: Pages
    matches: int
    single: bool = False
    refusal: RefusalView | None = None
    none: str = ""

    @property
    def page_count(self) -> range:
        return range(1, self.pages.total + 1)


Source = Callable[[HttpRequest, str, int], tuple[Sequence[Choice], int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be picked: where the rows come from and how the table is headed."""

    source: Source
    title: Callable[[], str]
    columns: Callable[[], Sequence[Column]]
    none: Callable[[], str] = field(default=lambda: _("Nothing to choose from."))


def picker_asked(request: HttpRequest) -> bool:
    """Tell whether a post comes from a picker's own search or page buttons."""
    return "picker" in request.POST


def picker(
    request: HttpRequest, name: str, kind: Kind, *, single: bool = False, leave_out: Sequence[str] = ()
) -> Picker:
    """Return a picker in the state that the request describes. ``leave_out`` are values that are not offered."""
    chosen = request.POST.getlist(name)
    text = request.POST.get(f"{name}_text", "")
    number = _page(request, name)
    refusal: RefusalView | None = None
    try:
        rows, matches = kind.source(request, text, number)
    except KmsError as error:
        rows, matches, refusal = (), 0, refusal_view(request, error)
    shown = [Choice(row.value, row.label, row.cells, row.value in chosen) for row in rows if row.value not in leave_out]
    here = {row.value for row in shown}
    return Picker(
        name=name,
        title=kind.title(),
        columns=kind.columns(),
        rows=shown,
        chosen_elsewhere=[] if single else [value for value in chosen if value not in here],
        text=text,
        pages=pages_of(number, matches, SIZE),
        matches=matches,
        single=single,
        refusal=refusal,
        none=kind.none(),
    )


def _page(request: HttpRequest, name: str) -> int:
    """Return the page asked for: ``picker=policy:3``, or 1 after a new search."""
    field_name, _colon, number = request.POST.get("picker", "").partition(":")
    if field_name == name:
        return page_number(number)
    return page_number(request.POST.get(f"{name}_page", ""))


# --- what can be picked -----------------------------------------------------------------------------------------------
def _policies(request: HttpRequest, text: str, number: int) -> tuple[Sequence[Choice], int]:
    own = f":{caller(request).account_id}:"
    found = [
        Choice(
            policy["Arn"],
            policy["PolicyName"],
            (_("Customer managed") if own in policy["Arn"] else _("AWS managed"), str(policy["AttachmentCount"])),
        )
        for policy in read_all(request, "ListPolicies", "Policies")
        if policy["IsAttachable"] and _matches(text, policy["PolicyName"])
    ]
    found.sort(key=lambda row: row.label.lower())
    return cut(found, number, SIZE), len(found)


def _groups(request: HttpRequest, text: str, number: int) -> tuple[Sequence[Choice], int]:
    perform(request, "ListGroups", {"MaxItems": WHOLE_LIST})
    rows, matches = queries.groups_page(caller(request).account_id, text, number, SIZE)
    return [
        Choice(
            group.name,
            group.name,
            (", ".join(item.policy_arn.rsplit("/", 1)[-1] for item in group.policy_attachments.all()) or "-",),
        )
        for group in rows
    ], matches


def _users(request: HttpRequest, text: str, number: int) -> tuple[Sequence[Choice], int]:
    perform(request, "ListUsers", {"MaxItems": SIZE})
    rows, matches = queries.users_page(caller(request).account_id, text, number, SIZE)
    return [
        Choice(user.name, user.name, (user.path, ", ".join(group.name for group in user.member_of.all()) or "-"))
        for user in rows
    ], matches


def _identities(request: HttpRequest, text: str, number: int) -> tuple[Sequence[Choice], int]:
    labels = {"users": _("User"), "groups": _("Group"), "roles": _("Role")}
    found: list[Choice] = []
    for kind, action, member, name in (
        ("users", "ListUsers", "Users", "UserName"),
        ("groups", "ListGroups", "Groups", "GroupName"),
        ("roles", "ListRoles", "Roles", "RoleName"),
    ):
        for entity in read_all(request, action, member):
            if _matches(text, entity[name]):
                found.append(Choice(f"{kind}:{entity[name]}", entity[name], (labels[kind], entity["Path"])))
    return cut(found, number, SIZE), len(found)


def _matches(text: str, name: str) -> bool:
    return all(word in name.lower() for word in text.lower().split())


POLICIES = Kind(
    _policies,
    lambda: _("Permissions policies"),
    lambda: [Column(_("Policy name")), Column(_("Type")), Column(_("Attached entities"), numeric=True)],
    lambda: _("No policies match."),
)
GROUPS = Kind(
    _groups,
    lambda: _("User groups"),
    lambda: [Column(_("Group name")), Column(_("Attached policies"))],
    lambda: _("No groups."),
)
USERS = Kind(
    _users,
    lambda: _("Users"),
    lambda: [Column(_("User name")), Column(_("Path")), Column(_("Groups"))],
    lambda: _("No users match."),
)
IDENTITIES = Kind(
    _identities,
    lambda: _("IAM entities"),
    lambda: [Column(_("Name")), Column(_("Type")), Column(_("Path"))],
    lambda: _("No users, groups or roles match."),
)
