"""Slow work is done before the writers' lock is taken, and only for callers who may."""

import threading

import pytest
from django.db import connection

from audit.trail import write_gate
from operations import registry
from operations.registry import OPERATIONS, Outcome, kms_operation
from tests.builders import make_key, refused, run_as


@pytest.fixture
def slow_action():
    """An action that notes, while it prepares, whether others could write; its name is a real action's, replaced."""
    seen: list[str] = []

    def others_can_write() -> bool:
        free = []

        def try_it() -> None:
            if write_gate.acquire(blocking=False):
                write_gate.release()
                free.append(True)

        other = threading.Thread(target=try_it)
        other.start()
        other.join()
        return bool(free)

    def note(stage: str) -> None:
        seen.append(f"{stage}: {'locked' if connection.in_atomic_block or not others_can_write() else 'free'}")

    def prepare(call, request, key) -> str:
        note("prepare")
        return "prepared"

    original = OPERATIONS.pop("DisableKey")

    @kms_operation("DisableKey", writes=True, prepare=prepare, resolve=original.resolve)
    def run(call, request, key, prepared) -> Outcome:
        note(f"run with {prepared}")
        return Outcome()

    yield seen
    registry.OPERATIONS["DisableKey"] = original


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks rows, not the database")
def test_slow_work_is_done_while_others_can_write(people, slow_action):
    key = make_key(people.ada)
    run_as(people.ada, "DisableKey", {"KeyId": key["KeyId"]})
    assert slow_action == ["prepare: free", "run with prepared: locked"]


def test_who_may_not_call_an_action_causes_no_slow_work(people, slow_action):
    key = make_key(people.ada)
    assert refused(people.mallory, "DisableKey", {"KeyId": key["KeyId"]}).code == "AccessDeniedException"
    assert slow_action == []


def test_create_key_and_data_key_pairs_generate_before_the_lock():
    registry.load_actions()
    with_prepare = {name for name, operation in OPERATIONS.items() if operation.prepare is not None}
    assert with_prepare >= {"CreateKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"}


def test_a_combination_that_cannot_be_is_refused_and_recorded_once(people):
    from audit.models import AuditEvent

    before = AuditEvent.objects.count()
    assert refused(people.ada, "CreateKey", {"KeySpec": "RSA_2048"}).code == "ValidationException"
    assert AuditEvent.objects.count() == before + 1
