"""Keys of origin EXTERNAL: parameters, import, re-import, deletion. Source: kms-semantics 4.10 and 3.6 (105-123)."""

import os
from datetime import timedelta

import pytest

from operations import clock
from tests.builders import Refused, days, make_key, refused, run_as
from tests.operations.imports import (
    FOR_EVER,
    described,
    external_key,
    import_into,
    imported_key,
    materials,
    parameters,
    wrap,
    wrapped_members,
)

MATERIAL = bytes(range(32))
UNKNOWN_ID = "ab" * 32


@pytest.mark.postgres
def test_a_new_external_key_awaits_its_material(people):
    key = external_key(people.ada)
    assert (key["KeyState"], key["Enabled"], key["Origin"]) == ("PendingImport", False, "EXTERNAL")
    assert not key.keys() & {"ExpirationModel", "ValidTo", "CurrentKeyMaterialId"}
    assert refused(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"}) == Refused(
        "KMSInvalidStateException", f"{key['Arn']} is pending import."
    )


@pytest.mark.postgres
def test_imported_material_encrypts_and_decrypts(people):
    ada = people.ada
    key = external_key(ada)
    answer = import_into(ada, key["KeyId"], MATERIAL)
    assert answer.keys() == {"KeyId", "KeyMaterialId"}
    assert answer["KeyId"] == key["Arn"]
    after = described(ada, key["KeyId"])
    assert (after["KeyState"], after["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    assert after["CurrentKeyMaterialId"] == answer["KeyMaterialId"]
    blob = run_as(ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    opened = run_as(ada, "Decrypt", {"CiphertextBlob": blob})
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"x", answer["KeyMaterialId"])


def test_the_same_bytes_in_another_key_are_another_material(people):
    ada = people.ada
    first, second = imported_key(ada, MATERIAL), imported_key(ada, MATERIAL)
    assert first["CurrentKeyMaterialId"] != second["CurrentKeyMaterialId"]
    blob = run_as(ada, "Encrypt", {"KeyId": first["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    assert refused(ada, "Decrypt", {"KeyId": second["KeyId"], "CiphertextBlob": blob}).code == "IncorrectKeyException"


def test_parameters_are_a_public_key_and_a_token_for_a_day(people):
    key, then = external_key(people.ada), clock.account_time(0)
    given = parameters(people.ada, key["KeyId"], time=then)
    assert given.keys() == {"KeyId", "ImportToken", "PublicKey", "ParametersValidTo"}
    assert (given["KeyId"], given["ParametersValidTo"]) == (key["Arn"], then + days(1))


@pytest.mark.parametrize(
    ("algorithm", "spec"),
    [
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"),
        ("RSA_AES_KEY_WRAP_SHA_1", "RSA_2048"),
        ("RSAES_PKCS1_V1_5", "RSA_2048"),
        ("RSAES_OAEP_SHA_256", "SM2"),
        ("SM2PKE", "SM2"),
    ],
)
def test_a_symmetric_key_takes_only_oaep_under_rsa(people, algorithm, spec):
    key_id = external_key(people.ada)["KeyId"]
    members = {"KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec}
    assert refused(people.ada, "GetParametersForImport", members) == Refused(
        "ValidationException",
        f"Wrapping algorithm {algorithm} and wrapping key spec {spec} cannot be used to import a SYMMETRIC_DEFAULT "
        "key.",
    )


@pytest.mark.parametrize("state", ["Disabled", "Enabled"])
def test_parameters_are_given_whatever_the_material(people, state):
    key = imported_key(people.ada)
    if state == "Disabled":
        run_as(people.ada, "DisableKey", {"KeyId": key["KeyId"]})
    parameters(people.ada, key["KeyId"])


@pytest.mark.parametrize("action", ["GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"])
def test_a_key_whose_material_is_the_services_own_takes_no_other(people, action):
    key, external = make_key(people.ada), external_key(people.ada)
    members = {
        "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        "ImportKeyMaterial": wrapped_members(people.ada, external["KeyId"], MATERIAL),
        "DeleteImportedKeyMaterial": {},
    }[action]
    assert refused(people.ada, action, {**members, "KeyId": key["KeyId"]}) == Refused(
        "UnsupportedOperationException", f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
    )


# --- tokens and wrapping ----------------------------------------------------------------------------------------------
def test_a_token_is_good_for_its_key_alone(people):
    first, second = external_key(people.ada)["KeyId"], external_key(people.ada)["KeyId"]
    members = wrapped_members(people.ada, first, MATERIAL)
    assert refused(people.ada, "ImportKeyMaterial", {**members, "KeyId": second}) == Refused(
        "InvalidImportTokenException", None
    )


@pytest.mark.parametrize("position", [0, 8, 40, -1])
def test_an_altered_token_is_refused(people, position):
    members = wrapped_members(people.ada, external_key(people.ada)["KeyId"], MATERIAL)
    token = bytearray(members["ImportToken"])
    token[position] ^= 1
    assert refused(people.ada, "ImportKeyMaterial", {**members, "ImportToken": bytes(token)}) == Refused(
        "InvalidImportTokenException", None
    )


def test_a_token_expires_after_a_day_and_may_be_used_again_until_then(people):
    key_id, then = external_key(people.ada)["KeyId"], clock.account_time(0)
    members = wrapped_members(people.ada, key_id, MATERIAL, time=then)
    for hours in (1, 23.99):
        run_as(people.ada, "ImportKeyMaterial", members, time=then + timedelta(hours=hours))
    assert refused(people.ada, "ImportKeyMaterial", members, time=then + days(1)) == Refused(
        "ExpiredImportTokenException", None
    )


def test_material_wrapped_for_another_set_of_parameters_does_not_unwrap(people, new_wrapping_keys):
    key_id = external_key(people.ada)["KeyId"]
    first, second = parameters(people.ada, key_id), parameters(people.ada, key_id)
    members = {"KeyId": key_id, "ImportToken": first["ImportToken"], **FOR_EVER}
    for public_key, code in ((second["PublicKey"], "InvalidCiphertextException"), (first["PublicKey"], None)):
        request = {**members, "EncryptedKeyMaterial": wrap(public_key, MATERIAL)}
        if code:
            assert refused(people.ada, "ImportKeyMaterial", request) == Refused(code, None)
        else:
            run_as(people.ada, "ImportKeyMaterial", request)


@pytest.mark.parametrize("length", [16, 31, 33])
def test_symmetric_material_has_32_bytes(people, length):
    members = wrapped_members(people.ada, external_key(people.ada)["KeyId"], os.urandom(length))
    assert refused(people.ada, "ImportKeyMaterial", members) == Refused("InvalidCiphertextException", None)


def test_a_wrapped_material_of_another_length_than_the_wrapping_key_is_refused(people):
    members = wrapped_members(people.ada, external_key(people.ada)["KeyId"], MATERIAL)
    assert refused(
        people.ada, "ImportKeyMaterial", {**members, "EncryptedKeyMaterial": members["EncryptedKeyMaterial"] + b"\0"}
    ) == Refused("ValidationException", "Invalid encrypted key size.")


# --- expiration -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({}, "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"),
        (
            {"ExpirationModel": "KEY_MATERIAL_EXPIRES"},
            "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
        ),
        (
            {**FOR_EVER, "ValidTo": 60},
            "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
        ),
        ({"ValidTo": 0}, "ValidTo must be in the future"),
        ({"ValidTo": 365 * 86_400}, "ValidTo must be less than 365 days in the future"),
        ({"ValidTo": 10.0**30}, "ValidTo must be less than 365 days in the future"),
    ],
)
def test_the_expiration_is_a_date_within_a_year_or_none(people, members, text):
    key_id, then = external_key(people.ada)["KeyId"], clock.account_time(0)
    request = wrapped_members(people.ada, key_id, MATERIAL, time=then)
    del request["ExpirationModel"]
    if "ValidTo" in members:
        members = {**members, "ValidTo": then.timestamp() + members["ValidTo"]}
    assert refused(people.ada, "ImportKeyMaterial", {**request, **members}, time=then) == Refused(
        "ValidationException", text
    )


@pytest.mark.postgres
def test_expired_material_is_missing_at_once_and_can_be_imported_again(people):
    ada, key_id = people.ada, external_key(people.ada)["KeyId"]
    then = clock.account_time(0).replace(microsecond=0)
    end = then + timedelta(hours=2)
    import_into(ada, key_id, MATERIAL, ValidTo=end.timestamp() + 0.7, options={"time": then})
    before = described(ada, key_id, time=end - timedelta(seconds=1))
    assert before["KeyState"] == "Enabled"
    assert (before["ExpirationModel"], before["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", end)
    after = described(ada, key_id, time=end)
    assert after["KeyState"] == "PendingImport"
    assert not after.keys() & {"ExpirationModel", "ValidTo"}
    assert after["CurrentKeyMaterialId"] == before["CurrentKeyMaterialId"]
    (listed,) = materials(ada, key_id, time=end)
    assert (listed["ImportState"], "ValidTo" in listed) == ("PENDING_IMPORT", False)
    import_into(ada, key_id, MATERIAL, options={"time": end})
    assert described(ada, key_id, time=end + days(400))["KeyState"] == "Enabled"


def test_importing_the_same_again_changes_only_its_expiration(people):
    ada, key, then = people.ada, imported_key(people.ada, MATERIAL), clock.account_time(0)
    import_into(ada, key["KeyId"], MATERIAL, ValidTo=(then + days(30)).timestamp(), options={"time": then})
    after = described(ada, key["KeyId"])
    assert (after["ExpirationModel"], after["KeyState"]) == ("KEY_MATERIAL_EXPIRES", "Enabled")
    assert after["CurrentKeyMaterialId"] == key["CurrentKeyMaterialId"]
    import_into(ada, key["KeyId"], MATERIAL)
    assert "ValidTo" not in described(ada, key["KeyId"])


def test_importing_again_enables_a_disabled_key(people):
    ada, key = people.ada, imported_key(people.ada, MATERIAL)
    run_as(ada, "DisableKey", {"KeyId": key["KeyId"]})
    import_into(ada, key["KeyId"], MATERIAL)
    assert described(ada, key["KeyId"])["KeyState"] == "Enabled"


# --- which material ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("more", [{}, {"ImportType": "EXISTING_KEY_MATERIAL"}])
def test_other_material_than_the_first_is_refused(people, more):
    key = imported_key(people.ada, MATERIAL)
    members = wrapped_members(people.ada, key["KeyId"], os.urandom(32))
    assert refused(people.ada, "ImportKeyMaterial", {**members, **more}) == Refused(
        "IncorrectKeyMaterialException",
        f"Imported key material does not have the expected identifier ({key['CurrentKeyMaterialId']}).",
    )


def test_a_key_material_id_must_be_that_of_the_material(people):
    key = imported_key(people.ada, MATERIAL)
    members = wrapped_members(people.ada, key["KeyId"], MATERIAL)
    run_as(people.ada, "ImportKeyMaterial", {**members, "KeyMaterialId": key["CurrentKeyMaterialId"]})
    assert refused(people.ada, "ImportKeyMaterial", {**members, "KeyMaterialId": UNKNOWN_ID}) == Refused(
        "IncorrectKeyMaterialException",
        f"Imported key material does not have the expected identifier ({UNKNOWN_ID}).",
    )


def test_known_material_cannot_be_imported_as_new(people):
    key = imported_key(people.ada, MATERIAL)
    members = wrapped_members(people.ada, key["KeyId"], MATERIAL)
    assert refused(people.ada, "ImportKeyMaterial", {**members, "ImportType": "NEW_KEY_MATERIAL"}) == Refused(
        "IncorrectKeyMaterialException",
        f"Key material (id: {key['CurrentKeyMaterialId']}) being imported as NEW_KEY_MATERIAL is already associated "
        f"with KMS key {key['Arn']}.",
    )


def test_new_material_has_no_id_yet(people):
    key = imported_key(people.ada, MATERIAL)
    members = wrapped_members(people.ada, key["KeyId"], os.urandom(32))
    request = {**members, "ImportType": "NEW_KEY_MATERIAL", "KeyMaterialId": UNKNOWN_ID}
    assert refused(people.ada, "ImportKeyMaterial", request) == Refused(
        "ValidationException", "Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType."
    )


# --- deletion ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["Enabled", "Disabled"])
def test_deleting_the_material_leaves_a_key_that_awaits_it(people, state):
    ada, key = people.ada, imported_key(people.ada, MATERIAL)
    blob = run_as(ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    if state == "Disabled":
        run_as(ada, "DisableKey", {"KeyId": key["KeyId"]})
    for _ in range(2):  # deleting what is gone succeeds too
        answer = run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key["KeyId"]})
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": key["CurrentKeyMaterialId"]}
        after = described(ada, key["KeyId"])
        assert (after["KeyState"], "ExpirationModel" in after) == ("PendingImport", False)
        assert after["CurrentKeyMaterialId"] == key["CurrentKeyMaterialId"]
    assert refused(ada, "Decrypt", {"CiphertextBlob": blob}).code == "KMSInvalidStateException"
    import_into(ada, key["KeyId"], MATERIAL)
    assert run_as(ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"x"


def test_deleting_from_a_key_that_never_had_material_answers_the_key(people):
    key = external_key(people.ada)
    assert run_as(people.ada, "DeleteImportedKeyMaterial", {"KeyId": key["KeyId"]}) == {"KeyId": key["Arn"]}
    members = {"KeyId": key["KeyId"], "KeyMaterialId": UNKNOWN_ID}
    assert refused(people.ada, "DeleteImportedKeyMaterial", members) == Refused(
        "ValidationException",
        f"Key material (id: {UNKNOWN_ID}) has never been imported into KMS key {key['Arn']}.",
    )


def test_a_doomed_key_stays_doomed_without_its_material_and_then_awaits_it(people):
    ada, key = people.ada, imported_key(people.ada, MATERIAL)
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"]})
    run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key["KeyId"]})
    assert described(ada, key["KeyId"])["KeyState"] == "PendingDeletion"
    run_as(ada, "CancelKeyDeletion", {"KeyId": key["KeyId"]})
    assert described(ada, key["KeyId"])["KeyState"] == "PendingImport"


def test_a_key_that_awaits_material_is_neither_enabled_nor_rotated(people):
    ada, key = people.ada, external_key(people.ada)
    pending = Refused("KMSInvalidStateException", f"{key['Arn']} is pending import.")
    for action in ("EnableKey", "DisableKey", "RotateKeyOnDemand"):
        assert refused(ada, action, {"KeyId": key["KeyId"]}) == pending
    assert refused(ada, "EnableKeyRotation", {"KeyId": key["KeyId"]}) == Refused(
        "UnsupportedOperationException", f"{key['Arn']} origin is EXTERNAL which is not valid for this operation."
    )
    assert run_as(ada, "GetKeyRotationStatus", {"KeyId": key["KeyId"]})["KeyRotationEnabled"] is False
