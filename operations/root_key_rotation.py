"""Moving everything that is sealed to a new root key, in small batches, while the service is up.

1. A new root key is put in front of the others; both open, the new one seals.
2. The configuration version is raised: every process reads the root keys again before it next seals anything, because
   sealing happens only in transactions that look at the version first.
3. Key material, secret access keys and the installation's secrets are sealed anew.
4. When nothing is left under an older root key, the older ones are removed.

Whatever interrupts this, running it again goes on: more than one root key in the file means that it is under way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from accounts import queries as account_queries
from accounts.models import AccessKey
from audit.changes import Touched
from keys import custody
from keys import queries as key_queries
from keys.root_key import FileRootKey
from operations.changes import configuration_change, writers_turn
from operations.installation import root_key_provider

BATCH = 200


@dataclass(slots=True)
class RootKeyRotation:
    """What was done. ``removable`` are root keys that nothing needs any more and that the operator may take out."""

    root_key_id: str
    added: bool
    materials: int = 0
    access_keys: int = 0
    secrets: int = 0
    removed: list[str] = field(default_factory=list)
    removable: list[str] = field(default_factory=list)


def rotate_root_key() -> RootKeyRotation:
    """Move everything to the newest root key.

    With a file of the service's own, a new root key is added first and the older ones are removed at the end; with a
    source that the operator writes, he does both. Raises :class:`keys.root_key.RootKeyError`.
    """
    provider = root_key_provider()
    if not isinstance(provider, FileRootKey):
        return _moved(RootKeyRotation(custody.root_keys().current.id, added=False))
    with provider.changing():
        under_way = len(provider.load(create_if_missing=False).ids) > 1
        if not under_way:
            provider.add()
        custody.reload_root_keys()
        done = _moved(RootKeyRotation(custody.root_keys().current.id, added=not under_way))
        provider.keep([])
        done.removed, done.removable = done.removable, []
    return done


def _moved(done: RootKeyRotation) -> RootKeyRotation:
    with configuration_change((Touched.EVERYTHING, "")):
        pass
    while not _is_complete():
        done.materials += _move_materials()
        done.access_keys += _move_access_keys()
        with _batch():
            done.secrets += custody.reseal_secrets()
    done.removable = list(root_key_provider().load(create_if_missing=False).ids[1:])
    return done


def _is_complete() -> bool:
    """Tell whether nothing is sealed under an older root key; nobody can write meanwhile."""
    with _batch():
        current = custody.root_keys().current.id
        return (
            not key_queries.materials_sealed_otherwise(current, 1)
            and not key_queries.secrets_sealed_otherwise(current)
            and all(custody.is_current(bytes(row.sealed_secret)) for row in _access_keys())
        )


def _move_materials() -> int:
    moved = 0
    current = custody.root_keys().current.id
    while True:
        with _batch():
            rows = key_queries.materials_sealed_otherwise(current, BATCH)
            for row in rows:
                assert row.sealed is not None
                before = bytes(row.sealed)
                custody.reseal(row.key, row)
                moved += key_queries.save_resealed(row, before)
        if len(rows) < BATCH:
            return moved


def _move_access_keys() -> int:
    moved, last = 0, 0
    while True:
        with _batch():
            rows = account_queries.access_keys_page(last, BATCH)
            for row in rows:
                if not custody.is_current(bytes(row.sealed_secret)):
                    custody.reseal_access_key(row)
                    moved += account_queries.save_resealed(row)
        if len(rows) < BATCH:
            return moved
        last = rows[-1].pk


def _access_keys() -> Iterator[AccessKey]:
    last = 0
    while rows := account_queries.access_keys_page(last, BATCH):
        yield from rows
        last = rows[-1].pk


@contextmanager
def _batch() -> Iterator[None]:
    with writers_turn(), transaction.atomic():
        yield
