"""The lists of the default view of a key policy: the people it names, ten a page, with a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kmsconsole.web.components import Column, Pages
from kmsconsole.web.numbers import page_number

PAGE_SIZE = 10
# How the unique id of a principal that was deleted begins.
_DELETED: Mapping[str, str | Promise] = {"AIDA": _("User (deleted)"), "AROA": _("Role (deleted)")}
_TYPES: Mapping[str, str | Promise] = {"user": _("User"), "role": _("Role")}


@dataclass(frozen=True, slots=True)
class Person:
    """A user or role that a key policy names; ``principal`` is the text in the policy."""

    principal: str
    name: str
    path: str
    type: str | Promise


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One of the two lists; ``prefix`` begins the names of its parameters."""

    prefix: str
    rows: Sequence[Person]
    total: int
    text: str
    sort: str
    pages: Pages
    columns: Sequence[Column]


def person(principal: str) -> Person:
    """Return the principal of a policy as the table shows it; one that was deleted has an id in place of a name."""
    if principal[:4] in _DELETED:
        return Person(principal, principal, "-", _DELETED[principal[:4]])
    kind, _slash, rest = principal.split(":", 5)[-1].partition("/")
    directory, slash, name = rest.rpartition("/")
    return Person(principal, name, f"/{directory}{slash}", _TYPES.get(kind, kind))


def people_list(request: HttpRequest, prefix: str, principals: Sequence[str]) -> PeopleList:
    """Return what the address asks for of one list."""
    text = request.GET.get(f"{prefix}filter", "").strip()
    sort = "-name" if request.GET.get(f"{prefix}sort") == "-name" else "name"
    found = sorted(map(person, principals), key=lambda each: each.name.lower(), reverse=sort == "-name")
    for word in text.lower().split():
        found = [each for each in found if word in f"{each.name} {each.path} {each.type}".lower()]
    total_pages = max(1, -(-len(found) // PAGE_SIZE))
    number = min(page_number(request.GET.get(f"{prefix}page", "")), total_pages)
    return PeopleList(
        prefix=prefix,
        rows=found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        total=len(principals),
        text=text,
        sort=sort,
        pages=Pages(number, total_pages),
        columns=[Column(_("Name"), sort="name"), Column(_("Path")), Column(_("Type"))],
    )
