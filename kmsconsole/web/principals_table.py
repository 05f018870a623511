"""The table of an account's users and roles, to tick some of them: in the wizard, and when a key's lists are changed.

Its search, order and pages are buttons of the form around it, so what is ticked travels with them. Who may not list
users or roles sees why instead. Source: console.md 3.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from accounts import queries
from accounts.models import Principal, PrincipalKind
from kmsconsole.web.components import Pages
from kmsconsole.web.door import caller, refusal_of
from kmsconsole.web.errors import RefusalView, refusal_view
from kmsconsole.web.numbers import page_number

PAGE_SIZE = 10
BUTTON_FIELD = "table"
NAME, NAME_DESCENDING = "name", "-name"
_LISTED_BY: Mapping[str, PrincipalKind] = {"ListUsers": PrincipalKind.USER, "ListRoles": PrincipalKind.ROLE}


@dataclass(frozen=True, slots=True)
class TableState:
    """What of the list is shown."""

    text: str = ""
    sort: str = NAME
    page: int = 1

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address that shows the same; nothing for what is usual."""
        given = {"filter": self.text, "sort": self.sort, "page": str(self.page)}
        usual = {"filter": "", "sort": NAME, "page": "1"}
        return {name: value for name, value in given.items() if value != usual[name]}

    def address(self, path: str, region: str) -> str:
        return f"{path}?{urlencode({'region': region, **self.query})}"


@dataclass(frozen=True, slots=True)
class PrincipalsTable:
    """One page of users and roles, ready for templates/components/principals_table.html."""

    state: TableState
    rows: Sequence[Principal]
    matches: int
    total: int
    chosen: Sequence[str]
    refusals: Sequence[RefusalView]

    @property
    def pages(self) -> Pages:
        return Pages(self.state.page, max(1, -(-self.matches // PAGE_SIZE)))

    @property
    def counter(self) -> str:
        return f"{len(self.chosen)}/{self.total}" if self.chosen else str(self.total)

    @property
    def chosen_elsewhere(self) -> int:
        return len(set(self.chosen) - {row.unique_id for row in self.rows})

    @property
    def next_sort(self) -> str:
        return NAME_DESCENDING if self.state.sort == NAME else NAME


def table_asked(request: HttpRequest) -> bool:
    """Tell whether a post comes from the table's own search, order or page buttons."""
    return BUTTON_FIELD in request.POST


def read_table_state(request: HttpRequest) -> TableState:
    """Return what of the list a request wants to see."""
    if request.method != "POST":
        values = request.GET
        return TableState(values.get("filter", ""), _sort(values.get("sort", "")), page_number(values.get("page", "")))
    values = request.POST
    text = values.get("filter", "")
    kind, _colon, value = values.get(BUTTON_FIELD, "").partition(":")
    sort = _sort(value if kind == "sort" else values.get("at_sort", ""))
    if text != values.get("at_filter", "") or kind == "sort":
        return TableState(text, sort)
    return TableState(text, sort, page_number(value if kind == "page" else values.get("at_page", "")))


def principals_table(request: HttpRequest, state: TableState, chosen: Sequence[str]) -> PrincipalsTable:
    """Read a page of the signed-in principal's account, as far as it may be listed."""
    kinds, refusals = [], []
    for action, kind in _LISTED_BY.items():
        refusal = refusal_of(request, action)
        if refusal is None:
            kinds.append(kind)
        else:
            refusals.append(refusal_view(request, refusal))
    account_id = caller(request).account_id
    descending = state.sort == NAME_DESCENDING

    def page(number: int) -> tuple[list[Principal], int]:
        return queries.principals_page(account_id, tuple(kinds), state.text, number, PAGE_SIZE, descending)

    rows, matches = page(state.page)
    last = max(1, -(-matches // PAGE_SIZE))
    if state.page > last:
        state = TableState(state.text, state.sort, last)
        rows, matches = page(last)
    total = queries.principals_page(account_id, tuple(kinds), "", 1, 1)[1] if state.text else matches
    return PrincipalsTable(state, rows, matches, total, chosen, refusals)


def _sort(text: str) -> str:
    return NAME_DESCENDING if text == NAME_DESCENDING else NAME
