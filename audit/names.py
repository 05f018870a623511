"""Texts that audit records share, as small integers: kept in memory, made durable before a record points at them."""

import hashlib
import threading
from collections import OrderedDict

from django.db import IntegrityError, connection, transaction

from audit.models import AuditName

# Addresses and user agents come from outside: the cache is bounded, the table grows only with what is really seen.
CACHE_SIZE = 20_000
MAX_TEXT = 1024  # characters; longer user agents are cut


def name_digest(kind: str, text: str) -> bytes:
    """Return what a text is found by (16 bytes)."""
    return hashlib.blake2b(text.encode(), digest_size=16, person=kind.encode()).digest()


class NameCache:
    """Maps (kind, text) to the row's id and back. Safe to use from many threads."""

    def __init__(self) -> None:
        self._ids: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._together: OrderedDict[tuple[tuple[str, ...], tuple[str | None, ...]], tuple[int | None, ...]] = (
            OrderedDict()
        )
        self._mutex = threading.Lock()

    def id_of(self, kind: str, text: str) -> int:
        """Return the id of a text, adding a row the first time it is seen.

        Inside a transaction a new text is not remembered: if that rolls back, the id would name nothing.
        """
        found = self._ids.get((kind, text))
        if found is not None:
            return found
        stored = text[:MAX_TEXT] if kind == "agent" else text
        digest = name_digest(kind, stored)
        row = AuditName.objects.filter(digest=digest).first()
        if row is None:
            try:
                with transaction.atomic():
                    row = AuditName.objects.create(kind=kind, value=stored, digest=digest)
            except IntegrityError:  # another thread or process was first
                row = AuditName.objects.get(digest=digest)
        if connection.in_atomic_block:
            return row.id
        with self._mutex:
            self._ids[(kind, text)] = row.id
            if len(self._ids) > CACHE_SIZE:
                self._ids.popitem(last=False)
        return row.id

    def ids_of(self, kinds: tuple[str, ...], texts: tuple[str | None, ...]) -> tuple[int | None, ...]:
        """Return the ids of texts that belong together, each of its kind; None for None.

        Texts that come together again, as those of one client do, are found in one step.
        """
        found = self._together.get((kinds, texts))
        if found is not None:
            return found
        ids = tuple(None if text is None else self.id_of(kind, text) for kind, text in zip(kinds, texts, strict=True))
        if not connection.in_atomic_block:
            with self._mutex:
                self._together[(kinds, texts)] = ids
                if len(self._together) > CACHE_SIZE:
                    self._together.popitem(last=False)
        return ids

    def texts_of(self, ids: set[int]) -> dict[int, str]:
        """Return the texts of ids, in one query for those not in memory."""
        known = {number: self._texts[number] for number in ids if number in self._texts}
        missing = ids - known.keys()
        if missing:
            fresh = dict(AuditName.objects.filter(id__in=missing).values_list("id", "value"))
            with self._mutex:
                self._texts.update(fresh)
                while len(self._texts) > CACHE_SIZE:
                    self._texts.popitem(last=False)
            known.update(fresh)
        return known

    def forget(self) -> None:
        """Drop everything; the next look-up asks the database."""
        with self._mutex:
            self._ids.clear()
            self._together.clear()
            self._texts.clear()


names = NameCache()
