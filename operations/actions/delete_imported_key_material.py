"""DeleteImportedKeyMaterial: destroy imported material; the same can be imported again, no other in its place.

Source: API Reference, DeleteImportedKeyMaterial; kms-semantics 2.3 and 4.10. A material that is pending rotation is
forgotten altogether; on a replica only its copy goes.
"""

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import ValidationException
from core.key_states import next_state
from core.messages import DeleteImportedKeyMaterialRequest
from keys import queries
from keys.stored_imports import erase, forget
from operations.registry import FurtherEvent, Outcome, kms_operation
from operations.related_keys import synchronized, touched_copies
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("DeleteImportedKeyMaterial", writes=True, logged=("key_id", "key_material_id"), resolve=by_key_id())
def delete_imported_key_material(call: Call, request: DeleteImportedKeyMaterialRequest, key: KeySnapshot) -> Outcome:
    wanted = request.key_material_id
    material = key.current_material(call.time) if wanted is None else key.material(wanted)
    if material is None and wanted is not None:
        raise ValidationException(f"Key material (id: {wanted}) has never been imported into KMS key {key.arn}.")
    members = {"KeyId": key.arn}
    if material is None:
        return Outcome(members=members, elements={"keyId": key.arn})
    if key.key_spec is KeySpec.SYMMETRIC_DEFAULT:
        members["KeyMaterialId"] = material.material_id
    row = queries.load_key(key.pk)
    further: list[FurtherEvent] = []
    if material.current_from is None and not key.is_replica:
        forget(row, material.material_id)
        further = synchronized(key, call.time)
    else:
        erase(queries.load_material(key.pk, material.material_id))
    if material.is_permanent(call.time):
        row.state = next_state("DeleteImportedKeyMaterial", key.stored_state)
        row.save(update_fields=["state"])
    elements = {name[0].lower() + name[1:]: value for name, value in members.items()}
    return Outcome(members=members, elements=elements, touched=touched_copies(key), further=further)
