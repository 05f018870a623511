"""What views hand to the components of templates/components/: plain values, one class per component.

A template may use a dict with the same keys instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Crumb:
    """One item of the breadcrumb; the last one has no address."""

    label: Text
    href: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One item of a drop-down menu: a link (``href``) or a submit button (``name``/``value`` of ``form``)."""

    label: Text
    href: str = ""
    id: str = ""
    name: str = ""
    value: str = ""
    form: str = ""
    formaction: str = ""
    formmethod: str = ""
    disabled: bool = False
    reason: Text = ""
    description: Text = ""
    checked: bool | None = None
    external: bool = False
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A titled group of menu items."""

    label: Text
    items: Sequence[MenuItem]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; with ``sort`` its header is a link that sorts by that key."""

    label: Text
    sort: str = ""
    key: str = ""
    numeric: bool = False
    hidden_label: bool = False
    width: str = ""
    """One of the width classes of tables.css: "narrow", "medium", "wide"; "" lets the content decide."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands: page ``number`` of ``total``; ``open_end`` when more may follow than are counted."""

    number: int
    total: int
    open_end: bool = False

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.total or self.open_end else None

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to show; None stands for the dots between distant ones."""
        if self.total <= 7:
            return [*range(1, self.total + 1)]
        low, high = max(2, self.number - 1), min(self.total - 1, self.number + 1)
        if self.number <= 4:
            low, high = 2, 5
        elif self.number >= self.total - 3:
            low, high = self.total - 4, self.total - 1
        middle: list[int | None] = [*range(low, high + 1)]
        return [1, *([None] if low > 2 else []), *middle, *([None] if high < self.total - 1 else []), self.total]


@dataclass(frozen=True, slots=True)
class SteppedPages(Pages):
    """Pages of a long list: the first ``reachable`` open by their number, the others from their neighbours."""

    reachable: int = 1
    previous_href: str = ""
    next_href: str = ""

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to show, without those that no link can open."""
        shown: list[int | None] = []
        for number in Pages.numbers.__get__(self):
            if number is None or number <= self.reachable or number == self.number:
                shown.append(number)
        while shown and shown[-1] is None:
            shown.pop()
        return shown


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: a link to the page with ``?tab=``."""

    key: str
    label: Text
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a wizard; visited steps have an address."""

    label: Text
    href: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of tiles, a radio group or a select."""

    value: str
    label: Text
    description: Text = ""
    disabled: bool = False
    reason: Text = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A chosen value with a remove button: ``remove_href`` is the address of the page without it."""

    label: Text
    remove_href: str = ""
    property: Text = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class FilterProperty:
    """A property that a list can be filtered by, with the values it has; ``labels`` are the words for some of them."""

    key: str
    label: Text
    values: Sequence[str] = ()
    group: Text = ""
    labels: Mapping[str, Text] = field(default_factory=dict)

    @property
    def suggestions(self) -> list[tuple[str, Text]]:
        """The values, each with what is shown for it."""
        return [(value, self.labels.get(value, value)) for value in self.values]


@dataclass(frozen=True, slots=True)
class Flash:
    """A message above the page; ``kind`` is success, error, warning, info or in-progress."""

    kind: str
    text: Text
    header: Text = ""
    action_label: Text = ""
    action_href: str = ""
    dismissible: bool = True
    detail: Text = ""
