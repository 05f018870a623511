"""The tests' own footing: the database that was asked for, as new for each test."""

import os
import threading
from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from accounts.models import Account
from audit.trail import trail
from keys import custody

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_the_database_is_the_one_that_was_asked_for():
    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
    assert str(connection.settings_dict["NAME"]).rsplit("/", maxsplit=1)[-1].startswith("test")


@pytest.mark.parametrize("run", ["first", "second"])
def test_what_another_thread_committed_is_gone_in_the_next_test(run):
    before = list(ContentType.objects.values_list("pk", "model").order_by("pk"))
    assert before
    assert ("planted",) not in ContentType.objects.values_list("model")

    def commit():
        ContentType.objects.create(app_label="planted", model="planted")
        connection.close()

    writer = threading.Thread(target=commit)
    writer.start()
    writer.join()
    assert ContentType.objects.get(model="planted").pk == before[-1][0] + 1


@pytest.mark.parametrize("run", ["first", "second"])
def test_an_installation_is_started_and_empty(installation, run):
    assert custody.secret(custody.MARKERS)
    assert trail.configured
    assert not Account.objects.exists()
    Account.objects.create(id="111122223333", created_at=datetime(2026, 1, 1, tzinfo=UTC))
