"""Immutable views of keys and callers, cached per process and exact across processes.

An entry belongs to the configuration version at which it was read. The group commit compares that version with the
database's (see :mod:`audit.trail`): an answer that rests on something outdated is never given. Source of the design:
performance.md, section 7.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from accounts import queries as account_queries
from audit.changes import Touched, changes_since
from core.calls import Caller
from core.crypto.handles import KeyHandle
from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.key_states import KeyState
from core.policy.decide import KeyFacts
from keys import custody
from keys import queries as key_queries
from operations import facts
from policies import queries as policy_queries

Value = TypeVar("Value")
CACHE_ENTRIES = 50_000  # about 5 KB each: a key with its compiled policy and opened material


@dataclass(frozen=True, slots=True)
class MaterialSnapshot:
    """One version of a key's material, opened. Imported material may be absent, and have no date yet."""

    material_id: str
    current_from: datetime | None  # None: imported, and pending rotation
    rotation_type: str
    opened: KeyHandle | None  # None: not imported, deleted or expired
    description: str = ""
    valid_to: datetime | None = None

    @property
    def handle(self) -> KeyHandle:
        assert self.opened is not None  # a key that lacks material permits no use of it
        return self.opened

    def is_permanent(self, now: datetime) -> bool:
        """Tell whether the material is, or once was, the current one: the key cannot do without it any more."""
        return self.current_from is not None and self.current_from <= now

    def is_present(self, now: datetime) -> bool:
        return self.opened is not None and (self.valid_to is None or now < self.valid_to)


@dataclass(frozen=True, slots=True)
class RelatedKey:
    """A multi-Region key's copy in another Region."""

    pk: int
    region: str
    arn: str
    deletion_date: datetime | None
    present: Mapping[str, datetime | None]  # materials that it has, by id, and until when

    def has(self, material_id: str, now: datetime) -> bool:
        """Tell whether a material has been imported into this copy, and has not expired."""
        until = self.present.get(material_id)
        return material_id in self.present and (until is None or now < until)

    def is_deleted(self, now: datetime) -> bool:
        return self.deletion_date is not None and self.deletion_date <= now


@dataclass(frozen=True, slots=True)
class KeySnapshot:
    """A KMS key as it was at one configuration version. ``stored_state`` may have been changed by time."""

    pk: int
    account_id: str
    region: str
    key_id: str
    arn: str
    key_spec: KeySpec
    key_usage: KeyUsage
    origin: Origin
    key_manager: str
    multi_region: bool
    description: str
    stored_state: KeyState
    created_at: datetime
    deletion_date: datetime | None
    rotation_enabled: bool
    rotation_period_days: int
    next_rotation_at: datetime | None
    materials: tuple[MaterialSnapshot, ...]  # oldest first
    facts: KeyFacts
    has_grants: bool = False
    primary_region: str = ""
    related: tuple[RelatedKey, ...] = ()  # the copies in other Regions, by Region
    pending_window_days: int | None = None
    settles_at: datetime | None = None
    settling_state: KeyState | None = None

    def state(self, now: datetime) -> KeyState:
        """Return the effective state at ``now``: what is stored, and what time has made of it."""
        if self.stored_state is KeyState.PENDING_REPLICA_DELETION:
            gone = self.replicas_gone_at
            return KeyState.PENDING_DELETION if gone is not None and gone <= now else self.stored_state
        if self.stored_state is KeyState.PENDING_DELETION:
            return self.stored_state
        if self.settles_at is not None and now < self.settles_at:
            assert self.settling_state is not None
            return self.settling_state
        return KeyState.PENDING_IMPORT if self.lacks_material(now) else self.stored_state

    @property
    def replicas_gone_at(self) -> datetime | None:
        """Return when the last replica of a primary in PendingReplicaDeletion is deleted, if each has its date."""
        if self.deletion_date is None or self.pending_window_days is None:
            return None
        return self.deletion_date - timedelta(days=self.pending_window_days)

    def is_deleted(self, now: datetime) -> bool:
        """Tell whether the waiting period is over: to every caller the key is gone, swept away or not."""
        return self.deletion_date is not None and self.deletion_date <= now

    def lacks_material(self, now: datetime) -> bool:
        """Tell whether some material that the key cannot do without is missing: of imported ones, any but a pending."""
        if self.origin is not Origin.EXTERNAL:
            return False
        permanent = [material for material in self.materials if material.is_permanent(now)]
        return not permanent or not all(material.is_present(now) for material in permanent)

    def current_material(self, now: datetime) -> MaterialSnapshot | None:
        """Return the newest material whose time has come."""
        return next((material for material in reversed(self.materials) if material.is_permanent(now)), None)

    def material(self, material_id: str) -> MaterialSnapshot | None:
        return next((material for material in self.materials if material.material_id == material_id), None)

    def pending_rotation(self, now: datetime) -> MaterialSnapshot | None:
        """Return the material of an on-demand rotation that is still under way."""
        return next(
            (item for item in self.materials if item.current_from is not None and item.current_from > now), None
        )

    def pending_import(self) -> MaterialSnapshot | None:
        """Return the imported material for which no rotation has been asked yet."""
        return next((material for material in self.materials if material.current_from is None), None)

    @property
    def is_primary(self) -> bool:
        return self.multi_region and self.primary_region == self.region

    @property
    def is_replica(self) -> bool:
        return self.multi_region and self.primary_region != self.region

    def living_relatives(self, now: datetime) -> tuple[RelatedKey, ...]:
        """Return the copies in other Regions that exist at ``now``."""
        return tuple(related for related in self.related if not related.is_deleted(now))


@dataclass(frozen=True, slots=True)
class CredentialSnapshot:
    """An access key and whom it authenticates. The secret never changes and is never shown."""

    access_key_id: str
    secret: str
    caller: Caller

    def __repr__(self) -> str:
        return f"CredentialSnapshot({self.access_key_id})"


class SnapshotCache:
    """Entries of one configuration version; when there are too many, those that were read first are dropped."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._entries: OrderedDict[tuple[str, str], Any] = OrderedDict()
        # What to drop when a key or an account changes: change (kind, id) -> entries.
        self._depends: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.version = -1

    def get(self, kind: str, name: str, read: Callable[[], tuple[Value, list[tuple[Touched, str]]]]) -> Value:
        """Return an entry; on a miss read it and remember it, unless the version has moved meanwhile.

        ``read`` returns the value and what it depends on.
        """
        entry: Value | None = self._entries.get((kind, name))
        if entry is not None:
            return entry
        version = self.version
        value, depends = read()
        with self._mutex:
            if self.version == version and value is not None:
                self._remember((kind, name), value, depends)
        return value

    def get_many(
        self,
        kind: str,
        names: Sequence[str],
        read: Callable[[Sequence[str]], Mapping[str, tuple[Value, list[tuple[Touched, str]]]]],
    ) -> dict[str, Value]:
        """Return several entries; ``read`` is called once, with the names that are missing."""
        version = self.version
        found: dict[str, Value] = {}
        for name in names:
            entry = self._entries.get((kind, name))
            if entry is not None:
                found[name] = entry
        missing = [name for name in names if name not in found]
        if missing:
            values = read(missing)
            found |= {name: value for name, (value, _) in values.items()}
            with self._mutex:
                if self.version == version:
                    for name, (value, depends) in values.items():
                        self._remember((kind, name), value, depends)
        return found

    def _remember(self, entry: tuple[str, str], value: Any, depends: list[tuple[Touched, str]]) -> None:
        self._entries[entry] = value
        for change in depends:
            self._depends.setdefault((change[0].value, change[1]), set()).add(entry)
        if len(self._entries) > CACHE_ENTRIES:
            self._entries.popitem(last=False)

    def refresh(self) -> int:
        """Drop what has changed since the cache's version; return the version it then stands at."""
        changes = changes_since(self.version)
        if changes.everything:
            custody.reload_root_keys()
        with self._mutex:
            if changes.version == self.version:
                return self.version
            if changes.everything:
                self._entries.clear()
                self._depends.clear()
            for change in changes.touched:
                for entry in self._depends.pop(change, ()):
                    self._entries.pop(entry, None)
            self.version = changes.version
            return self.version

    def forget(self) -> None:
        """Drop everything, as a process that has just started."""
        with self._mutex:
            self._entries.clear()
            self._depends.clear()
            self.version = -1


cache = SnapshotCache()


# --- keys -------------------------------------------------------------------------------------------------------------
def find_key(account_id: str, region: str, key_id: str) -> KeySnapshot | None:
    def read() -> tuple[KeySnapshot | None, list[tuple[Touched, str]]]:
        return _with_dependencies(key_queries.find_key(account_id, region, key_id))

    return cache.get("key", f"{account_id}/{region}/{key_id}", read)


def find_keys(account_id: str, region: str, key_ids: Sequence[str]) -> dict[str, KeySnapshot]:
    """Return several keys by id, in a constant number of queries; ids that do not exist are left out."""

    def read(names: Sequence[str]) -> dict[str, tuple[KeySnapshot, list[tuple[Touched, str]]]]:
        rows = key_queries.find_keys(account_id, region, [name.rpartition("/")[2] for name in names])
        related = _related_to(rows)
        return {_name(row): (key_snapshot(row, related), [(Touched.KEY, str(row.pk))]) for row in rows}

    names = {f"{account_id}/{region}/{key_id}": key_id for key_id in key_ids}
    return {names[name]: key for name, key in cache.get_many("key", list(names), read).items()}


def _name(row: Any) -> str:
    return f"{row.account_id}/{row.region}/{row.key_id}"


def find_key_of_material(region: str, material_id: str) -> KeySnapshot | None:
    """Return the key of this Region that has a material: how a ciphertext names its key."""

    def read() -> tuple[KeySnapshot | None, list[tuple[Touched, str]]]:
        return _with_dependencies(key_queries.find_key_of_material(region, material_id))

    return cache.get("material", f"{region}/{material_id}", read)


def find_alias(account_id: str, region: str, name: str) -> KeySnapshot | None:
    """Return the key that an alias (with its prefix) names."""

    def read() -> tuple[KeySnapshot | None, list[tuple[Touched, str]]]:
        snapshot, depends = _with_dependencies(key_queries.find_key_of_alias(account_id, region, name))
        return snapshot, [*depends, (Touched.ALIAS, f"{account_id}/{region}/{name}")]

    return cache.get("alias", f"{account_id}/{region}/{name}", read)


def _with_dependencies(row: Any) -> tuple[KeySnapshot | None, list[tuple[Touched, str]]]:
    if row is None:
        return None, []
    return key_snapshot(row), [(Touched.KEY, str(row.pk))]


def _related_to(rows: Sequence[Any]) -> Mapping[str, list[Any]]:
    """Return the rows of multi-Region keys among ``rows`` and of their relatives, by account and key id."""
    found: dict[str, list[Any]] = {}
    several = [row for row in rows if row.multi_region]
    if several:
        for row in key_queries.related_keys(several[0].account_id, [row.key_id for row in several]):
            found.setdefault(row.key_id, []).append(row)
    return found


def key_snapshot(row: Any, related: Mapping[str, list[Any]] | None = None) -> KeySnapshot:
    """Build the snapshot of a key row that was read with its materials, aliases, tags and policy."""
    if related is None:
        related = _related_to([row])
    return KeySnapshot(
        pk=row.pk,
        account_id=row.account_id,
        region=row.region,
        key_id=row.key_id,
        arn=row.arn,
        key_spec=KeySpec(row.key_spec),
        key_usage=KeyUsage(row.key_usage),
        origin=Origin(row.origin),
        key_manager=row.key_manager,
        multi_region=row.multi_region,
        description=row.description,
        stored_state=KeyState(row.state),
        created_at=row.created_at,
        deletion_date=row.deletion_date,
        rotation_enabled=row.rotation_enabled,
        rotation_period_days=row.rotation_period_days,
        next_rotation_at=row.next_rotation_at,
        materials=tuple(_material_snapshot(row, material) for material in row.materials.all()),
        facts=facts.key_facts(row),
        has_grants=policy_queries.has_grants(row.pk),
        primary_region=row.primary_region,
        related=tuple(_related_key(other) for other in related.get(row.key_id, ()) if other.pk != row.pk),
        pending_window_days=row.pending_window_days,
        settles_at=row.settles_at,
        settling_state=KeyState(row.settling_state) if row.settling_state else None,
    )


def _material_snapshot(row: Any, material: Any) -> MaterialSnapshot:
    return MaterialSnapshot(
        material_id=material.material_id,
        current_from=material.current_from,
        rotation_type=material.rotation_type,
        opened=None if material.sealed is None else custody.open_handle(row, material),
        description=material.description,
        valid_to=material.valid_to,
    )


def _related_key(row: Any) -> RelatedKey:
    present = {material.material_id: material.valid_to for material in row.materials.all() if not material.absent}
    return RelatedKey(row.pk, row.region, row.arn, row.deletion_date, present)


# --- callers ----------------------------------------------------------------------------------------------------------
def find_credential(access_key_id: str) -> CredentialSnapshot | None:
    """Return an active access key with its caller."""

    def read() -> tuple[CredentialSnapshot | None, list[tuple[Touched, str]]]:
        row = account_queries.find_access_key(access_key_id)
        if row is None or not row.active:
            return None, []
        caller = facts.caller(row.principal)
        depends = [(Touched.ACCESS_KEY, access_key_id), (Touched.IAM, caller.account_id)]
        return CredentialSnapshot(access_key_id, custody.open_access_key(row), caller), depends

    return cache.get("credential", access_key_id, read)


def find_caller(principal_pk: int) -> Caller | None:
    """Return the caller that a console session stands for."""

    def read() -> tuple[Caller | None, list[tuple[Touched, str]]]:
        principal = account_queries.find_principal(principal_pk)
        if principal is None:
            return None, []
        return facts.caller(principal), [(Touched.IAM, principal.account_id)]

    return cache.get("caller", str(principal_pk), read)


def find_clock_offset(account_id: str) -> int:
    """Return how many seconds an account's clock is ahead of the machine's."""

    def read() -> tuple[int, list[tuple[Touched, str]]]:
        account = account_queries.find_account(account_id)
        return account.clock_offset_seconds if account else 0, [(Touched.IAM, account_id)]

    return cache.get("clock", account_id, read)
