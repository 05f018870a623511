"""Writing the copies of a multi-Region key: a new one, another primary, and when a doomed primary key goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.crypto.key_specs import Origin
from core.key_states import KeyState
from keys import custody, queries
from keys.models import KeyMaterial, KmsKey, Tag
from policies.models import KeyPolicy


def new_replica(primary: KmsKey, region: str, description: str, now: datetime) -> KmsKey:
    """Return the copy of a primary key for a Region, not stored yet: what is shared, and nothing else."""
    imported = primary.origin == Origin.EXTERNAL
    return KmsKey(
        account_id=primary.account_id,
        region=region,
        key_id=primary.key_id,
        key_spec=primary.key_spec,
        key_usage=primary.key_usage,
        origin=primary.origin,
        multi_region=True,
        primary_region=primary.primary_region,
        description=description,
        state=KeyState.PENDING_IMPORT if imported else KeyState.ENABLED,
        created_at=now,
        rotation_enabled=primary.rotation_enabled,
        rotation_period_days=primary.rotation_period_days,
        next_rotation_at=primary.next_rotation_at,
    )


def store_replica(
    primary: KmsKey,
    replica: KmsKey,
    document: str,
    principal_ids: Mapping[str, str],
    tags: Sequence[tuple[str, str]],
    settles_at: datetime,
) -> None:
    """Store a replica with its policy, its tags and all the materials of its primary key; imported ones are absent."""
    replica.settles_at, replica.settling_state = settles_at, KeyState.CREATING
    replica.save(force_insert=True)
    KeyPolicy.objects.create(key=replica, document=document, principal_ids=dict(principal_ids))
    Tag.objects.bulk_create([Tag(key=replica, tag_key=tag_key, tag_value=value) for tag_key, value in tags])
    for material in queries.all_materials(primary.pk):
        sealed = None if primary.origin == Origin.EXTERNAL else custody.copied_material(primary, material, replica)
        KeyMaterial.objects.create(
            key=replica,
            material_id=material.material_id,
            version=material.version,
            sealed=sealed.sealed if sealed else None,
            root_key_id=sealed.root_key_id if sealed else "",
            created_at=material.created_at,
            current_from=material.current_from,
            rotation_type=material.rotation_type,
            announced=material.announced,
            description=material.description,
        )


def move_primary(primary: KmsKey, region: str, settles_at: datetime) -> None:
    """Make the copy in ``region`` the primary key; both are being updated until ``settles_at``."""
    for copy in (primary, *queries.relatives_of(primary)):
        if copy.region in (primary.region, region):
            copy.settles_at, copy.settling_state = settles_at, KeyState.UPDATING
        copy.primary_region = region
        copy.save(update_fields=["primary_region", "settles_at", "settling_state"])


def plan_deletion_of_primary(key: KmsKey) -> None:
    """Write anew when a primary key in PendingReplicaDeletion goes, after any of its copies has changed.

    Its own waiting period begins when the last replica is gone; as long as one has no date, nor has the primary key.
    """
    copies = (key, *queries.relatives_of(key))
    primary = next((copy for copy in copies if copy.region == copy.primary_region), None)
    if primary is None or primary.pending_window_days is None:
        return
    replicas = [copy for copy in copies if copy.pk != primary.pk]
    dates = [replica.deletion_date for replica in replicas if replica.deletion_date is not None]
    if replicas:
        known = len(dates) == len(replicas)
        primary.deletion_date = max(dates) + timedelta(days=primary.pending_window_days) if known else None
        primary.save(update_fields=["deletion_date"])
