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
from audit.changes import Touched, prune_changes
from audit.names import names
from audit.trail import Record, trail
from keys import queries, stored_keys
from keys.models import KeyMaterial, KmsKey
from operations import clock, record
from operations.changes import configuration_change

# Source: kms-semantics 5.4.
AWS_INTERNAL = "AWS Internal"
DRAFT_DAYS = 30


@dataclass(slots=True)
class Upkeep:
    """How much was done."""

    rotated: int = 0
    deleted: int = 0
    announced: int = 0
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
    if queries.keys_due_for_deletion(account.id, now):
        done.deleted += _delete(account.id, now)


def _rotate(account_id: str, now: datetime) -> int:
    """Add the material of every rotation that is due, each at its own date: a clock may have moved by years."""
    rotated = 0
    with configuration_change() as touched:
        for key in queries.keys_due_for_rotation(account_id, now):
            assert key.next_rotation_at is not None
            while key.next_rotation_at <= now:
                stored_keys.add_material(key, stored_keys.AUTOMATIC, now, key.next_rotation_at)
                key.next_rotation_at += timedelta(days=key.rotation_period_days)
                rotated += 1
            key.save(update_fields=["next_rotation_at"])
            touched.append((Touched.KEY, str(key.pk)))
    return rotated


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
    return _service_record(event, material.key, material.current_from, details)


def _delete(account_id: str, now: datetime) -> int:
    """Delete keys whose waiting period is over: rows, material, aliases, grants and tags."""
    event = _intern("DeleteKey", queries.regions_of(account_id))
    with configuration_change() as touched:
        due = queries.keys_due_for_deletion(account_id, now)
        rows = [_service_record(event, key, key.deletion_date or now, {}) for key in due]
        trail.append_in_transaction(connection, rows)
        for key in due:
            touched.append((Touched.KEY, str(key.pk)))
            key.delete()
    return len(due)


def _intern(event: str, regions: set[str]) -> int:
    """Make the names of a service event durable before a transaction begins; returns the event's id."""
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
        json.dumps({"e": details}, separators=(",", ":")),
    )
