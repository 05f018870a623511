"""Looking events up: what is found, in which order, by which index."""

from datetime import timedelta

import pytest
from django.db import connection

from audit.queries import EventFilter, LookupAttribute, Position, events_page, last_success
from audit.read_only import is_read_only
from audit.rendering import render_events
from operations import clock
from operations.registry import OPERATIONS, load_actions
from tests.builders import run_as
from tests.people import ACCOUNT, REGION

pytestmark = pytest.mark.django_db


def wanted(attribute=None, value="", *, account=ACCOUNT, region=REGION):
    now = clock.account_time(0)
    return EventFilter(account, region, now - timedelta(days=90), now + timedelta(days=1), attribute, value)


def found(*args, **options):
    return [event["eventName"] for event in render_events(events_page(wanted(*args, **options), None, 100))]


def new_key(person):
    return run_as(person, "CreateKey")["KeyMetadata"]


@pytest.fixture
def history(people):
    """Ada makes a key with an alias and uses it once."""
    key = new_key(people.ada)
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/payroll", "TargetKeyId": key["KeyId"]})
    run_as(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})
    run_as(people.olga, "ListKeys")
    run_as(people.ada, "ListAliases", region="eu-west-1")
    return key


def test_newest_come_first_and_only_those_of_the_account_and_region(history):
    assert found() == ["Encrypt", "CreateAlias", "CreateKey"]
    assert found(region="eu-west-1") == ["ListAliases"]
    assert found(account="444455556666") == ["ListKeys"]


@pytest.mark.parametrize(
    ("attribute", "value", "names"),
    [
        (LookupAttribute.READ_ONLY, "false", ["CreateAlias", "CreateKey"]),
        (LookupAttribute.READ_ONLY, "true", ["Encrypt"]),
        (LookupAttribute.EVENT_NAME, "Encrypt", ["Encrypt"]),
        (LookupAttribute.EVENT_NAME, "encrypt", []),
        (LookupAttribute.EVENT_SOURCE, "kms.amazonaws.com", ["Encrypt", "CreateAlias", "CreateKey"]),
        (LookupAttribute.EVENT_SOURCE, "iam.amazonaws.com", []),
        (LookupAttribute.EVENT_SOURCE, "kms", []),
        (LookupAttribute.USER_NAME, "Ada", ["Encrypt", "CreateAlias", "CreateKey"]),
        (LookupAttribute.USER_NAME, "Bob", []),
        (LookupAttribute.RESOURCE_TYPE, "AWS::KMS::Key", ["Encrypt", "CreateAlias", "CreateKey"]),
        (LookupAttribute.RESOURCE_TYPE, "AWS::S3::Bucket", []),
        (LookupAttribute.RESOURCE_NAME, "alias/payroll", ["CreateAlias"]),
        (LookupAttribute.EVENT_ID, "rubbish", []),
    ],
)
def test_one_attribute_narrows_the_history(history, attribute, value, names):
    assert found(attribute, value) == names


def test_a_key_is_found_by_arn_and_by_id(history, people):
    for name in (history["Arn"], history["KeyId"]):
        assert found(LookupAttribute.RESOURCE_NAME, name) == ["Encrypt", "CreateAlias", "CreateKey"]


def test_both_keys_of_a_call_lead_to_it(history, people):
    other = new_key(people.ada)
    blob = run_as(people.ada, "Encrypt", {"KeyId": history["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    run_as(people.ada, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": other["KeyId"]})
    assert found(LookupAttribute.RESOURCE_NAME, other["KeyId"]) == ["ReEncrypt", "CreateKey"]
    assert found(LookupAttribute.RESOURCE_NAME, history["KeyId"])[:2] == ["ReEncrypt", "Encrypt"]


def test_an_event_is_found_by_its_id_and_by_the_access_key(history, people):
    newest = render_events(events_page(wanted(), None, 1))[0]
    assert found(LookupAttribute.EVENT_ID, newest["eventID"]) == ["Encrypt"]
    assert found(LookupAttribute.ACCESS_KEY, people.ada.access_key_id) == ["Encrypt", "CreateAlias", "CreateKey"]


def test_pages_meet_without_a_gap_even_where_times_are_equal(people):
    instant = clock.account_time(0)
    for _ in range(5):
        run_as(people.ada, "ListKeys", time=instant)
    whole = [event.pk for event in events_page(wanted(), None, 100)]
    pages, after = [], None
    while page := events_page(wanted(), after, 2):
        pages += [event.pk for event in page]
        after = Position(page[-1].time_us, page[-1].pk)
    assert pages == whole


@pytest.mark.parametrize(
    ("attribute", "value", "index"),
    [
        (None, "", "audit_by_account"),
        (LookupAttribute.READ_ONLY, "false", "audit_changes_by_account"),
        (LookupAttribute.EVENT_NAME, "CreateKey", "audit_changes_by_account"),
        (LookupAttribute.EVENT_ID, "01a1f5b7-2d43-7f11-8413-3998dbec3d83", "audit_by_account"),
    ],
)
def test_common_questions_use_an_index_and_sort_nothing(
    history, attribute, value, index, django_assert_max_num_queries
):
    with django_assert_max_num_queries(4) as captured:
        events_page(wanted(attribute, value), Position(2**60, 2**60), 50)
    plan = plan_of(captured.captured_queries[-1]["sql"])
    assert f"INDEX {index} " in plan
    assert "TEMP B-TREE" not in plan


def plan_of(select):
    if connection.vendor != "sqlite":
        pytest.skip("plans depend on statistics there")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {select}")
        return " ".join(row[-1] for row in cursor.fetchall())


def test_the_last_use_of_a_key_is_found_without_reading_its_other_records(history, django_assert_max_num_queries):
    with django_assert_max_num_queries(5) as captured:
        name, event = last_success(ACCOUNT, history["Arn"], ["kms:Encrypt", "kms:Decrypt"])
    assert (name, render_events([event])[0]["eventName"]) == ("kms:Encrypt", "Encrypt")
    (select,) = [each["sql"] for each in captured.captured_queries if '."key" IN' in each["sql"]]
    plan = plan_of(select)
    assert "INDEX audit_by_key_and_use " in plan  # which holds event and error
    assert "TEMP B-TREE" not in plan


def test_the_table_of_reads_agrees_with_the_operations():
    load_actions()
    assert {name for name, each in OPERATIONS.items() if each.read_only is not is_read_only(name)} == set()
