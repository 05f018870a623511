"""The only place that filters keys, aliases, tags, material and drafts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Substr

from core.arn import MULTI_REGION_PREFIX
from keys.models import Alias, KeyMaterial, KmsKey, SealedSecret, Tag, WizardDraft

DOOMED = ("PendingDeletion", "PendingReplicaDeletion")


def _whole() -> QuerySet[KmsKey]:
    """Keys with everything a snapshot needs."""
    return KmsKey.objects.select_related("key_policy").prefetch_related(
        Prefetch("materials", KeyMaterial.objects.order_by("version")), "aliases", "tags"
    )


def find_key(account_id: str, region: str, key_id: str) -> KmsKey | None:
    return _whole().filter(account_id=account_id, region=region, key_id=key_id).first()


def find_keys(account_id: str, region: str, key_ids: Sequence[str]) -> list[KmsKey]:
    """Return the keys with these ids, with everything a snapshot needs, in a constant number of queries."""
    return list(_whole().filter(account_id=account_id, region=region, key_id__in=key_ids))


def find_key_of_alias(account_id: str, region: str, name: str) -> KmsKey | None:
    return (
        _whole()
        .filter(pk__in=Alias.objects.filter(account_id=account_id, region=region, name=name).values("key"))
        .first()
    )


def find_key_of_material(region: str, material_id: str) -> KmsKey | None:
    return _whole().filter(region=region, materials__material_id=material_id).first()


def related_keys(account_id: str, key_ids: Sequence[str]) -> list[KmsKey]:
    """Return multi-Region keys with all their copies, by Region.

    Each material tells only whether it is ``absent``, and when it expires.
    """
    materials = KeyMaterial.objects.annotate(absent=ExpressionWrapper(Q(sealed__isnull=True), BooleanField())).only(
        "key_id", "material_id", "valid_to"
    )
    rows = KmsKey.objects.filter(account_id=account_id, key_id__in=key_ids, multi_region=True)
    return list(rows.order_by("region").prefetch_related(Prefetch("materials", materials)))


def relatives_of(key: KmsKey) -> list[KmsKey]:
    """Return the rows of a multi-Region key's copies in other Regions; none for a single-Region key."""
    if not key.multi_region:
        return []
    rows = KmsKey.objects.filter(account_id=key.account_id, key_id=key.key_id, multi_region=True)
    return list(rows.exclude(pk=key.pk).order_by("region"))


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


def count_keys(account_id: str, region: str, now: datetime) -> int:
    """Count an account's keys in a Region; one whose waiting period is over is none, swept away or not."""
    rows = KmsKey.objects.filter(account_id=account_id, region=region)
    # Two counts, each by an index of its own: together they read no row.
    return rows.count() - rows.filter(state__in=DOOMED, deletion_date__lte=now).count()


# --- the console's list -----------------------------------------------------------------------------------------------
class KeyOrder(StrEnum):
    """The orders that an index has; the value is the column."""

    ALIAS = "first_alias"
    KEY_ID = "key_id"
    TYPE = "listed_type"


class FilterKind(StrEnum):
    """What a filter of the list looks at."""

    TEXT = "text"  # alias or key id
    ALIAS = "alias"
    KEY_ID = "key-id"
    TYPE = "type"
    MULTI_REGION = "multi-region"
    TAG = "tag"
    AMONG = "among"  # what a rare text was narrowed to


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """One filter; ``tag_key`` is given with :attr:`FilterKind.TAG`, ``among`` are the pks of :attr:`FilterKind.AMONG`.

    Case does not matter, except in tags.
    """

    kind: FilterKind
    value: str = ""
    tag_key: str = ""
    among: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyList:
    """Which keys a list is about, and in which order."""

    account_id: str
    region: str
    key_manager: str
    now: datetime
    filters: tuple[KeyFilter, ...] = ()
    any_filter: bool = False
    order: KeyOrder = KeyOrder.ALIAS
    descending: bool = False


# A text that so many keys or fewer contain is looked up first; a more common one is soon found in the page's order.
RARE_AT_MOST = 1000


def narrowed(keys: KeyList) -> KeyList:
    """Return the same list with each rare text replaced by the keys that have it: one scan of an index, not many."""
    return replace(keys, filters=tuple(_narrowed(keys, each) for each in keys.filters))


def _narrowed(keys: KeyList, wanted: KeyFilter) -> KeyFilter:
    found: set[int] = set()
    if wanted.kind in (FilterKind.TEXT, FilterKind.ALIAS):
        names = _like(Alias.objects.filter(account_id=keys.account_id, region=keys.region), wanted.value)
        found.update(names.values_list("key_id", flat=True)[: RARE_AT_MOST + 1])
    if wanted.kind in (FilterKind.TEXT, FilterKind.KEY_ID):
        ids = KmsKey.objects.filter(account_id=keys.account_id, region=keys.region, key_id__icontains=wanted.value)
        found.update(ids.order_by().values_list("pk", flat=True)[: RARE_AT_MOST + 1])
    is_text = wanted.kind in (FilterKind.TEXT, FilterKind.ALIAS, FilterKind.KEY_ID)
    if not is_text or len(found) > RARE_AT_MOST:
        return wanted
    return KeyFilter(FilterKind.AMONG, among=tuple(found))


Position = tuple[str, int]  # of a row in a list: the ordering value and the pk


def listed_keys(
    keys: KeyList, size: int, *, after: Position | None = None, before: Position | None = None, skip: int = 0
) -> list[tuple[Position, str]]:
    """Return up to ``size`` positions with key ids, in order: behind ``after``, ahead of ``before``, or after ``skip``.

    ``skip`` must be bounded by the caller: it costs as much as the rows skipped.
    """
    backwards = before is not None
    descending = keys.descending is not backwards
    rows = _listed(keys)
    position = before or after
    if position is not None:
        column, compare = keys.order.value, "lt" if descending else "gt"
        value, pk = position
        beyond = Q(**{f"{column}__{compare}": value}) | Q(**{column: value, f"pk__{compare}": pk})
        # The first condition says nothing new; it lets the database begin in the middle of the index.
        rows = rows.filter(Q(**{f"{column}__{compare}e": value}), beyond)
    sign = "-" if descending else ""
    ordered = rows.order_by(f"{sign}{keys.order.value}", f"{sign}pk").values_list(keys.order.value, "pk", "key_id")
    found = [((value, pk), key_id) for value, pk, key_id in ordered[skip : skip + size]]
    return found[::-1] if backwards else found


def count_listed(keys: KeyList, at_most: int) -> int:
    """Count the keys of a list, up to ``at_most``."""
    return _listed(keys).order_by()[:at_most].count()


def _listed(keys: KeyList) -> QuerySet[KmsKey]:
    rows = KmsKey.objects.filter(account_id=keys.account_id, region=keys.region, key_manager=keys.key_manager)
    rows = rows.filter(Q(deletion_date__isnull=True) | Q(deletion_date__gt=keys.now))
    if keys.filters:
        rows = rows.filter(reduce(or_ if keys.any_filter else and_, map(_matches, keys.filters)))
    return rows


# What the console's list calls a key's Regionality, and the keys that it is.
REGIONALITIES: Mapping[str, Q] = {
    "Single Region": Q(multi_region=False),
    "Primary": Q(multi_region=True, primary_region=F("region")),
    "Replica": Q(multi_region=True) & ~Q(primary_region=F("region")),
}


def _matches(wanted: KeyFilter) -> Q:
    value = wanted.value
    match wanted.kind:
        case FilterKind.ALIAS:
            return _has_alias_like(value)
        case FilterKind.KEY_ID:
            return Q(key_id__icontains=value)
        case FilterKind.TYPE:
            return Q(listed_type__iexact=value)
        case FilterKind.MULTI_REGION:
            return REGIONALITIES[value]
        case FilterKind.TAG:
            return Q(Exists(Tag.objects.filter(key=OuterRef("pk"), tag_key=wanted.tag_key, tag_value=value)))
        case FilterKind.TEXT:
            return Q(key_id__icontains=value) | _has_alias_like(value)
        case FilterKind.AMONG:
            return Q(pk__in=wanted.among)


def _has_alias_like(text: str) -> Q:
    return Q(Exists(_like(Alias.objects.filter(key=OuterRef("pk")), text)))


def _like(aliases: QuerySet[Alias], text: str) -> QuerySet[Alias]:
    """Aliases that contain a text, the prefix ``alias/`` left aside."""
    shortened = aliases.order_by().annotate(short_name=Substr("name", len("alias/") + 1))
    return shortened.filter(short_name__icontains=text.removeprefix("alias/"))


def types_in_use(account_id: str, region: str, types: Iterable[str]) -> list[str]:
    """Return which of these listed types an account's keys have."""
    rows = KmsKey.objects.filter(account_id=account_id, region=region)
    return [each for each in types if rows.filter(listed_type=each).exists()]


def regionalities_in_use(account_id: str, region: str) -> list[str]:
    """Return which Regionalities an account's keys have, as far as the first few hundred multi-Region keys tell.

    The ids of multi-Region keys begin with words that stand behind all others, so an index finds either kind at once.
    """
    rows = KmsKey.objects.filter(account_id=account_id, region=region).order_by("key_id")
    homes = set(
        rows.filter(key_id__gte=MULTI_REGION_PREFIX).values_list("primary_region", flat=True)[: RARE_AT_MOST + 1]
    )
    found = {"Single Region": rows.filter(key_id__lt=MULTI_REGION_PREFIX).exists(), "Primary": region in homes}
    found["Replica"] = bool(homes - {region})
    return [name for name in REGIONALITIES if found[name]]


# --- aliases ----------------------------------------------------------------------------------------------------------
def find_alias(account_id: str, region: str, name: str) -> Alias | None:
    return Alias.objects.select_related("key").filter(account_id=account_id, region=region, name=name).first()


def delete_alias(account_id: str, region: str, name: str) -> None:
    Alias.objects.filter(account_id=account_id, region=region, name=name).delete()


def count_aliases(key_pk: int) -> int:
    return Alias.objects.filter(key_id=key_pk).count()


def rewrite_first_alias(key_pk: int) -> None:
    """Write anew what the list is ordered by, after an alias came to a key or left it."""
    names = Alias.objects.filter(key_id=OuterRef("pk")).order_by("name").values("name")[:1]
    KmsKey.objects.filter(pk=key_pk).update(first_alias=Coalesce(Subquery(names), Value("")))


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


def load_material(key_pk: int, material_id: str) -> KeyMaterial:
    """Return a material row to change it; the caller holds the writers' lock."""
    return KeyMaterial.objects.get(key_id=key_pk, material_id=material_id)


def all_materials(key_pk: int) -> list[KeyMaterial]:
    return list(KeyMaterial.objects.filter(key_id=key_pk).order_by("version"))


def materials_of(keys: Iterable[KmsKey], material_id: str) -> list[KeyMaterial]:
    """Return one material as each of these keys has it."""
    return list(KeyMaterial.objects.filter(key__in=[key.pk for key in keys], material_id=material_id))


def newest_version(key_pk: int) -> int:
    """Return the version of a key's newest material, 0 if it has none."""
    newest = KeyMaterial.objects.filter(key_id=key_pk).order_by("-version").values_list("version", flat=True).first()
    return newest or 0


def materials_sealed_otherwise(root_key_id: str, size: int) -> list[KeyMaterial]:
    """Return up to ``size`` materials that are not sealed under this root key."""
    rows = KeyMaterial.objects.filter(sealed__isnull=False).exclude(root_key_id=root_key_id)
    return list(rows.select_related("key").order_by("pk")[:size])


def secrets_sealed_otherwise(root_key_id: str) -> list[str]:
    """Return the names of installation secrets that are not sealed under this root key."""
    return list(SealedSecret.objects.exclude(root_key_id=root_key_id).values_list("name", flat=True))


def save_resealed(material: KeyMaterial, before: bytes) -> bool:
    """Store a material's new seal unless it was replaced or deleted meanwhile; tells whether it was stored."""
    rows = KeyMaterial.objects.filter(pk=material.pk, sealed=before)
    return bool(rows.update(sealed=material.sealed, root_key_id=material.root_key_id))


# --- what time makes due ----------------------------------------------------------------------------------------------
def keys_due_for_deletion(account_id: str, now: datetime) -> list[KmsKey]:
    """Return the keys whose waiting period is over; replicas come before their primary key."""
    rows = KmsKey.objects.filter(account_id=account_id, state__in=DOOMED)
    return list(rows.filter(deletion_date__lte=now).order_by("deletion_date"))


def primary_keys_awaiting_replicas(account_id: str) -> list[KmsKey]:
    """Return primary keys whose replicas all have a date of deletion."""
    rows = KmsKey.objects.filter(account_id=account_id, state="PendingReplicaDeletion")
    return list(rows.filter(deletion_date__isnull=False))


def keys_due_for_rotation(account_id: str, now: datetime) -> list[KmsKey]:
    rows = KmsKey.objects.filter(account_id=account_id, rotation_enabled=True, next_rotation_at__lte=now)
    # A replica follows its primary key.
    return list(rows.filter(Q(multi_region=False) | Q(primary_region=F("region")), state="Enabled"))


def materials_to_expire(account_id: str, now: datetime) -> list[KeyMaterial]:
    rows = KeyMaterial.objects.filter(valid_to__lte=now, key__account_id=account_id)
    return list(rows.select_related("key").order_by("valid_to"))


def materials_to_announce(account_id: str, now: datetime) -> list[KeyMaterial]:
    rows = KeyMaterial.objects.filter(announced=False, current_from__lte=now, key__account_id=account_id)
    return list(rows.select_related("key"))


# --- the wizard -------------------------------------------------------------------------------------------------------
def find_draft(draft_id: UUID, principal_pk: int) -> WizardDraft | None:
    """Return a person's own draft; somebody else's is not found."""
    return WizardDraft.objects.filter(pk=draft_id, principal_id=principal_pk).first()


def lock_draft(draft_id: UUID, principal_pk: int) -> WizardDraft | None:
    """Return a person's own draft to change it; on PostgreSQL its row is held to the end of the transaction."""
    return WizardDraft.objects.select_for_update().filter(pk=draft_id, principal_id=principal_pk).first()


def draft_exists(draft_id: UUID) -> bool:
    return WizardDraft.objects.filter(pk=draft_id).exists()


def replace_finished_key(draft_id: UUID, before: str, after: str) -> bool:
    """Set a draft's ``finished_key_id`` if it still is ``before``; of several at once only one succeeds."""
    return WizardDraft.objects.filter(pk=draft_id, finished_key_id=before).update(finished_key_id=after) == 1


def set_finished_key(draft_id: UUID, key_id: str) -> None:
    WizardDraft.objects.filter(pk=draft_id).update(finished_key_id=key_id)


def delete_old_drafts(before: datetime) -> int:
    return WizardDraft.objects.filter(updated_at__lt=before).delete()[0]


def regions_of(account_id: str) -> set[str]:
    """Return the Regions in which an account has keys."""
    return set(KmsKey.objects.filter(account_id=account_id).values_list("region", flat=True).distinct())


def material_before(material: KeyMaterial) -> KeyMaterial | None:
    rows = KeyMaterial.objects.filter(key_id=material.key_id, version__lt=material.version)
    return rows.order_by("-version").first()
