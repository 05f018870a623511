"""What the address of a list of keys says: filters, order, page; and the addresses of its neighbours."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keys.models import ListedType
from keys.queries import FilterKind, KeyFilter, KeyList, KeyOrder, Position
from keys.views.labels import PRIMARY, REPLICA, SINGLE_REGION
from kmsconsole.web.components import FilterProperty, SteppedPages, Token
from kmsconsole.web.numbers import page_number

Text = str | Promise

ORDERS: Mapping[str, KeyOrder] = {"alias": KeyOrder.ALIAS, "key-id": KeyOrder.KEY_ID, "type": KeyOrder.TYPE}
DEFAULT_ORDER = "alias"
# Pages up to here open by their number: the rows skipped are few whatever the size of the account.
SKIPPED_AT_MOST = 1000
COUNTED_AT_MOST = 10_001
TAG_PREFIX = "tag:"
PROPERTIES: Mapping[str, Text] = {
    FilterKind.ALIAS: _("Alias"),
    FilterKind.KEY_ID: _("Key ID"),
    FilterKind.TYPE: _("Key type"),
    FilterKind.MULTI_REGION: _("Regionality"),
}
# The values of a property, as an address names them, and the words for them.
VALUES: Mapping[str, Mapping[str, Text]] = {
    FilterKind.TYPE: {each.value: each.label for each in ListedType},
    FilterKind.MULTI_REGION: {"Single Region": SINGLE_REGION, "Primary": PRIMARY, "Replica": REPLICA},
}


@dataclass(frozen=True, slots=True)
class ListState:
    """The part of a list that an address asks for."""

    keys: KeyList
    sort: str
    number: int
    size: int
    after: Position | None
    before: Position | None
    texts: tuple[str, ...]

    @property
    def skip(self) -> int:
        return 0 if self.after or self.before else (self.number - 1) * self.size


def read_state(request: HttpRequest, keys: KeyList, size: int) -> ListState:
    """Read filters, order and page from an address; what makes no sense there is left out."""
    query = request.GET
    sort = query.get("sort", "")
    order = ORDERS.get(sort.removeprefix("-"))
    if order is None:
        sort, order = DEFAULT_ORDER, ORDERS[DEFAULT_ORDER]
    texts = tuple(dict.fromkeys(text for text in query.getlist("filter") if text.strip()))
    after, before = _read_position(query.get("after", "")), _read_position(query.get("before", ""))
    number = page_number(query.get("page", ""))
    if not (after or before) and (number - 1) * size > SKIPPED_AT_MOST:
        number = 1
    return ListState(
        keys=KeyList(
            account_id=keys.account_id,
            region=keys.region,
            key_manager=keys.key_manager,
            now=keys.now,
            filters=tuple(filter(None, map(_read_filter, texts))),
            any_filter=query.get("operation") == "or",
            order=order,
            descending=sort.startswith("-"),
        ),
        sort=sort,
        number=max(1, number),
        size=size,
        after=after,
        before=None if after else before,
        texts=texts,
    )


def _read_filter(text: str) -> KeyFilter | None:
    """Read one filter: ``property=value`` or free text. None for one that no key can be left out by."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        return KeyFilter(FilterKind.TEXT, name)
    if name.startswith(TAG_PREFIX):
        return KeyFilter(FilterKind.TAG, value, name.removeprefix(TAG_PREFIX))
    if name in VALUES:
        wanted = _named_value(name, value)
        return KeyFilter(FilterKind(name), wanted) if wanted else KeyFilter(FilterKind.KEY_ID, "no such key")
    if name in PROPERTIES:
        return KeyFilter(FilterKind(name), value)
    return KeyFilter(FilterKind.TEXT, text.strip())


def _named_value(name: str, text: str) -> str:
    """Return the value that a text means, in the address's words or the page's; "" if there is none."""
    found = (value for value, words in VALUES[name].items() if text.lower() in (value.lower(), str(words).lower()))
    return next(found, "")


def tokens_of(request: HttpRequest, state: ListState) -> list[Token]:
    """Return the chosen filters, each with the address of the page without it."""
    tokens = []
    for text in state.texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        label: Text = PROPERTIES.get(name, name.removeprefix(TAG_PREFIX))
        known = bool(equals) and (name in PROPERTIES or name.startswith(TAG_PREFIX))
        query = _first_page(request)
        query.setlist("filter", [each for each in state.texts if each != text])
        href = f"?{query.urlencode()}"
        shown = VALUES[name].get(_named_value(name, value), value) if name in VALUES else value
        tokens.append(Token(shown, href, label, "=") if known else Token(text, href))
    return tokens


def properties_of(
    types: Sequence[str], regionalities: Sequence[str], tags: Mapping[str, Sequence[str]]
) -> list[FilterProperty]:
    """Return what a list can be filtered by, with the values to suggest: those that its keys have."""
    values: dict[str, Sequence[str]] = {FilterKind.TYPE: types, FilterKind.MULTI_REGION: regionalities}
    found = [
        FilterProperty(key, label, values.get(key, ()), labels=VALUES.get(key, {})) for key, label in PROPERTIES.items()
    ]
    return found + [FilterProperty(f"{TAG_PREFIX}{key}", key, tags[key], _("Tags")) for key in sorted(tags)]


# --- pages ------------------------------------------------------------------------------------------------------------
def pages_of(
    request: HttpRequest, state: ListState, counted: int, first: Position | None, last: Position | None, more: bool
) -> SteppedPages:
    """Return the page links; ``first`` and ``last`` are the positions of the page's rows."""
    number = state.number
    total = max(number + more, -(-min(counted, COUNTED_AT_MOST - 1) // state.size), 1)
    skipped_before = (number - 2) * state.size
    previous_href = next_href = ""
    if number > 1 and skipped_before > SKIPPED_AT_MOST and first is not None:
        previous_href = _address(request, number - 1, before=first)
    if more and last is not None:
        next_href = _address(request, number + 1, after=last)
    return SteppedPages(
        number=number,
        total=total,
        open_end=counted >= COUNTED_AT_MOST,
        reachable=SKIPPED_AT_MOST // state.size + 1,
        previous_href=previous_href,
        next_href=next_href,
    )


def _first_page(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    for name in ("page", "after", "before"):
        query.pop(name, None)
    return query


def _address(request: HttpRequest, number: int, **position: Position) -> str:
    query = _first_page(request)
    query["page"] = str(number)
    return f"?{query.urlencode()}&{urlencode({name: _write_position(at) for name, at in position.items()})}"


def _write_position(position: Position) -> str:
    value, pk = position
    return f"{pk}.{urlsafe_b64encode(value.encode()).decode()}"


def _read_position(text: str) -> Position | None:
    """Read where a page begins. It is no secret and gives no right: it only says where to begin in the own list."""
    pk, _dot, value = text.partition(".")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        return urlsafe_b64decode(value.encode()).decode(), int(pk)
    except ValueError:
        return None
