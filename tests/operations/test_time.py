"""Time that really passes: 400 simulated days in seconds leave the states that the tables demand."""

import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from core.errors import AccessDeniedException, NotFoundException, ValidationException
from keys.models import KmsKey
from operations.snapshots import cache
from operations.upkeep import Upkeep, run_upkeep
from tests.builders import call_as, make_key, run_as
from tests.operations.imports import external_key, import_into, imported_key
from tests.operations.regions import AWAY, replicated_key, state
from tests.people import REGION


def pass_days(person, days):
    run_as(person, "MoveClock", {"Days": days})
    return run_upkeep()


def test_400_days_rotate_every_90_and_old_ciphertext_still_opens(people):
    key = make_key(people.ada)["KeyId"]
    old = run_as(people.ada, "Encrypt", {"KeyId": key, "Plaintext": b"old"})["CiphertextBlob"]
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key, "RotationPeriodInDays": 90})
    first_date = run_as(people.ada, "GetKeyRotationStatus", {"KeyId": key})["NextRotationDate"]
    assert pass_days(people.ada, 400).rotated == 4
    rotations = run_as(people.ada, "ListKeyRotations", {"KeyId": key})["Rotations"]
    assert [entry["RotationDate"] for entry in rotations] == [first_date + timedelta(days=90 * n) for n in range(4)]
    assert {entry["RotationType"] for entry in rotations} == {"AUTOMATIC"}
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": old})["Plaintext"] == b"old"
    assert pass_days(people.ada, 0.1).rotated == 0


def test_400_days_in_seconds_leave_every_key_in_the_state_that_the_tables_demand(people, settings):
    """kms-semantics 4.7 to 4.11, one key of each fate and fifty that rotate; seconds of computing, however busy."""
    settings.KMS_ROTATION_SECONDS = settings.KMS_REPLICATION_SECONDS = 0
    ada, start = people.ada, call_as(people.ada, "ListKeys").time
    rotating = [make_key(ada)["KeyId"] for _ in range(50)]
    for key_id in rotating:
        run_as(ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 90})
    copied = replicated_key(ada)
    run_as(ada, "EnableKeyRotation", {"KeyId": copied, "RotationPeriodInDays": 180})
    stopped = replicated_key(ada)  # its primary waits for its replica, then for its own period
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": stopped, "PendingWindowInDays": 7})
    leaving = replicated_key(ada)
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": leaving, "PendingWindowInDays": 30}, region=AWAY)
    both = replicated_key(ada)
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": both, "PendingWindowInDays": 30})
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": both, "PendingWindowInDays": 7}, region=AWAY)
    expiring, lasting = external_key(ada)["KeyId"], imported_key(ada)["KeyId"]
    import_into(ada, expiring, bytes(32), ValidTo=(start + timedelta(days=300)).timestamp())
    doomed, saved = make_key(ada, state="PendingDeletion")["KeyId"], make_key(ada, state="PendingDeletion")["KeyId"]
    run_as(ada, "CancelKeyDeletion", {"KeyId": saved})
    awaiting, disabled = external_key(ada)["KeyId"], make_key(ada, state="Disabled")["KeyId"]

    begun = time.process_time()
    done = pass_days(ada, 400)
    assert time.process_time() - begun < 20
    assert (done.rotated, done.expired, done.deleted) == (50 * 4 + 2, 1, 4)
    assert pass_days(ada, 0.01) == Upkeep()

    def state_of(key_id: str, region: str = REGION) -> str:
        try:
            return state(ada, key_id, region)
        except NotFoundException:
            return "gone"

    assert {state_of(key_id) for key_id in rotating} == {"Enabled"}
    assert {len(run_as(ada, "ListKeyRotations", {"KeyId": key_id})["Rotations"]) for key_id in rotating} == {4}
    for region in (REGION, AWAY):
        assert len(run_as(ada, "ListKeyRotations", {"KeyId": copied}, region=region)["Rotations"]) == 2
    assert [state_of(key_id) for key_id in (copied, leaving, lasting)] == ["Enabled"] * 3
    assert [state_of(key_id) for key_id in (expiring, awaiting)] == ["PendingImport"] * 2
    assert [state_of(key_id) for key_id in (saved, disabled)] == ["Disabled"] * 2
    assert [state_of(key_id) for key_id in (doomed, both)] == ["gone"] * 2
    assert state_of(stopped) == "PendingReplicaDeletion"
    away = {key_id: state_of(key_id, AWAY) for key_id in (copied, stopped, leaving, both)}
    assert away == {copied: "Enabled", stopped: "Enabled", leaving: "gone", both: "gone"}


def test_what_fell_due_while_a_key_was_disabled_is_made_up_for_once(people):
    key = make_key(people.ada)["KeyId"]
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key, "RotationPeriodInDays": 90})
    run_as(people.ada, "DisableKey", {"KeyId": key})
    assert pass_days(people.ada, 400).rotated == 0
    run_as(people.ada, "EnableKey", {"KeyId": key})
    assert run_upkeep().rotated == 1


def test_a_key_is_gone_when_its_waiting_period_is_over_swept_or_not(people):
    key = make_key(people.ada, alias="short")["KeyId"]
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    run_as(people.ada, "MoveClock", {"Days": 7.01})
    with pytest.raises(NotFoundException, match="does not exist"):
        run_as(people.ada, "DescribeKey", {"KeyId": key})
    assert run_upkeep().deleted == 1
    assert not KmsKey.objects.filter(key_id=key).exists()
    with pytest.raises(NotFoundException):
        run_as(people.ada, "DescribeKey", {"KeyId": "alias/short"})


def test_the_other_accounts_clock_stays(people):
    theirs = make_key(people.olga)
    pass_days(people.ada, 400)
    later = make_key(people.olga)
    assert later["CreationDate"] - theirs["CreationDate"] < timedelta(minutes=5)


def test_only_who_may_moves_the_clock_and_never_back(people):
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, "MoveClock", {"Days": 1})
    for days in (-1, 0, "soon", 1e9):
        with pytest.raises(ValidationException):
            run_as(people.ada, "MoveClock", {"Days": days})


def test_no_clock_leaves_the_calendar(people):
    for _ in range(10):
        run_as(people.ada, "MoveClock", {"Days": 3650})
    with pytest.raises(ValidationException, match="at most 36500 days ahead"):
        run_as(people.ada, "MoveClock", {"Days": 1})
    with pytest.raises(CommandError, match="at most 36500 days ahead"):
        call_command("move_clock", people.ada.account_id, "--days", "1")
    assert run_upkeep() == Upkeep()


def test_the_command_moves_the_clock_and_does_what_is_due(people, capsys):
    key = make_key(people.ada)["KeyId"]
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    call_command("move_clock", people.ada.account_id, "--days", "8", "--json")
    assert '"deleted": 1' in capsys.readouterr().out
    cache.refresh()
    with pytest.raises(NotFoundException):
        run_as(people.ada, "DescribeKey", {"KeyId": key})
