"""ImportKeyMaterial: put material from outside into a key of origin EXTERNAL, the first, the same again, or a new one.

Source: API Reference, ImportKeyMaterial; kms-semantics 4.10 and 3.6 (106-122). A key becomes Enabled when nothing that
it needs is missing any more, even if it was disabled (recorded).
"""

from datetime import UTC, datetime, timedelta

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import IncorrectKeyMaterialException, KMSInvalidStateException, ValidationException
from core.key_states import Circumstance, next_state
from core.messages import ImportKeyMaterialRequest
from keys import custody, queries
from keys.stored_imports import ImportTerms, add_imported, import_again
from operations.import_tokens import read_token
from operations.metadata import DOES_NOT_EXPIRE, EXPIRES
from operations.registry import Outcome, kms_operation
from operations.related_keys import synchronized, touched_copies
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot

NEW = "NEW_KEY_MATERIAL"
LONGEST_DAYS = 365


def resolve_key(call: Call, request: ImportKeyMaterialRequest) -> tuple[Subject, ...]:
    expires_at(request, call.time)
    return (find_subject_without_alias(call, request.key_id),)


def expires_at(request: ImportKeyMaterialRequest, now: datetime) -> datetime | None:
    """Return when the material expires, to the second, or None; raises ValidationException for a wrong pair."""
    expires = (request.expiration_model or EXPIRES) == EXPIRES
    if request.valid_to is None:
        if expires:
            raise ValidationException("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
        return None
    if not expires:
        raise ValidationException(f"A validTo date cannot be set if the ExpirationModel is {DOES_NOT_EXPIRE}")
    if request.valid_to <= now.timestamp():
        raise ValidationException("ValidTo must be in the future")
    if request.valid_to >= (now + timedelta(days=LONGEST_DAYS)).timestamp():
        raise ValidationException("ValidTo must be less than 365 days in the future")
    return datetime.fromtimestamp(int(request.valid_to), UTC)


def check_members(request: ImportKeyMaterialRequest, key: KeySnapshot) -> None:
    """Raise ValidationException for members that this key, or this import, does not take."""
    if key.key_spec is not KeySpec.SYMMETRIC_DEFAULT:
        given = {
            "importType": request.import_type,
            "keyMaterialId": request.key_material_id,
            "keyMaterialDescription": request.key_material_description,
        }
        for name, value in given.items():
            if value is not None:
                raise ValidationException(f"Input parameter {name} cannot be used with {key.key_spec} imported keys.")
    if request.import_type == NEW:
        if request.key_material_id is not None:
            raise ValidationException("Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType.")
        if key.is_replica:
            raise ValidationException(
                "Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys"
            )
    if key.is_replica and request.key_material_description is not None:
        raise ValidationException("Key material description can only be specified on primary Multi-Region keys")


def unwrap(call: Call, request: ImportKeyMaterialRequest, key: KeySnapshot) -> custody.UnsealedMaterial:
    """Open token and material before the writers' lock is taken: validating an RSA key takes up to 200 ms."""
    check_members(request, key)
    token = read_token(key, request.import_token, call.time)
    return custody.unwrapped_material(key.key_spec, token.algorithm, token.private_key, request.encrypted_key_material)


@kms_operation(
    "ImportKeyMaterial",
    writes=True,
    logged=(
        "key_id",
        "valid_to",
        ("expiration_model", EXPIRES),
        "import_type",
        "key_material_id",
        "key_material_description",
    ),
    resolve=resolve_key,
    prepare=unwrap,
)
def import_key_material(
    call: Call, request: ImportKeyMaterialRequest, key: KeySnapshot, material: custody.UnsealedMaterial
) -> Outcome:
    sealed = custody.sealed_material(key, material)
    is_new = request.import_type == NEW or (request.import_type is None and not key.materials)
    check_identity(request, key, sealed.material_id, call.time, is_new=is_new)
    row = queries.load_key(key.pk)
    terms = ImportTerms(expires_at(request, call.time), request.key_material_description)
    if is_new:
        add_imported(row, sealed, terms, call.time)
    else:
        import_again(row, sealed, terms)
    missing = Circumstance.LACKS_MATERIAL if still_lacks(key, sealed.material_id, call.time) else None
    row.state = next_state("ImportKeyMaterial", key.stored_state, frozenset({missing} if missing else ()))
    row.save(update_fields=["state"])
    members = {"KeyId": key.arn}
    if key.key_spec is KeySpec.SYMMETRIC_DEFAULT:
        members["KeyMaterialId"] = sealed.material_id
    elements = {name[0].lower() + name[1:]: value for name, value in members.items()}
    shared = is_new or request.key_material_description is not None
    further = synchronized(key, call.time) if shared else []
    return Outcome(members=members, elements=elements, touched=touched_copies(key), further=further)


def check_identity(
    request: ImportKeyMaterialRequest, key: KeySnapshot, material_id: str, now: datetime, *, is_new: bool
) -> None:
    """Raise unless new material is new and no other is pending, or known material is what the request expects."""
    expected = request.key_material_id
    if expected is not None and expected != material_id:
        raise IncorrectKeyMaterialException(material_id=expected)
    if not is_new:
        if key.material(material_id) is None:
            current = key.current_material(now)
            raise IncorrectKeyMaterialException(material_id=current.material_id if current else material_id)
        return
    if key.material(material_id) is not None:
        raise IncorrectKeyMaterialException(
            f"Key material (id: {material_id}) being imported as NEW_KEY_MATERIAL is already associated with KMS key "
            f"{key.arn}."
        )
    pending = key.pending_import() or key.pending_rotation(now)
    if pending is not None:
        raise KMSInvalidStateException(
            f"New key material (id: {material_id}) cannot be imported into KMS key {key.arn}, because another key "
            f"material (id: {pending.material_id}) is pending rotation."
        )


def still_lacks(key: KeySnapshot, imported: str, now: datetime) -> bool:
    """Tell whether the key lacks material that it needs, once ``imported`` is there."""
    needed = (item for item in key.materials if item.is_permanent(now) and item.material_id != imported)
    return not all(item.is_present(now) for item in needed)
