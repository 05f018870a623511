"""Rotation and imported key material."""

from operations.upkeep import run_upkeep
from tests.builders import make_key, run_as
from tests.operations.imports import external_key, import_into, imported_key, parameters, wrap, wrapped_members
from tests.operations.regions import AWAY, primary_key, replicate
from tests.operations.tours.observed import Observed, tour

FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in range(3))
NEW = {"ImportType": "NEW_KEY_MATERIAL"}


@tour("EnableKeyRotation")
def enable_key_rotation(seen: Observed) -> None:
    seen.call({"KeyId": make_key(seen.ada)["KeyId"], "RotationPeriodInDays": 180})


@tour("GetKeyRotationStatus")
def get_key_rotation_status(seen: Observed) -> None:
    key_id = make_key(seen.ada)["KeyId"]
    seen.settings.KMS_ROTATION_SECONDS = 60
    run_as(seen.ada, "EnableKeyRotation", {"KeyId": key_id})
    run_as(seen.ada, "RotateKeyOnDemand", {"KeyId": key_id})
    seen.call({"KeyId": key_id})


@tour("ListKeyRotations")
def list_key_rotations(seen: Observed) -> None:
    """Automatic and on demand, imported and not, with each state of a material."""
    ada = seen.ada
    rotated = make_key(ada)["KeyId"]
    run_as(ada, "EnableKeyRotation", {"KeyId": rotated})
    run_as(ada, "MoveClock", {"Days": 400})
    run_upkeep()
    run_as(ada, "RotateKeyOnDemand", {"KeyId": rotated})
    seen.pages({"KeyId": rotated, "IncludeKeyMaterial": "ROTATIONS_ONLY"})
    imported = primary_key(ada, Origin="EXTERNAL")["KeyId"]
    import_into(ada, imported, FIRST, ValidTo=seen.now + 430 * 86_400, KeyMaterialDescription="first")
    import_into(ada, imported, SECOND, **NEW)
    all_of_it = {"KeyId": imported, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    seen.call(all_of_it)
    replicate(ada, imported)
    seen.call(all_of_it)
    seen.call(all_of_it, region=AWAY)


@tour("GetParametersForImport")
def get_parameters_for_import(seen: Observed) -> None:
    rsa = external_key(seen.ada, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyId"]
    symmetric = external_key(seen.ada)["KeyId"]
    wrappings = {"RSAES_OAEP_SHA_{}": symmetric, "RSA_AES_KEY_WRAP_SHA_{}": rsa}
    for algorithm, key_id in ((name.format(bits), key) for name, key in wrappings.items() for bits in (1, 256)):
        for spec in ("RSA_2048", "RSA_3072", "RSA_4096"):
            seen.call({"KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec})


@tour("ImportKeyMaterial")
def import_key_material(seen: Observed) -> None:
    key_id = external_key(seen.ada)["KeyId"]
    first = seen.call(
        {**wrapped_members(seen.ada, key_id, FIRST), **NEW, "KeyMaterialDescription": "first"},
    )
    given = parameters(seen.ada, key_id)
    again = {"KeyId": key_id, "ImportToken": given["ImportToken"]}
    again["EncryptedKeyMaterial"] = wrap(given["PublicKey"], FIRST)
    expiry = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": seen.now + 86_400}
    seen.call({**again, **expiry, "ImportType": "EXISTING_KEY_MATERIAL", "KeyMaterialId": first["KeyMaterialId"]})


@tour("DeleteImportedKeyMaterial")
def delete_imported_key_material(seen: Observed) -> None:
    key = imported_key(seen.ada)
    seen.call({"KeyId": key["KeyId"], "KeyMaterialId": key["CurrentKeyMaterialId"]})
