"""What a tag may be. Source: kms-semantics 4.6 and 3.2 (36-38)."""

import re
from collections.abc import Iterable, Sequence

from core.errors import TagException, ValidationException
from core.messages import Tag

MAX_TAGS = 50
# Letters and digits of any script, white space and _ . : / = + - @
_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*\Z")


def checked_tag_keys(tag_keys: Sequence[str]) -> Sequence[str]:
    """Return tag keys that a customer may set or remove; raises TagException for AWS's own prefix or a repetition."""
    if any(tag_key.lower().startswith("aws:") for tag_key in tag_keys):
        raise TagException("Tags beginning with aws: are reserved")
    if len(set(tag_keys)) != len(tag_keys):
        raise TagException("Duplicate tag keys")
    return tag_keys


def checked_tags(tags: Iterable[Tag], existing: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the tags as pairs; raises TagException for repeated, reserved or too many tags (50 with ``existing``)."""
    pairs = [(tag.tag_key, tag.tag_value) for tag in tags]
    checked_tag_keys([tag_key for tag_key, _ in pairs])
    for text in (part for pair in pairs for part in pair):
        if not _ALLOWED.match(text):
            raise ValidationException(
                "Tag keys and values may contain letters, digits, spaces and the characters _ . : / = + - @"
            )
    if len({tag_key for tag_key, _ in pairs} | set(existing)) > MAX_TAGS:
        raise TagException("Too many tags")
    return pairs
