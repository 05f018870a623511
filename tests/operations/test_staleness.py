"""An answer never rests on something outdated, whoever changed it and wherever."""

import logging

import pytest
from django.db import OperationalError, connection

from audit.changes import Touched
from audit.models import AuditEvent
from core.errors import AccessDeniedException, DisabledException, UnrecognizedClientException
from operations import pipeline
from operations.changes import configuration_change
from operations.snapshots import cache
from policies.models import PolicyAttachment
from tests.builders import call_as, make_key, run_as


def test_a_call_that_was_built_before_a_permission_was_taken_away_is_refused(people):
    key = make_key(people.ada)
    call = call_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})
    assert pipeline.run(call).members
    with configuration_change((Touched.IAM, people.ada.account_id)):
        PolicyAttachment.objects.filter(principal=people.ada.principal).delete()
    cache.refresh()  # another thread has noticed in between
    with pytest.raises(AccessDeniedException):
        pipeline.run(call)


@pytest.mark.parametrize("action", ["ListKeys", "CreateKey"])
def test_a_call_signed_with_a_key_that_was_switched_off_since_is_refused_and_recorded(people, action):
    call = call_as(people.ada, action)
    with configuration_change((Touched.ACCESS_KEY, people.ada.access_key_id)):
        people.ada.principal.access_keys.update(active=False)
    with pytest.raises(UnrecognizedClientException):
        pipeline.run(call)
    assert AuditEvent.objects.count() == 1


def test_a_change_that_this_process_has_not_noticed_yet_is_noticed_by_the_commit(people):
    key = make_key(people.ada)
    run_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})
    version = cache.version
    entries, depends = dict(cache._entries), {change: set(names) for change, names in cache._depends.items()}
    run_as(people.ada, "DisableKey", {"KeyId": key["KeyId"]})
    # As a process that was busy elsewhere: its cache still stands at the version before.
    cache._entries.update(entries)
    cache._depends.update(depends)
    cache.version = version
    with pytest.raises(DisabledException, match="is disabled"):
        run_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})


def test_a_change_is_told_once_although_the_cache_cannot_be_refreshed_after_it(people, caplog):
    key = make_key(people.ada)
    before = AuditEvent.objects.count()

    def lost(execute, sql, params, many, context):
        if "audit_configversion" in sql and not connection.in_atomic_block:
            raise OperationalError("the connection was lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lost), caplog.at_level(logging.WARNING):
        run_as(people.ada, "DisableKey", {"KeyId": key["KeyId"]})
    assert "could not be refreshed" in caplog.text
    assert AuditEvent.objects.count() == before + 1
    with pytest.raises(DisabledException):
        run_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})
