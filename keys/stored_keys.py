"""Writing keys and their material: the rows of a new key, of a rotation, of a deletion."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.key_states import KeyState
from keys import custody, queries
from keys.custody import SealedMaterial
from keys.models import KeyMaterial, KmsKey, Tag
from policies.models import KeyPolicy

ON_DEMAND = "ON_DEMAND"
AUTOMATIC = "AUTOMATIC"


def new_key(
    *, account_id: str, region: str, key_spec: str, key_usage: str, origin: str, description: str, now: datetime
) -> KmsKey:
    """Return a key that is not stored yet, with a fresh id."""
    return KmsKey(
        account_id=account_id,
        region=region,
        key_id=str(uuid.uuid4()),
        key_spec=key_spec,
        key_usage=key_usage,
        origin=origin,
        description=description,
        state=KeyState.ENABLED,
        created_at=now,
    )


def store_new_key(
    key: KmsKey,
    material: SealedMaterial,
    document: str,
    principal_ids: Mapping[str, str],
    tags: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """Store a new key with its policy, tags and first material."""
    key.save(force_insert=True)
    KeyPolicy.objects.create(key=key, document=document, principal_ids=dict(principal_ids))
    Tag.objects.bulk_create([Tag(key=key, tag_key=tag_key, tag_value=value) for tag_key, value in tags])
    _store_material(key, material, 1, "", now, now)


def add_material(key: KmsKey, rotation_type: str, now: datetime, current_from: datetime) -> KeyMaterial:
    """Add the material that a rotation makes current at ``current_from``."""
    version = queries.newest_version(key.pk) + 1
    return _store_material(key, custody.new_material(key), version, rotation_type, now, current_from)


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
