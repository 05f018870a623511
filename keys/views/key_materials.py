"""The materials of a symmetric key, as ListKeyRotations tells them, and which replicas have imported them.

Source: console.md 2.9; kms-semantics 4.8 to 4.10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.import_material import import_refusal
from kmsconsole.web.door import perform
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.navigation import link
from kmsconsole.web.regions import region as region_of

AUTOMATIC, ON_DEMAND = "AUTOMATIC", "ON_DEMAND"
PENDING, PENDING_IN_REPLICAS = "PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
MATERIAL_STATES: Mapping[str, tuple[str | Promise, str]] = {
    "CURRENT": (gettext_lazy("Current"), "success"),
    "NON_CURRENT": (gettext_lazy("Non-current"), "stopped"),
    PENDING: (gettext_lazy("Pending rotation"), "pending"),
    PENDING_IN_REPLICAS: (gettext_lazy("Pending multi-Region import and rotation"), "pending"),
}
ROTATION_TYPES: Mapping[str, str | Promise] = {
    AUTOMATIC: gettext_lazy("Automatic"),
    ON_DEMAND: gettext_lazy("On-demand"),
}


@dataclass(frozen=True, slots=True)
class Material:
    """One row of the table of key materials."""

    id: str
    state: str
    date: datetime | None
    rotation_type: str
    import_state: str = ""
    description: str = ""
    valid_to: datetime | None = None
    in_replicas: str = ""  # how many replicas have it; "" where that cannot be said

    @property
    def is_imported(self) -> bool:
        return self.import_state == "IMPORTED"

    @property
    def state_label(self) -> str | Promise:
        return MATERIAL_STATES[self.state][0]

    @property
    def state_kind(self) -> str:
        return MATERIAL_STATES[self.state][1]

    @property
    def type_label(self) -> str | Promise:
        return ROTATION_TYPES.get(self.rotation_type, "")


@dataclass(frozen=True, slots=True)
class ReplicaImport:
    """Whether one replica has imported a material; ``denied`` says why that may not be known."""

    region: str
    region_name: str
    href: str
    imported: bool
    denied: str
    import_href: str
    import_reason: str
    """Why material cannot be imported there, "" if it can."""


def load_materials(request: HttpRequest, key: DescribedKey, region: str | None = None) -> list[Material]:
    """Call ListKeyRotations; return the key's materials, the newest first. Raises its refusal."""
    members = {"KeyId": key.key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL", "Limit": 1000}
    answer: Mapping[str, Any] = perform(request, "ListKeyRotations", members, region).members or {}
    return [
        Material(
            entry["KeyMaterialId"],
            entry["KeyMaterialState"],
            entry.get("RotationDate"),
            entry.get("RotationType", ""),
            entry.get("ImportState", ""),
            entry.get("KeyMaterialDescription", ""),
            entry.get("ValidTo"),
        )
        for entry in reversed(answer["Rotations"])
    ]


def has_replicas_to_import(key: DescribedKey) -> bool:
    """Tell whether a key's replicas need its materials imported, each by itself."""
    return key.is_imported and key.is_primary and len(key.related) > 1


def with_replicas(request: HttpRequest, key: DescribedKey, materials: Sequence[Material]) -> list[Material]:
    """Say of each material how many replicas have imported it, as far as all of their lists may be read."""
    replicas = [each.region for each in key.related if not each.is_primary]
    try:
        lists = [load_materials(request, key, region) for region in replicas]
    except KmsError:
        return list(materials)
    found = []
    for material in materials:
        number = sum(_has(there, material.id) for there in lists)
        words = _("%(number)s of %(all)s imported") % {"number": number, "all": len(replicas)}
        found.append(replace(material, in_replicas=words))
    return found


def replica_imports(request: HttpRequest, key: DescribedKey, material_id: str) -> list[ReplicaImport]:
    """Return of each replica whether it has a material, and where it can be imported."""
    return [_replica_import(request, key, each.region, material_id) for each in key.related if not each.is_primary]


def _replica_import(request: HttpRequest, key: DescribedKey, region: str, material_id: str) -> ReplicaImport:
    imported, denied = False, ""
    try:
        imported = _has(load_materials(request, key, region), material_id)
    except KmsError as refusal:
        denied = refusal_view(request, refusal).summary
    refused = import_refusal(request, key, region)
    return ReplicaImport(
        region=region,
        region_name=region_of(region).name,
        href=link("keys:detail", key.key_id, region=region, tab="rotations"),
        imported=imported,
        denied=denied,
        import_href=link("keys:import_parameters", key.key_id, region=region, material=material_id),
        import_reason=refusal_view(request, refused).summary if refused else "",
    )


def _has(materials: Sequence[Material], material_id: str) -> bool:
    return any(each.id == material_id and each.is_imported for each in materials)
