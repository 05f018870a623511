"""What upkeep does, once: rotations after their period, deletions after the window, and their records."""

from datetime import timedelta

import pytest

from audit.changes import current_version
from audit.models import AuditEvent
from audit.names import names
from audit.verification import Verdict, verify_trail
from keys import custody
from keys.models import Alias, KeyMaterial, KmsKey, Tag
from operations.upkeep import Upkeep, run_upkeep
from policies.models import KeyPermission, KeyPolicy
from tests.builders import make_key, run_as, split_policy
from tests.operations.imports import external_key, import_into
from tests.operations.test_concurrency import in_threads

pytestmark = pytest.mark.postgres


def pass_days(person, number: float) -> None:
    run_as(person, "MoveClock", {"Days": number})


def recorded(event: str) -> int:
    return AuditEvent.objects.filter(event=names.id_of("event", f"kms:{event}")).count()


def test_with_nothing_due_nothing_is_written(people):
    make_key(people.ada)
    records, version = AuditEvent.objects.count(), current_version()
    assert run_upkeep() == Upkeep()
    assert (AuditEvent.objects.count(), current_version()) == (records, version)


def test_after_a_year_of_the_account_its_key_has_rotated_once(people):
    key = make_key(people.ada)
    blob = run_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key["KeyId"]})
    due = run_as(people.ada, "GetKeyRotationStatus", {"KeyId": key["KeyId"]})["NextRotationDate"]
    pass_days(people.ada, 364.9)
    assert run_upkeep() == Upkeep()
    pass_days(people.ada, 0.2)
    assert run_upkeep() == Upkeep(rotated=1, announced=1)
    assert run_upkeep() == Upkeep()
    assert recorded("RotateKey") == 1
    (rotation,) = run_as(people.ada, "ListKeyRotations", {"KeyId": key["KeyId"]})["Rotations"]
    assert (rotation["RotationType"], rotation["RotationDate"]) == ("AUTOMATIC", due)
    status = run_as(people.ada, "GetKeyRotationStatus", {"KeyId": key["KeyId"]})
    assert status["NextRotationDate"] == due + timedelta(days=365)
    opened = run_as(people.ada, "Decrypt", {"CiphertextBlob": blob})
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"x", key["CurrentKeyMaterialId"])


def test_a_rotation_on_demand_is_announced_once(people, settings):
    settings.KMS_ROTATION_SECONDS = 0
    run_as(people.ada, "RotateKeyOnDemand", {"KeyId": make_key(people.ada)["KeyId"]})
    assert run_upkeep() == Upkeep(announced=1)
    assert run_upkeep() == Upkeep()
    assert recorded("RotateKey") == 1


def test_a_disabled_or_doomed_key_does_not_rotate(people):
    disabled, doomed = make_key(people.ada), make_key(people.ada)
    for key in (disabled, doomed):
        run_as(people.ada, "EnableKeyRotation", {"KeyId": key["KeyId"], "RotationPeriodInDays": 90})
    run_as(people.ada, "DisableKey", {"KeyId": disabled["KeyId"]})
    pass_days(people.ada, 80)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": doomed["KeyId"], "PendingWindowInDays": 30})
    pass_days(people.ada, 11)
    assert run_upkeep() == Upkeep()
    run_as(people.ada, "EnableKey", {"KeyId": disabled["KeyId"]})
    assert run_upkeep().rotated == 1


def test_after_its_window_a_key_is_deleted_with_all_that_belongs_to_it(people):
    kept = make_key(people.ada, alias="kept")
    key = make_key(people.ada, alias="gone", tags={"team": "hr"}, policy=split_policy(people.alice, people.bob))
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"], "PendingWindowInDays": 7})
    pk = KmsKey.objects.get(key_id=key["KeyId"]).pk
    pass_days(people.ada, 6.9)
    assert run_upkeep() == Upkeep()
    pass_days(people.ada, 0.2)
    assert run_upkeep() == Upkeep(deleted=1)
    assert run_upkeep() == Upkeep()
    assert recorded("DeleteKey") == 1
    assert not KmsKey.objects.filter(pk=pk).exists()
    for model in (Alias, KeyMaterial, Tag, KeyPolicy):
        assert not model.objects.filter(key_id=pk).exists()
    assert not KeyPermission.objects.filter(content_object_id=pk).exists()
    assert run_as(people.ada, "DescribeKey", {"KeyId": "alias/kept"})["KeyMetadata"]["KeyId"] == kept["KeyId"]
    assert verify_trail(custody.secret(custody.AUDIT_CHAIN)) == Verdict(AuditEvent.objects.count())


def test_an_event_has_the_time_of_what_it_tells_and_not_of_the_sweep(people):
    """To callers the key was gone, rotated or without its material from that moment on."""
    ada, doomed, rotating = people.ada, make_key(people.ada)["KeyId"], make_key(people.ada)["KeyId"]
    expiring = external_key(ada)["KeyId"]
    start = run_as(ada, "DescribeKey", {"KeyId": expiring})["KeyMetadata"]["CreationDate"]
    import_into(ada, expiring, bytes(32), ValidTo=(start + timedelta(days=20)).timestamp())
    due = {
        "DeleteKey": run_as(ada, "ScheduleKeyDeletion", {"KeyId": doomed})["DeletionDate"],
        "DeleteExpiredKeyMaterial": run_as(ada, "DescribeKey", {"KeyId": expiring})["KeyMetadata"]["ValidTo"],
    }
    run_as(ada, "EnableKeyRotation", {"KeyId": rotating, "RotationPeriodInDays": 90})
    due["RotateKey"] = run_as(ada, "GetKeyRotationStatus", {"KeyId": rotating})["NextRotationDate"]
    pass_days(ada, 100)
    run_upkeep()
    for event, moment in due.items():
        wanted = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": event}]}
        ranged = {**wanted, "StartTime": (moment - timedelta(days=1)).timestamp()}
        (found,) = run_as(ada, "LookupEvents", ranged)["Events"]
        assert found["EventTime"] == moment.replace(microsecond=0), event


def test_upkeep_twice_at_the_same_time_does_everything_once(people):
    for _ in range(3):
        key_id = make_key(people.ada)["KeyId"]
        run_as(people.ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 90})
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": make_key(people.ada)["KeyId"], "PendingWindowInDays": 7})
    pass_days(people.ada, 91)
    results = in_threads(lambda index: run_upkeep(), 4)
    totals = [sum(getattr(result, name) for result in results) for name in ("rotated", "announced", "deleted")]
    assert totals == [3, 3, 1]
    assert (recorded("RotateKey"), recorded("DeleteKey")) == (3, 1)
