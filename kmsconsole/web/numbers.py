"""Numbers in forms and addresses, which anybody may write by hand: the characters that are digits to Python are more
than those that it can read as a number, and longer than it reads at once."""

from collections.abc import MutableSequence
from typing import TypeVar

Row = TypeVar("Row")
LONGEST = 9  # digits


def whole_number(text: str) -> int | None:
    """Return the number that plain digits make; None for anything else, or for more than nine digits."""
    return int(text) if len(text) <= LONGEST and text.isascii() and text.isdigit() else None


def page_number(text: str) -> int:
    """Return the page that an address or a form asks for, from 1; the first for anything that is no page."""
    return whole_number(text) or 1


def remove_row(rows: MutableSequence[Row], index: str) -> None:
    """Take the row of this index out of a form's rows, if there is one."""
    number = whole_number(index)
    if number is not None and number < len(rows):
        del rows[number]
