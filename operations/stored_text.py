"""Text that is stored as it is given."""

from collections.abc import Iterable

from core.errors import ValidationException


def refuse_nul(texts: Iterable[str]) -> None:
    """Raise ValidationException for U+0000, which PostgreSQL cannot store; AWS documents no rule for it."""
    if any("\x00" in text for text in texts):
        raise ValidationException("Text cannot contain the character U+0000.")
