"""What time makes due: automatic rotations, deletions, announcements. Reads compute it; upkeep makes it permanent.

One runner at a time takes each account in turn under the writers' lock, so running it twice does nothing twice.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts import queries as account_queries
from accounts.models import Account
from audit.chain import Record
from audit.changes import Touched, prune_changes
from audit.names import names
from audit.trail import trail
from core.key_states import KeyState, next_state
from keys import queries, stored_keys
from keys.models import KeyMaterial, KmsKey
from keys.stored_imports import erase
from operations import clock, record
from operations.changes import configuration_change
from operations.record import AWS_INTERNAL

DRAFT_DAYS = 30


@dataclass(slots=True)
class Upkeep:
    """How much was done."""

    rotated: int = 0
    deleted: int = 0
    announced: int = 0
    expired: int = 0
    drafts_removed: int = 0


def run_upkeep() -> Upkeep:
    """Do everything that is due in every account; a run with nothing to do writes nothing."""
    done = Upkeep()
    for account in account_queries.accounts():
        _run_in(account, done)
    done.drafts_removed = queries.delete_old_drafts(clock.machine_time() - timedelta(days=DRAFT_DAYS))
    prune_changes()
    return done


def run_upkeep_of(account_id: str) -> Upkeep:
    """Do everything that is due in one account: what its people ask for tells them nothing of the others."""
    done = Upkeep()
    _run_in(account_queries.load_account(account_id), done)
    return done


def _run_in(account: Account, done: Upkeep) -> None:
    now = clock.account_time(account.clock_offset_seconds)
    if queries.keys_due_for_rotation(account.id, now):
        done.rotated += _rotate(account.id, now)
    if queries.materials_to_announce(account.id, now):
        done.announced += _announce(account.id, now)
    if queries.materials_to_expire(account.id, now):
        done.expired += _expire(account.id, now)
    if any(_replicas_are_gone(key, now) for key in queries.primary_keys_awaiting_replicas(account.id)):
        _begin_waiting(account.id, now)
    if queries.keys_due_for_deletion(account.id, now):
        done.deleted += _delete(account.id, now)


def _rotate(account_id: str, now: datetime) -> int:
    """Add the material of every rotation that is due, each at its own date: a clock may have moved by years."""
    rotated = 0
    event = _intern("SynchronizeMultiRegionKey", queries.regions_of(account_id))
    with configuration_change() as touched:
        rows = []
        for key in queries.keys_due_for_rotation(account_id, now):
            assert key.next_rotation_at is not None
            while key.next_rotation_at <= now:
                copies = stored_keys.add_material(key, stored_keys.AUTOMATIC, now, key.next_rotation_at)
                if len(copies) > 1:
                    rows.append(_service_record(event, key, key.next_rotation_at, {"r": {"keyId": key.arn}}))
                key.next_rotation_at += timedelta(days=key.rotation_period_days)
                rotated += 1
            stored_keys.set_rotation(key, key.rotation_period_days, key.next_rotation_at)
            touched.extend(_copies(key))
        if rows:
            trail.append_in_transaction(connection, rows)
    return rotated


def _copies(key: KmsKey) -> list[tuple[Touched, str]]:
    """Return a key, and its copies if it is a multi-Region key, for the change log."""
    return [(Touched.KEY, str(copy.pk)) for copy in (key, *queries.relatives_of(key))]


def _expire(account_id: str, now: datetime) -> int:
    """Destroy imported material whose time is over; a key that cannot do without it awaits its import."""
    event = _intern("DeleteExpiredKeyMaterial", queries.regions_of(account_id))
    with configuration_change() as touched:
        due = queries.materials_to_expire(account_id, now)
        rows = [_expired_record(event, material) for material in due]
        trail.append_in_transaction(connection, rows)
        for material in due:
            erase(material)
            key = queries.load_key(material.key_id)
            if material.current_from is not None and material.current_from <= now:
                key.state = next_state("DeleteImportedKeyMaterial", KeyState(key.state))
                key.save(update_fields=["state"])
            touched.extend(_copies(key))
    return len(due)


def _expired_record(event: int, material: KeyMaterial) -> Record:
    assert material.valid_to is not None
    return _service_record(event, material.key, material.valid_to, {"e": {"keyId": material.key.key_id}})


def _replicas_are_gone(primary: KmsKey, now: datetime) -> bool:
    assert primary.deletion_date is not None and primary.pending_window_days is not None
    return primary.deletion_date - timedelta(days=primary.pending_window_days) <= now


def _begin_waiting(account_id: str, now: datetime) -> None:
    """Let the waiting period of primary keys begin whose last replica is gone."""
    with configuration_change() as touched:
        for key in queries.primary_keys_awaiting_replicas(account_id):
            if _replicas_are_gone(key, now):
                key.state = KeyState.PENDING_DELETION
                key.pending_window_days = None
                key.save(update_fields=["state", "pending_window_days"])
                touched.append((Touched.KEY, str(key.pk)))


def _announce(account_id: str, now: datetime) -> int:
    """Record RotateKey for each material whose time has come."""
    event = _intern("RotateKey", queries.regions_of(account_id))
    with configuration_change() as touched:
        due = queries.materials_to_announce(account_id, now)
        trail.append_in_transaction(connection, [_rotate_key_record(event, material) for material in due])
        for material in due:
            material.announced = True
            material.save(update_fields=["announced"])
            touched.append((Touched.KEY, str(material.key_id)))
    return len(due)


def _rotate_key_record(event: int, material: KeyMaterial) -> Record:
    previous = queries.material_before(material)
    details: dict[str, object] = {
        "keyId": material.key.key_id,
        "rotationType": material.rotation_type,
        "keyOrigin": material.key.origin,
        "previousKeyMaterialId": previous.material_id if previous else None,
        "currentKeyMaterialId": material.material_id,
    }
    assert material.current_from is not None
    return _service_record(event, material.key, material.current_from, {"e": details})


def _delete(account_id: str, now: datetime) -> int:
    """Delete keys whose waiting period is over: rows, material, aliases, grants and tags."""
    event = _intern("DeleteKey", queries.regions_of(account_id))
    with configuration_change() as touched:
        due = queries.keys_due_for_deletion(account_id, now)
        rows = [_service_record(event, key, key.deletion_date or now, {"e": {}}) for key in due]
        trail.append_in_transaction(connection, rows)
        for key in due:
            touched.extend(_copies(key))
            key.delete()
    return len(due)


def _intern(event: str, regions: set[str]) -> int:
    """Make the names of an event of the service's own durable before a transaction begins; returns the event's id."""
    for kind in ("identity", "source", "agent"):
        names.id_of(kind, AWS_INTERNAL)
    for region in regions:
        names.id_of("region", region)
    return names.id_of("event", f"kms:{event}")


def _service_record(event: int, key: KmsKey, moment: datetime, details: dict[str, object]) -> Record:
    stamp = record.time_us(moment)
    return (
        stamp,
        key.account_id,
        names.id_of("region", key.region),
        event,
        False,
        names.id_of("identity", AWS_INTERNAL),
        None,
        names.id_of("source", AWS_INTERNAL),
        names.id_of("agent", AWS_INTERNAL),
        None,
        names.id_of("key", key.arn),
        None,
        uuid.uuid4().hex,
        record.new_event_id(stamp // 1000),
        json.dumps(details, separators=(",", ":")),
    )
