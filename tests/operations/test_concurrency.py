"""Many callers at once: what was refused stays refused, what is unique is made once, every call leaves one record."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from audit.models import AuditEvent
from audit.names import names
from audit.verification import Verdict, verify_trail
from core.errors import KmsError
from keys import custody
from operations import pipeline
from tests.builders import call_as, make_key, run_as

pytestmark = pytest.mark.postgres
THREADS = 8


def in_threads(work, number: int = THREADS) -> list:
    """Run ``work(index)`` in threads that start together; each gives its database connection back."""
    together = threading.Barrier(number)

    def run(index: int):
        try:
            together.wait()
            return work(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def outcome(person, action: str, members) -> str:
    """The error code of a call, or ok."""
    try:
        pipeline.run(call_as(person, action, members))
    except KmsError as refusal:
        return refusal.code
    return "ok"


def assert_one_record_each(calls: int) -> None:
    assert AuditEvent.objects.count() == calls
    assert AuditEvent.objects.values("request_id").distinct().count() == calls
    assert verify_trail(custody.secret(custody.AUDIT_CHAIN)) == Verdict(calls)


def test_nothing_is_encrypted_after_disable_key_has_returned(people):
    key_id = make_key(people.ada)["KeyId"]
    before = AuditEvent.objects.count()
    disabled = threading.Event()
    warm = threading.Barrier(THREADS, timeout=60)

    def encrypt_or_disable(index: int) -> list[tuple[bool, str]]:
        if index == 0:
            warm.wait()
            run_as(people.ada, "DisableKey", {"KeyId": key_id})
            disabled.set()
            return [(False, "DisableKey")]
        seen, after = [], 0
        while after < 5:
            known = disabled.is_set()  # before the call is built: DisableKey has returned
            seen.append((known, outcome(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})))
            after += known
            if len(seen) == 5:
                warm.wait()
        return seen

    results = [entry for entries in in_threads(encrypt_or_disable) for entry in entries]
    assert {code for known, code in results if known} == {"DisabledException"}
    assert "ok" in {code for known, code in results if not known}
    assert_one_record_each(before + len(results))


def test_records_tell_the_order_in_which_things_happened(people):
    """No Encrypt that succeeded stands behind the DisableKey that forbade it."""
    key_id = make_key(people.ada)["KeyId"]
    before = AuditEvent.objects.count()
    encrypted = threading.Event()

    def work(index: int) -> list[str]:
        if index == 0:
            encrypted.wait(60)
            return [outcome(people.ada, "DisableKey", {"KeyId": key_id})]
        first = outcome(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})
        encrypted.set()
        return [first] + [outcome(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}) for _ in range(19)]

    in_threads(work)
    rows = list(AuditEvent.objects.order_by("chain", "sequence").values_list("event", "error")[before:])
    encrypt, disable = names.id_of("event", "kms:Encrypt"), names.id_of("event", "kms:DisableKey")
    later = rows[rows.index((disable, None)) :]
    assert (encrypt, None) in rows
    assert (encrypt, None) not in later
    assert len(rows) == 1 + 20 * (THREADS - 1)


@pytest.mark.parametrize("repetition", range(3))
def test_a_name_is_given_once(people, repetition):
    keys = [make_key(people.ada)["KeyId"] for _ in range(THREADS)]
    before = AuditEvent.objects.count()
    codes = in_threads(
        lambda index: outcome(people.ada, "CreateAlias", {"AliasName": "alias/race", "TargetKeyId": keys[index]})
    )
    assert Counter(codes) == {"ok": 1, "AlreadyExistsException": THREADS - 1}
    winner = keys[codes.index("ok")]
    assert run_as(people.ada, "DescribeKey", {"KeyId": "alias/race"})["KeyMetadata"]["KeyId"] == winner
    assert_one_record_each(before + THREADS + 1)


def test_the_last_place_is_given_once(people):
    key_id = make_key(people.ada)["KeyId"]
    for number in range(49):
        run_as(people.ada, "CreateAlias", {"AliasName": f"alias/a{number}", "TargetKeyId": key_id})
    codes = in_threads(
        lambda index: outcome(people.ada, "CreateAlias", {"AliasName": f"alias/b{index}", "TargetKeyId": key_id})
    )
    assert Counter(codes) == {"ok": 1, "LimitExceededException": THREADS - 1}
    tags = [[{"TagKey": f"k{index}-{number}", "TagValue": ""} for number in range(30)] for index in range(THREADS)]
    codes = in_threads(lambda index: outcome(people.ada, "TagResource", {"KeyId": key_id, "Tags": tags[index]}))
    assert Counter(codes) == {"ok": 1, "TagException": THREADS - 1}


def test_one_deletion_is_scheduled_and_one_rotation_started(people):
    key_id = make_key(people.ada)["KeyId"]
    in_threads(lambda index: outcome(people.ada, "RotateKeyOnDemand", {"KeyId": key_id}))
    whole = run_as(people.ada, "ListKeyRotations", {"KeyId": key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"})
    assert len(whole["Rotations"]) == 2
    codes = in_threads(lambda index: outcome(people.ada, "ScheduleKeyDeletion", {"KeyId": key_id}))
    assert Counter(codes) == {"ok": 1, "KMSInvalidStateException": THREADS - 1}


def test_writers_and_readers_of_many_keys_do_not_lose_a_call(people):
    """Each thread has a key of its own and changes it while all others do the same."""
    keys = [make_key(people.ada)["KeyId"] for _ in range(THREADS)]
    before = AuditEvent.objects.count()
    steps = ("Encrypt", "DisableKey", "Encrypt", "EnableKey", "DescribeKey", "UpdateKeyDescription") * 3

    def work(index: int) -> list[str]:
        more = {"Encrypt": {"Plaintext": b"x"}, "UpdateKeyDescription": {"Description": "x"}}
        return [outcome(people.ada, step, {"KeyId": keys[index], **more.get(step, {})}) for step in steps]

    expected = ["ok", "ok", "DisabledException", "ok", "ok", "ok"] * 3
    assert in_threads(work) == [expected] * THREADS
    assert_one_record_each(before + THREADS * len(steps))
