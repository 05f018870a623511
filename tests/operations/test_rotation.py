"""Automatic rotation, rotation on demand, and their lists. Source: kms-semantics 4.8 and 4.9."""

from datetime import timedelta

import pytest

from operations import clock
from tests.builders import Refused, days, make_key, refused, run_as
from tests.operations.requests import make_scene


@pytest.fixture
def at_once(settings):
    """A rotation on demand takes no time."""
    settings.KMS_ROTATION_SECONDS = 0


def status(person, key_id: str, **options):
    return run_as(person, "GetKeyRotationStatus", {"KeyId": key_id}, **options)


@pytest.mark.parametrize(
    ("period", "bound"), [(89, "greater than or equal to 90"), (2561, "less than or equal to 2560")]
)
def test_the_period_is_90_to_2560_days(people, period, bound):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": period}) == Refused(
        "ValidationException",
        f"1 validation error detected: Value '{period}' at 'rotationPeriodInDays' failed to satisfy constraint: Member "
        f"must have value {bound}",
    )
    for allowed in (90, 2560):
        run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": allowed})
        assert status(people.ada, key_id)["RotationPeriodInDays"] == allowed


def test_a_new_key_does_not_rotate(people):
    key = make_key(people.ada)
    assert status(people.ada, key["KeyId"]) == {"KeyRotationEnabled": False, "KeyId": key["Arn"]}


@pytest.mark.postgres
def test_the_first_period_is_a_year_counted_from_the_call(people):
    key_id, then = make_key(people.ada)["KeyId"], clock.account_time(0)
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id}, time=then)
    found = status(people.ada, key_id)
    assert (found["KeyRotationEnabled"], found["RotationPeriodInDays"]) == (True, 365)
    assert found["NextRotationDate"] == then + days(365)


def test_the_same_period_again_keeps_the_date_and_another_one_moves_it(people):
    key_id, then = make_key(people.ada)["KeyId"], clock.account_time(0)
    later = then + days(10)
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 100}, time=then)
    for same in ({}, {"RotationPeriodInDays": 100}):
        run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, **same}, time=later)
        assert status(people.ada, key_id)["NextRotationDate"] == then + days(100)
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 200}, time=later)
    assert status(people.ada, key_id)["NextRotationDate"] == later + days(200)


def test_switching_off_and_on_forgets_period_and_date(people):
    key_id, then = make_key(people.ada)["KeyId"], clock.account_time(0)
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 100}, time=then)
    run_as(people.ada, "DisableKeyRotation", {"KeyId": key_id})
    assert status(people.ada, key_id).keys() == {"KeyRotationEnabled", "KeyId"}
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id}, time=then + days(1))
    found = status(people.ada, key_id)
    assert (found["RotationPeriodInDays"], found["NextRotationDate"]) == (365, then + days(366))


def test_a_doomed_key_shows_no_rotation_and_gets_its_schedule_back(people):
    key_id = make_key(people.ada)["KeyId"]
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 100})
    before = status(people.ada, key_id)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key_id})
    assert status(people.ada, key_id)["KeyRotationEnabled"] is False
    run_as(people.ada, "CancelKeyDeletion", {"KeyId": key_id})
    assert status(people.ada, key_id) == before


def test_rotation_on_demand_takes_a_while_and_a_second_call_starts_nothing(people, settings):
    settings.KMS_ROTATION_SECONDS = 60
    ada, scene, then = people.ada, make_scene(people.ada), clock.account_time(0)
    first = run_as(ada, "DescribeKey", {"KeyId": scene.arn})["KeyMetadata"]["CurrentKeyMaterialId"]
    for seconds in (0, 30):
        moment = then + timedelta(seconds=seconds)
        assert run_as(ada, "RotateKeyOnDemand", {"KeyId": scene.key_id}, time=moment) == {"KeyId": scene.arn}
        assert status(ada, scene.key_id, time=moment)["OnDemandRotationStartDate"] == then
    done = then + timedelta(seconds=61)
    assert "OnDemandRotationStartDate" not in status(ada, scene.key_id, time=done)
    (rotation,) = run_as(ada, "ListKeyRotations", {"KeyId": scene.key_id}, time=done)["Rotations"]
    assert rotation["KeyMaterialId"] != first
    assert (rotation["RotationType"], rotation["KeyMaterialState"]) == ("ON_DEMAND", "CURRENT")
    assert rotation["RotationDate"] == then + timedelta(seconds=60)


def test_a_running_rotation_ends_although_the_key_is_disabled(people, settings):
    settings.KMS_ROTATION_SECONDS = 60
    ada, key, then = people.ada, make_key(people.ada), clock.account_time(0)
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]}, time=then)
    run_as(ada, "DisableKey", {"KeyId": key["KeyId"]}, time=then)
    after = run_as(ada, "DescribeKey", {"KeyId": key["KeyId"]}, time=then + timedelta(seconds=61))["KeyMetadata"]
    assert after["CurrentKeyMaterialId"] != key["CurrentKeyMaterialId"]


@pytest.mark.postgres
def test_old_ciphertext_opens_and_names_its_material(people, at_once):
    ada, scene = people.ada, make_scene(people.ada)
    before = run_as(ada, "Decrypt", {"CiphertextBlob": scene.blob})
    run_as(ada, "RotateKeyOnDemand", {"KeyId": scene.key_id})
    assert run_as(ada, "Decrypt", {"CiphertextBlob": scene.blob}) == before
    made = run_as(ada, "GenerateDataKey", {"KeyId": scene.key_id, "KeySpec": "AES_128"})
    assert made["KeyMaterialId"] != before["KeyMaterialId"]
    assert run_as(ada, "Decrypt", {"CiphertextBlob": made["CiphertextBlob"]})["KeyMaterialId"] == made["KeyMaterialId"]


def test_at_most_25_rotations_on_demand(people, at_once):
    key = make_key(people.ada)
    for _ in range(25):
        run_as(people.ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]})
    assert refused(people.ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]}) == Refused(
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        f"performed for this key: {key['Arn']}",
    )
    pages = run_as(people.ada, "ListKeyRotations", {"KeyId": key["KeyId"], "Limit": 20})
    assert (len(pages["Rotations"]), pages["Truncated"]) == (20, True)
    last = run_as(people.ada, "ListKeyRotations", {"KeyId": key["KeyId"], "Limit": 20, "Marker": pages["NextMarker"]})
    assert (len(last["Rotations"]), last["Truncated"]) == (5, False)
    dates = [entry["RotationDate"] for entry in (*pages["Rotations"], *last["Rotations"])]
    assert dates == sorted(dates)


def test_no_rotation_on_demand_just_before_an_automatic_one(people):
    ada, key_id, then = people.ada, make_key(people.ada)["KeyId"], clock.account_time(0)
    run_as(ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 90}, time=then)
    due = then + days(90)
    refusal = refused(ada, "RotateKeyOnDemand", {"KeyId": key_id}, time=due - timedelta(minutes=20))
    assert refusal.code == "ConflictException"
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id}, time=due - timedelta(minutes=20, seconds=1))


def test_rotation_on_demand_does_not_move_the_schedule(people, at_once):
    ada, key_id = people.ada, make_key(people.ada)["KeyId"]
    run_as(ada, "EnableKeyRotation", {"KeyId": key_id})
    before = status(ada, key_id)
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id})
    assert status(ada, key_id) == before


def test_the_list_leaves_out_the_first_material_unless_asked(people, at_once):
    ada, key = people.ada, make_key(people.ada)
    assert run_as(ada, "ListKeyRotations", {"KeyId": key["KeyId"]}) == {"Rotations": [], "Truncated": False}
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key["KeyId"]})
    whole = {"KeyId": key["KeyId"], "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    first, second = run_as(ada, "ListKeyRotations", whole)["Rotations"]
    assert first == {
        "KeyId": key["Arn"],
        "KeyMaterialId": key["CurrentKeyMaterialId"],
        "KeyMaterialState": "NON_CURRENT",
    }
    assert [second] == run_as(ada, "ListKeyRotations", {"KeyId": key["KeyId"]})["Rotations"]
