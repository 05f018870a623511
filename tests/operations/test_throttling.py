"""Request quotas: off unless asked for, per account and Region, charged to the caller."""

import pytest

from core.errors import AccessDeniedException, ThrottlingException
from core.service_model import operation_names
from operations.snapshots import cache
from operations.throttling import RATE_OF, buckets
from tests.builders import call_as, make_key, run_as
from tests.operations.imports import external_key, parameters


@pytest.fixture
def quotas(settings):
    buckets.empty()
    settings.KMS_REQUEST_QUOTAS = True
    yield
    buckets.empty()


def exhaust(person, action, members, times, **options):
    """Count how many of so many calls in one instant are permitted."""
    permitted = 0
    for _ in range(times):
        try:
            run_as(person, action, members, **options)
            permitted += 1
        except ThrottlingException:
            pass
    return permitted


def test_the_rates_are_of_operations_that_exist():
    assert set(RATE_OF) <= set(operation_names())


def test_calls_above_the_rate_are_throttled_and_recorded(people, quotas):
    from audit.models import AuditEvent

    key = make_key(people.ada)["KeyId"]
    before = AuditEvent.objects.count()
    assert 5 <= exhaust(people.ada, "UpdateKeyDescription", {"KeyId": key, "Description": "x"}, 60) < 60
    assert AuditEvent.objects.count() == before + 60


def test_another_account_and_another_region_have_their_own_quota(people, quotas):
    assert exhaust(people.ada, "CreateKey", {}, 60) < 60
    assert exhaust(people.olga, "CreateKey", {}, 4) == 4
    assert exhaust(people.ada, "CreateKey", {}, 4, region="eu-west-1") == 4


def test_a_refused_call_is_charged_too(people, quotas):
    key = make_key(people.ada)["KeyId"]
    for _ in range(60):
        with pytest.raises((AccessDeniedException, ThrottlingException)):
            run_as(people.bob, "DisableKey", {"KeyId": key})
    with pytest.raises(ThrottlingException):
        for _ in range(3):
            run_as(people.ada, "DisableKey", {"KeyId": key})


def test_a_call_that_is_decided_again_is_charged_once(people, quotas):
    key = external_key(people.ada)["KeyId"]
    run_as(people.ada, "DescribeKey", {"KeyId": key})
    cache.version -= 1  # as a process that has not noticed the last change: the commit sends the call back
    assert parameters(people.ada, key)["ImportToken"]  # one call in four seconds
    with pytest.raises(ThrottlingException):
        parameters(people.ada, key)


def test_a_preview_costs_nothing(people, quotas):
    from operations import pipeline

    key = make_key(people.ada)["KeyId"]
    for _ in range(50):
        assert pipeline.preview(call_as(people.ada, "EnableKey", {"KeyId": key})) is None
    run_as(people.ada, "EnableKey", {"KeyId": key})


def test_nothing_is_throttled_unless_asked_for(people):
    key = make_key(people.ada)["KeyId"]
    assert exhaust(people.ada, "EnableKey", {"KeyId": key}, 20) == 20
