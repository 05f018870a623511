"""Writing keys and their material: the rows of a new key, of a rotation, of a deletion."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.arn import MULTI_REGION_PREFIX
from core.crypto.key_specs import Origin
from core.key_states import KeyState
from keys import custody, queries
from keys.custody import SealedMaterial
from keys.models import KeyMaterial, KmsKey, Tag
from policies.models import KeyPolicy

ON_DEMAND = "ON_DEMAND"
AUTOMATIC = "AUTOMATIC"


def new_key(
    *,
    account_id: str,
    region: str,
    key_spec: str,
    key_usage: str,
    origin: str,
    description: str,
    multi_region: bool,
    now: datetime,
) -> KmsKey:
    """Return a key that is not stored yet, with a fresh id; a multi-Region one is a primary key."""
    drawn = uuid.uuid4()
    return KmsKey(
        account_id=account_id,
        region=region,
        key_id=f"{MULTI_REGION_PREFIX}{drawn.hex}" if multi_region else str(drawn),
        key_spec=key_spec,
        key_usage=key_usage,
        origin=origin,
        multi_region=multi_region,
        primary_region=region if multi_region else "",
        description=description,
        state=KeyState.PENDING_IMPORT if origin == Origin.EXTERNAL else KeyState.ENABLED,
        created_at=now,
    )


def store_new_key(
    key: KmsKey,
    material: SealedMaterial | None,
    document: str,
    principal_ids: Mapping[str, str],
    tags: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """Store a new key with its policy, tags and first material; imported material comes later (None)."""
    key.save(force_insert=True)
    KeyPolicy.objects.create(key=key, document=document, principal_ids=dict(principal_ids))
    Tag.objects.bulk_create([Tag(key=key, tag_key=tag_key, tag_value=value) for tag_key, value in tags])
    if material is not None:
        _store_material(key, material, 1, "", now, now)


def add_material(key: KmsKey, rotation_type: str, now: datetime, current_from: datetime) -> list[KmsKey]:
    """Add the material that a rotation makes current at ``current_from``, in every Region that has a copy of the key.

    Returns the keys that have got it.
    """
    material = _store_material(
        key, custody.new_material(key), queries.newest_version(key.pk) + 1, rotation_type, now, current_from
    )
    relatives = queries.relatives_of(key)
    for relative in relatives:
        sealed = custody.copied_material(key, material, relative)
        _store_material(relative, sealed, material.version, rotation_type, now, current_from)
    return [key, *relatives]


def set_rotation(key: KmsKey, period_days: int, next_rotation_at: datetime | None) -> None:
    """Set the automatic rotation of a key and of its copies in other Regions; without a date it is off."""
    for copy in (key, *queries.relatives_of(key)):
        copy.rotation_enabled = next_rotation_at is not None
        copy.rotation_period_days = period_days
        copy.next_rotation_at = next_rotation_at
        copy.save(update_fields=["rotation_enabled", "rotation_period_days", "next_rotation_at"])


def _store_material(
    key: KmsKey, sealed: SealedMaterial, version: int, rotation_type: str, now: datetime, current_from: datetime
) -> KeyMaterial:
    return KeyMaterial.objects.create(
        key=key,
        material_id=sealed.material_id,
        version=version,
        sealed=sealed.sealed,
        root_key_id=sealed.root_key_id,
        created_at=now,
        current_from=current_from,
        rotation_type=rotation_type,
        announced=rotation_type == "",
    )
