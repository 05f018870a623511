"""Rotating a key of origin EXTERNAL to new imported material. Source: kms-semantics 4.9 and 4.10."""

import os
from datetime import timedelta

import pytest

from operations import clock
from operations.upkeep import run_upkeep
from tests.builders import Refused, refused, run_as
from tests.operations.imports import described, import_into, imported_key, materials, wrapped_members

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
NEW = {"ImportType": "NEW_KEY_MATERIAL"}


@pytest.fixture
def rotated(people, settings):
    """A key that has been rotated from FIRST to SECOND at once."""
    settings.KMS_ROTATION_SECONDS = 0
    key = imported_key(people.ada, FIRST)
    import_into(people.ada, key["KeyId"], SECOND, **NEW)
    run_as(people.ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]})
    return key


@pytest.mark.postgres
def test_new_material_waits_for_its_rotation(people, settings):
    settings.KMS_ROTATION_SECONDS = 60
    ada, key, then = people.ada, imported_key(people.ada, FIRST), clock.account_time(0)
    second = import_into(ada, key["KeyId"], SECOND, **NEW, KeyMaterialDescription="from the vault")["KeyMaterialId"]
    first = key["CurrentKeyMaterialId"]
    assert described(ada, key["KeyId"])["CurrentKeyMaterialId"] == first
    old, new = materials(ada, key["KeyId"])
    assert (old["KeyMaterialId"], old["KeyMaterialState"], "RotationType" in old) == (first, "CURRENT", False)
    assert new == {
        "KeyId": key["Arn"],
        "KeyMaterialId": second,
        "KeyMaterialState": "PENDING_ROTATION",
        "KeyMaterialDescription": "from the vault",
        "ImportState": "IMPORTED",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]}, time=then)
    running = run_as(ada, "GetKeyRotationStatus", {"KeyId": key["KeyId"]}, time=then)
    assert running["OnDemandRotationStartDate"] == then
    assert described(ada, key["KeyId"], time=then)["CurrentKeyMaterialId"] == first
    done = then + timedelta(seconds=61)
    assert described(ada, key["KeyId"], time=done)["CurrentKeyMaterialId"] == second
    old, new = materials(ada, key["KeyId"], time=done)
    assert (old["KeyMaterialState"], new["KeyMaterialState"]) == ("NON_CURRENT", "CURRENT")
    assert (new["RotationType"], new["RotationDate"]) == ("ON_DEMAND", then + timedelta(seconds=60))
    (listed,) = run_as(ada, "ListKeyRotations", {"KeyId": key["KeyId"]}, time=done)["Rotations"]
    assert listed == new


def test_without_pending_material_there_is_nothing_to_rotate_to(people):
    key = imported_key(people.ada)
    assert refused(people.ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]}) == Refused(
        "KMSInvalidStateException", f"No available key material pending rotation for the key: {key['Arn']}."
    )


def test_only_one_material_is_pending(people):
    ada, key = people.ada, imported_key(people.ada, FIRST)
    second = import_into(ada, key["KeyId"], SECOND, **NEW)["KeyMaterialId"]
    members = {**wrapped_members(ada, key["KeyId"], os.urandom(32)), **NEW}
    refusal = refused(ada, "ImportKeyMaterial", members)
    assert refusal.code == "KMSInvalidStateException"
    assert refusal.message is not None
    assert refusal.message.endswith(
        f" cannot be imported into KMS key {key['Arn']}, because another key material (id: {second}) is pending "
        "rotation."
    )
    run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key["KeyId"], "KeyMaterialId": second})
    assert described(ada, key["KeyId"])["KeyState"] == "Enabled"
    assert [each["KeyMaterialId"] for each in materials(ada, key["KeyId"])] == [key["CurrentKeyMaterialId"]]
    run_as(ada, "ImportKeyMaterial", members)


def test_old_and_new_ciphertexts_open_after_the_rotation(people, settings):
    settings.KMS_ROTATION_SECONDS = 0
    ada, key = people.ada, imported_key(people.ada, FIRST)
    old = run_as(ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"old"})["CiphertextBlob"]
    import_into(ada, key["KeyId"], SECOND, **NEW)
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]})
    new = run_as(ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"new"})["CiphertextBlob"]
    opened = [run_as(ada, "Decrypt", {"CiphertextBlob": blob}) for blob in (old, new)]
    assert [each["Plaintext"] for each in opened] == [b"old", b"new"]
    assert opened[0]["KeyMaterialId"] == key["CurrentKeyMaterialId"] != opened[1]["KeyMaterialId"]


@pytest.mark.parametrize("gone", [FIRST, SECOND])
def test_the_key_needs_every_material_it_has_used(people, rotated, gone):
    ada, key_id = people.ada, rotated["KeyId"]
    blob = run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})["CiphertextBlob"]
    known = {FIRST: rotated["CurrentKeyMaterialId"], SECOND: described(ada, key_id)["CurrentKeyMaterialId"]}
    run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key_id, "KeyMaterialId": known[gone]})
    assert described(ada, key_id)["KeyState"] == "PendingImport"
    assert refused(ada, "Decrypt", {"CiphertextBlob": blob}).code == "KMSInvalidStateException"
    import_into(ada, key_id, gone)
    assert run_as(ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"x"


def test_a_key_that_lacks_two_materials_awaits_both(people, rotated):
    ada, key_id = people.ada, rotated["KeyId"]
    for material in materials(ada, key_id):
        run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key_id, "KeyMaterialId": material["KeyMaterialId"]})
    import_into(ada, key_id, SECOND)
    assert described(ada, key_id)["KeyState"] == "PendingImport"
    import_into(ada, key_id, FIRST)
    assert described(ada, key_id)["KeyState"] == "Enabled"


def test_the_earliest_expiration_is_the_keys(people, rotated):
    ada, key_id, then = people.ada, rotated["KeyId"], clock.account_time(0).replace(microsecond=0)
    for days, material in ((20, FIRST), (10, SECOND)):
        import_into(ada, key_id, material, ValidTo=(then + timedelta(days=days)).timestamp())
    assert described(ada, key_id)["ValidTo"] == then + timedelta(days=10)
    assert [entry["ValidTo"] - then for entry in materials(ada, key_id)] == [timedelta(days=20), timedelta(days=10)]


def test_rotating_to_expired_material_leaves_a_key_that_awaits_it(people, settings):
    settings.KMS_ROTATION_SECONDS = 0
    ada, key, then = people.ada, imported_key(people.ada, FIRST), clock.account_time(0)
    import_into(ada, key["KeyId"], SECOND, **NEW, ValidTo=(then + timedelta(hours=1)).timestamp())
    later = then + timedelta(hours=2)
    assert described(ada, key["KeyId"], time=later)["KeyState"] == "Enabled"
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]}, time=later)
    assert described(ada, key["KeyId"], time=later)["KeyState"] == "PendingImport"


@pytest.mark.postgres
def test_upkeep_destroys_expired_material_and_records_it(people):
    ada, key = people.ada, imported_key(people.ada, FIRST)
    end = clock.account_time(0).replace(microsecond=0) + timedelta(hours=1)
    import_into(ada, key["KeyId"], FIRST, ValidTo=end.timestamp())
    assert run_upkeep().expired == 0
    run_as(ada, "MoveClock", {"Days": 1})
    done, again = run_upkeep(), run_upkeep()
    assert (done.expired, again.expired) == (1, 0)
    assert described(ada, key["KeyId"])["KeyState"] == "PendingImport"
    from keys.models import KeyMaterial

    row = KeyMaterial.objects.get(key__key_id=key["KeyId"])
    assert (row.sealed, row.root_key_id, row.valid_to) == (None, "", None)
    (event,) = [
        each
        for each in run_as(ada, "LookupEvents", {"StartTime": end - timedelta(days=1)})["Events"]
        if each["EventName"] == "DeleteExpiredKeyMaterial"
    ]
    assert event["EventTime"] == end
