"""ListKeyRotations: the key's materials and when they became current, oldest first.

Source: API Reference, ListKeyRotations; members: kms-semantics 4.9.
"""

from datetime import datetime

from core.calls import Call
from core.crypto.key_specs import KeySpec, Origin
from core.errors import InvalidMarkerException, ValidationException
from core.messages import ListKeyRotationsRequest
from operations.metadata import DOES_NOT_EXPIRE, EXPIRES
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation
from operations.related_keys import awaits_replicas
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot, MaterialSnapshot

ALL_KEY_MATERIAL = "ALL_KEY_MATERIAL"


@kms_operation("ListKeyRotations", logged=("key_id", "include_key_material", "limit", "marker"), resolve=by_key_id())
def list_key_rotations(call: Call, request: ListKeyRotationsRequest, key: KeySnapshot) -> Outcome:
    if request.include_key_material is not None and key.key_spec != KeySpec.SYMMETRIC_DEFAULT:
        raise ValidationException("Input parameter includeKeyMaterial can only be used with symmetric keys.")
    whole = request.include_key_material == ALL_KEY_MATERIAL
    entries = [
        _entry(key, material, call.time)
        for material in key.materials
        if whole or (material.rotation_type and material.is_permanent(call.time))
    ]
    size = page_size(request.limit, default=100, maximum=1000)
    extra = f"{key.key_id} {whole}"
    after = read_position("ListKeyRotations", call, request.marker, extra)
    if after:
        positions = [str(entry["KeyMaterialId"]) for entry in entries]
        if after not in positions:
            raise InvalidMarkerException()
        entries = entries[positions.index(after) + 1 :]
    ids = [str(entry["KeyMaterialId"]) for entry in entries]
    return Outcome(members=paged("ListKeyRotations", call, "Rotations", entries, ids, size, extra))


def _entry(key: KeySnapshot, material: MaterialSnapshot, now: datetime) -> dict[str, object]:
    entry: dict[str, object] = {
        "KeyId": key.arn,
        "KeyMaterialId": material.material_id,
        "KeyMaterialState": _state_name(key, material, now),
    }
    if material.rotation_type and material.is_permanent(now):
        entry |= {"RotationDate": material.current_from, "RotationType": material.rotation_type}
    if key.origin is Origin.EXTERNAL:
        entry |= _import_members(material, now)
    return entry


def _import_members(material: MaterialSnapshot, now: datetime) -> dict[str, object]:
    members: dict[str, object] = {"ImportState": "PENDING_IMPORT"}
    if material.description:
        members["KeyMaterialDescription"] = material.description
    if material.is_present(now):
        members |= {"ImportState": "IMPORTED", "ExpirationModel": EXPIRES if material.valid_to else DOES_NOT_EXPIRE}
        if material.valid_to is not None:
            members["ValidTo"] = material.valid_to
    return members


def _state_name(key: KeySnapshot, material: MaterialSnapshot, now: datetime) -> str:
    if material.is_permanent(now):
        return "CURRENT" if material is key.current_material(now) else "NON_CURRENT"
    if material.current_from is None and awaits_replicas(key, material, now):
        return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    return "PENDING_ROTATION"
