"""Upkeep that the service does itself: in the background, by one process at a time, and never fatal."""

import logging
import threading
import time

import pytest
from django.db import connections

from keys.models import KmsKey
from operations import background_upkeep, clock
from tests.builders import days, make_key
from tests.wire.test_database_failures import unwritable_trail

pytestmark = pytest.mark.postgres


@pytest.fixture
def due_key(people) -> str:
    """A key whose waiting period is over."""
    key_id = make_key(people.ada, state="PendingDeletion")["KeyId"]
    KmsKey.objects.filter(key_id=key_id).update(deletion_date=clock.machine_time() - days(1))
    return str(key_id)


def exists(key_id: str) -> bool:
    return KmsKey.objects.filter(key_id=key_id).exists()


def in_another_thread(work):
    """Run ``work`` with a database connection of its own, as another process has."""
    results = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return results[0]


def test_the_started_thread_does_what_is_due(due_key):
    stop = background_upkeep.start(0.05)
    try:
        deadline = time.monotonic() + 60
        while exists(due_key) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not exists(due_key)
    finally:
        stop.set()
        for thread in threading.enumerate():
            if thread.name == "upkeep":
                thread.join(60)


def test_one_process_at_a_time_does_it(due_key):
    with background_upkeep.only_runner() as mine:
        assert mine
        assert in_another_thread(background_upkeep.run_once) is False
        assert exists(due_key)
    assert in_another_thread(background_upkeep.run_once) is True
    assert not exists(due_key)


def test_a_failure_is_logged_and_the_next_run_works(due_key, caplog):
    with unwritable_trail(), caplog.at_level(logging.ERROR):
        assert background_upkeep.run_once() is False
    assert "Upkeep failed" in caplog.text
    assert exists(due_key)
    assert background_upkeep.run_once() is True
    assert not exists(due_key)
