"""The only place that filters keys, aliases, tags, material and drafts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from keys.models import Alias, KeyMaterial, KmsKey, Tag, WizardDraft


def _whole() -> QuerySet[KmsKey]:
    """Keys with everything a snapshot needs."""
    return KmsKey.objects.select_related("key_policy").prefetch_related(
        Prefetch("materials", KeyMaterial.objects.order_by("version")), "aliases", "tags"
    )


def find_key(account_id: str, region: str, key_id: str) -> KmsKey | None:
    return _whole().filter(account_id=account_id, region=region, key_id=key_id).first()


def find_key_of_alias(account_id: str, region: str, name: str) -> KmsKey | None:
    return (
        _whole()
        .filter(pk__in=Alias.objects.filter(account_id=account_id, region=region, name=name).values("key"))
        .first()
    )


def find_key_of_material(region: str, material_id: str) -> KmsKey | None:
    return _whole().filter(region=region, materials__material_id=material_id).first()


def load_key(pk: int) -> KmsKey:
    """Return a key row to change it; the caller holds the writers' lock."""
    return KmsKey.objects.get(pk=pk)


def load_whole_key(pk: int) -> KmsKey:
    return _whole().get(pk=pk)


def keys_page(account_id: str, region: str, after_pk: int, size: int, now: datetime) -> list[tuple[int, str]]:
    """Return up to ``size`` (pk, key id) pairs in order of creation, from behind ``after_pk``.

    A key whose waiting period is over is left out, swept away or not.
    """
    rows = KmsKey.objects.filter(account_id=account_id, region=region, pk__gt=after_pk)
    return list(rows.exclude(deletion_date__lte=now).order_by("pk").values_list("pk", "key_id")[:size])


def count_keys(account_id: str, region: str) -> int:
    return KmsKey.objects.filter(account_id=account_id, region=region).count()


# --- aliases ----------------------------------------------------------------------------------------------------------
def find_alias(account_id: str, region: str, name: str) -> Alias | None:
    return Alias.objects.select_related("key").filter(account_id=account_id, region=region, name=name).first()


def delete_alias(account_id: str, region: str, name: str) -> None:
    Alias.objects.filter(account_id=account_id, region=region, name=name).delete()


def count_aliases(key_pk: int) -> int:
    return Alias.objects.filter(key_id=key_pk).count()


def aliases_page(
    account_id: str, region: str, after_name: str, size: int, now: datetime, key_pk: int | None = None
) -> list[Alias]:
    """Return up to ``size`` aliases by name, from behind ``after_name``; of one key if given.

    Those of a key whose waiting period is over are left out, as the key is.
    """
    rows = Alias.objects.select_related("key").filter(account_id=account_id, region=region, name__gt=after_name)
    rows = rows.exclude(key__deletion_date__lte=now)
    if key_pk is not None:
        rows = rows.filter(key_id=key_pk)
    return list(rows.order_by("name")[:size])


# --- tags -------------------------------------------------------------------------------------------------------------
def tags_page(key_pk: int, after_key: str, size: int) -> list[Tag]:
    return list(Tag.objects.filter(key_id=key_pk, tag_key__gt=after_key).order_by("tag_key")[:size])


def tag_keys_of(key_pk: int) -> set[str]:
    return set(Tag.objects.filter(key_id=key_pk).values_list("tag_key", flat=True))


def delete_tags(key_pk: int, tag_keys: Iterable[str]) -> None:
    Tag.objects.filter(key_id=key_pk, tag_key__in=list(tag_keys)).delete()


def save_tags(key_pk: int, tags: Sequence[tuple[str, str]]) -> None:
    Tag.objects.bulk_create(
        [Tag(key_id=key_pk, tag_key=tag_key, tag_value=value) for tag_key, value in tags],
        update_conflicts=True,
        unique_fields=["key", "tag_key"],
        update_fields=["tag_value"],
    )


# --- material ---------------------------------------------------------------------------------------------------------
def count_rotations(key_pk: int, rotation_type: str) -> int:
    return KeyMaterial.objects.filter(key_id=key_pk, rotation_type=rotation_type).count()


def newest_version(key_pk: int) -> int:
    return KeyMaterial.objects.filter(key_id=key_pk).order_by("-version").values_list("version", flat=True)[0]


def materials_sealed_otherwise(root_key_id: str, size: int) -> list[KeyMaterial]:
    """Return up to ``size`` materials that are not sealed under this root key."""
    rows = KeyMaterial.objects.exclude(root_key_id=root_key_id).select_related("key").order_by("pk")
    return list(rows[:size])


# --- what time makes due ----------------------------------------------------------------------------------------------
def keys_due_for_deletion(account_id: str, now: datetime) -> list[KmsKey]:
    return list(KmsKey.objects.filter(account_id=account_id, state="PendingDeletion", deletion_date__lte=now))


def keys_due_for_rotation(account_id: str, now: datetime) -> list[KmsKey]:
    rows = KmsKey.objects.filter(account_id=account_id, rotation_enabled=True, next_rotation_at__lte=now)
    return list(rows.filter(state="Enabled"))


def materials_to_announce(account_id: str, now: datetime) -> list[KeyMaterial]:
    rows = KeyMaterial.objects.filter(announced=False, current_from__lte=now, key__account_id=account_id)
    return list(rows.select_related("key"))


# --- the wizard -------------------------------------------------------------------------------------------------------
def find_draft(draft_id: UUID, principal_pk: int) -> WizardDraft | None:
    """Return a person's own draft; somebody else's is not found."""
    return WizardDraft.objects.filter(pk=draft_id, principal_id=principal_pk).first()


def delete_old_drafts(before: datetime) -> int:
    return WizardDraft.objects.filter(updated_at__lt=before).delete()[0]


def regions_of(account_id: str) -> set[str]:
    """Return the Regions in which an account has keys."""
    return set(KmsKey.objects.filter(account_id=account_id).values_list("region", flat=True).distinct())


def material_before(material: KeyMaterial) -> KeyMaterial | None:
    rows = KeyMaterial.objects.filter(key_id=material.key_id, version__lt=material.version)
    return rows.order_by("-version").first()
