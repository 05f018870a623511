"""Writing imported key material: putting it in, taking it out, and what follows for the copies of a key."""

from dataclasses import dataclass
from datetime import datetime

from keys import queries
from keys.custody import SealedMaterial
from keys.models import KeyMaterial, KmsKey


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What an import says beside the material: when it expires (None: never) and its description (None: as before)."""

    valid_to: datetime | None
    description: str | None


def add_imported(key: KmsKey, sealed: SealedMaterial, terms: ImportTerms, now: datetime) -> None:
    """Store material that the key has not had: the first is current at once, a later one is pending rotation.

    The copies of a multi-Region key learn of it; it must be imported into each of them.
    """
    version = queries.newest_version(key.pk) + 1
    first = version == 1
    for copy in (key, *queries.relatives_of(key)):
        own = copy.pk == key.pk
        KeyMaterial.objects.create(
            key=copy,
            material_id=sealed.material_id,
            version=version,
            sealed=sealed.sealed if own else None,
            root_key_id=sealed.root_key_id if own else "",
            created_at=now,
            current_from=now if first else None,
            description=terms.description or "",
            valid_to=terms.valid_to if own else None,
        )


def import_again(key: KmsKey, sealed: SealedMaterial, terms: ImportTerms) -> None:
    """Put known material in its place, under new terms; a description is shared with the copies of the key."""
    material = queries.load_material(key.pk, sealed.material_id)
    material.sealed = sealed.sealed
    material.root_key_id = sealed.root_key_id
    material.valid_to = terms.valid_to
    material.save(update_fields=["sealed", "root_key_id", "valid_to"])
    if terms.description is not None:
        for copy in queries.materials_of((key, *queries.relatives_of(key)), sealed.material_id):
            copy.description = terms.description
            copy.save(update_fields=["description"])


def erase(material: KeyMaterial) -> None:
    """Destroy the bytes of a material; its id, dates and description stay."""
    material.sealed = None
    material.root_key_id = ""
    material.valid_to = None
    material.save(update_fields=["sealed", "root_key_id", "valid_to"])


def forget(key: KmsKey, material_id: str) -> None:
    """Remove a pending material with all that was said of it, from the copies of the key too."""
    for material in queries.materials_of((key, *queries.relatives_of(key)), material_id):
        material.delete()


def rotate_to(key: KmsKey, material_id: str, rotation_type: str, current_from: datetime) -> None:
    """Give a pending material the date at which it becomes current, in every Region."""
    for material in queries.materials_of((key, *queries.relatives_of(key)), material_id):
        material.current_from = current_from
        material.rotation_type = rotation_type
        material.announced = False
        material.save(update_fields=["current_from", "rotation_type", "announced"])
