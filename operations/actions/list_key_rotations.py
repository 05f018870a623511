"""ListKeyRotations: the key's materials and when they became current, oldest first.

Source: API Reference, ListKeyRotations; members: kms-semantics 4.9.
"""

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import InvalidMarkerException, ValidationException
from core.messages import ListKeyRotationsRequest
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot

ALL_KEY_MATERIAL = "ALL_KEY_MATERIAL"


@kms_operation("ListKeyRotations", logged=("key_id", "include_key_material", "limit", "marker"), resolve=by_key_id())
def list_key_rotations(call: Call, request: ListKeyRotationsRequest, key: KeySnapshot) -> Outcome:
    if request.include_key_material is not None and key.key_spec != KeySpec.SYMMETRIC_DEFAULT:
        raise ValidationException("Input parameter includeKeyMaterial can only be used with symmetric keys.")
    whole = request.include_key_material == ALL_KEY_MATERIAL
    current = key.current_material(call.time)
    entries = []
    for material in key.materials:
        rotated = material.rotation_type != "" and material.current_from <= call.time
        if not rotated and not whole:
            continue
        entry: dict[str, object] = {
            "KeyId": key.arn,
            "KeyMaterialId": material.material_id,
            "KeyMaterialState": _state_name(material is current, material.current_from > call.time),
        }
        if rotated:
            entry |= {"RotationDate": material.current_from, "RotationType": material.rotation_type}
        entries.append(entry)
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


def _state_name(current: bool, pending: bool) -> str:
    if current:
        return "CURRENT"
    return "PENDING_ROTATION" if pending else "NON_CURRENT"
