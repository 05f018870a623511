"""When the audit trail cannot be written, nothing is answered; when it can again, everything is as before."""

import base64
import json
import logging
from contextlib import contextmanager

import pytest
from django.db import connection

from audit.models import AuditEvent
from audit.trail import trail
from audit.verification import Verdict, verify_trail
from keys import custody
from keys.models import KmsKey
from tests.builders import make_key
from tests.operations.test_concurrency import in_threads
from tests.wire.http import ask

pytestmark = pytest.mark.postgres

# The database itself refuses each record, and then no longer.
REFUSE = {
    "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON audit_auditevent BEGIN SELECT RAISE(ABORT, 'no space'); END",
    "postgresql": "ALTER TABLE audit_auditevent ADD CONSTRAINT refuse CHECK (false) NOT VALID",
}
ACCEPT = {
    "sqlite": "DROP TRIGGER refuse",
    "postgresql": "ALTER TABLE audit_auditevent DROP CONSTRAINT refuse",
}


@contextmanager
def unwritable_trail():
    def execute(statements):
        with connection.cursor() as cursor:
            cursor.execute(statements[connection.vendor])

    trail.close()  # a statement that was prepared before would have to be prepared again
    execute(REFUSE)
    try:
        yield
    finally:
        execute(ACCEPT)


@pytest.fixture
def encrypt(people):
    key_id = make_key(people.ada)["KeyId"]
    body = json.dumps({"KeyId": key_id, "Plaintext": base64.b64encode(b"payroll").decode()}).encode()
    return lambda: ask(people.ada, "Encrypt", body)


def test_an_answer_that_cannot_be_recorded_does_not_leave(encrypt, caplog):
    assert encrypt().status == 200
    before = AuditEvent.objects.count()
    with unwritable_trail(), caplog.at_level(logging.CRITICAL):
        refused = encrypt()
    assert (refused.status, refused.code) == (500, "KMSInternalException")
    assert "CiphertextBlob" not in refused.json
    assert AuditEvent.objects.count() == before
    assert encrypt().status == 200
    assert verify_trail(custody.secret(custody.AUDIT_CHAIN)) == Verdict(before + 1)


def test_a_change_that_cannot_be_recorded_is_not_made(people, encrypt, caplog):
    before = KmsKey.objects.count()
    with unwritable_trail(), caplog.at_level(logging.CRITICAL):
        refused = ask(people.ada, "CreateKey")
    assert (refused.status, refused.code) == (500, "KMSInternalException")
    assert KmsKey.objects.count() == before
    assert ask(people.ada, "CreateKey").status == 200
    assert encrypt().status == 200


def test_everybody_who_waited_for_the_same_commit_is_refused(encrypt, caplog):
    assert encrypt().status == 200
    before = AuditEvent.objects.count()
    with unwritable_trail(), caplog.at_level(logging.CRITICAL):
        answers = in_threads(lambda index: [encrypt().status for _ in range(5)])
    assert answers == [[500] * 5] * 8
    assert in_threads(lambda index: encrypt().status) == [200] * 8
    assert verify_trail(custody.secret(custody.AUDIT_CHAIN)) == Verdict(before + 8)
