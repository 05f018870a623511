"""What a tag may be. Source: kms-semantics 4.6 and 3.2 (36-38)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from core.errors import TagException, ValidationException
from core.messages import Tag

MAX_TAGS = 50
MAX_KEY_LENGTH, MAX_VALUE_LENGTH = 128, 256  # also in the service model, which checks them in calls
RESERVED_PREFIX = "aws:"
# Letters and digits of any script, white space and _ . : / = + - @
_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*\Z")


class TagFault(StrEnum):
    """Why a tag cannot be set; the first three concern its key."""

    KEY_MISSING = "key-missing"
    KEY_REPEATED = "key-repeated"
    KEY_RESERVED = "key-reserved"
    CHARACTERS = "characters"
    TOO_LONG = "too-long"


def tag_faults(tags: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, TagFault]]:
    """Yield what is wrong with the tags of a form: number of the tag, 0 for its key or 1 for its value, the fault."""
    times = Counter(tag_key for tag_key, _ in tags)
    for number, tag in enumerate(tags):
        if not tag[0]:
            yield number, 0, TagFault.KEY_MISSING
        elif tag[0].lower().startswith(RESERVED_PREFIX):
            yield number, 0, TagFault.KEY_RESERVED
        elif times[tag[0]] > 1:
            yield number, 0, TagFault.KEY_REPEATED
        for part, limit in enumerate((MAX_KEY_LENGTH, MAX_VALUE_LENGTH)):
            if len(tag[part]) > limit:
                yield number, part, TagFault.TOO_LONG
            elif not _ALLOWED.match(tag[part]):
                yield number, part, TagFault.CHARACTERS


def checked_tag_keys(tag_keys: Sequence[str]) -> Sequence[str]:
    """Return tag keys that a customer may set or remove; raises TagException for AWS's own prefix or a repetition."""
    if any(tag_key.lower().startswith(RESERVED_PREFIX) for tag_key in tag_keys):
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
