"""Event history: what it shows, what its filter hides, comparison and download."""

import csv
import io
import json
import re

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from tests.builders import make_key, run_as, split_policy

pytestmark = pytest.mark.django_db
EVENTS = "/cloudtrail/events"


@pytest.fixture
def history(people):
    """Ada makes a key; Bob uses it and may not disable it."""
    key = make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))
    run_as(people.bob, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})
    return key


def names_on(page) -> list[str]:
    """The event names of the table's rows, in their order."""
    assert page.status_code == 200
    return re.findall(r'<a class="link" href="/cloudtrail/events/[^"]+">(\w+)</a>', page.content.decode())


def test_reads_are_hidden_until_the_filter_is_changed(history, people, signed_in):
    carol = signed_in(people.carol)
    assert names_on(carol.get(EVENTS)) == ["CreateAlias", "CreateKey"]
    reads = names_on(carol.get(EVENTS, {"attribute": "ReadOnly", "value": "true"}))
    assert "Encrypt" in reads
    assert "CreateKey" not in reads
    everything = names_on(carol.get(EVENTS, {"attribute": "none"}))
    assert {"Encrypt", "CreateKey"} <= set(everything)


def test_a_look_is_itself_recorded(history, people, signed_in):
    carol = signed_in(people.carol)
    carol.get(EVENTS)
    newest = render_events([AuditEvent.objects.order_by("-sequence").first()])[0]
    assert (newest["eventName"], newest["userIdentity"]["userName"]) == ("LookupEvents", "Carol")


def test_who_may_not_look_is_told_why_and_sees_nothing(history, people, signed_in):
    page = signed_in(people.bob).get(EVENTS).content.decode()
    assert "cloudtrail:LookupEvents" in page
    assert "No IAM policy of arn:aws:iam::111122223333:user/Bob allows" in page
    assert "CreateKey" not in page


def test_an_empty_list_names_the_filter_and_what_it_hides(people, signed_in):
    page = signed_in(people.carol).get(EVENTS).content.decode()
    assert "No events" in page
    assert "Read-only = false" in page
    assert "Encrypt, Decrypt" in page


def test_another_region_has_its_own_history(history, people, signed_in):
    page = signed_in(people.carol).get(EVENTS, {"region": "eu-west-1"})
    assert names_on(page) == []


def test_the_value_of_the_attribute_before_does_not_stay(history, people, signed_in):
    query = {"was": "ReadOnly", "attribute": "EventName", "value": "false"}
    assert "CreateKey" in names_on(signed_in(people.carol).get(EVENTS, query))


def test_pages_lead_forth_and_back(people, signed_in):
    for _ in range(12):
        run_as(people.ada, "CreateKey")
    carol = signed_in(people.carol)
    carol.post(f"{EVENTS}/preferences", {"page_size": "10", "columns": ["name", "event-id"]})
    first = carol.get(EVENTS)
    forth = re.search(r'rel="next"[^>]* href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    second = carol.get(forth)
    assert (len(names_on(first)), len(names_on(second))) == (10, 2)
    back = re.search(r'rel="prev"[^>]* href="([^"]+)"', second.content.decode())[1].replace("&amp;", "&")
    assert names_on(carol.get(back)) == names_on(first)
    made_up = carol.get(EVENTS, {"t": "made-up"})
    assert made_up.status_code == 302


def test_columns_are_remembered(history, people, signed_in):
    carol = signed_in(people.carol)
    assert 'table__title">Source IP address' not in carol.get(EVENTS).content.decode()
    carol.post(f"{EVENTS}/preferences", {"page_size": "10", "columns": ["name", "address"]})
    assert 'table__title">Source IP address' in carol.get(EVENTS).content.decode()


def test_chosen_events_stand_side_by_side(history, people, signed_in):
    ids = [str(event["eventID"]) for event in render_events(AuditEvent.objects.filter(read_only=False))]
    page = signed_in(people.carol).get(EVENTS, {"compare": ids}).content.decode()
    comparison = page[page.index('id="compare"') :]
    assert all(event_id in comparison for event_id in ids)


def test_one_event_shows_its_record_and_leads_to_the_key(history, people, signed_in):
    (event,) = render_events(AuditEvent.objects.filter(read_only=False).order_by("sequence")[:1])
    page = signed_in(people.carol).get(f"{EVENTS}/{event['eventID']}").content.decode()
    assert "<title>CreateKey - CloudTrail</title>" in page
    assert history["KeyId"] in page
    assert event["requestID"] in page


def test_an_event_of_another_account_is_not_found(history, people, signed_in):
    (event,) = render_events(AuditEvent.objects.filter(read_only=False).order_by("sequence")[:1])
    page = signed_in(people.olga).get(f"{EVENTS}/{event['eventID']}")
    assert page.status_code == 404
    assert history["KeyId"] not in page.content.decode()


def test_a_download_holds_what_the_filter_shows(history, people, signed_in):
    carol = signed_in(people.carol)
    text = b"".join(carol.get(f"{EVENTS}/download", {"format": "csv"}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Event name"] for row in rows] == ["CreateAlias", "CreateKey"]
    assert rows[1]["Resources"] == history["Arn"]
    text = b"".join(carol.get(f"{EVENTS}/download", {"format": "json", "attribute": "none"}).streaming_content)
    assert {"Encrypt", "CreateKey"} <= {record["eventName"] for record in json.loads(text)["Records"]}


def test_a_download_is_refused_like_the_page(history, people, signed_in):
    assert signed_in(people.bob).get(f"{EVENTS}/download").status_code == 302


def test_a_cell_cannot_become_a_formula(people, signed_in):
    from audit.views.event_download import CSV_COLUMNS, _cells

    run_as(people.ada, "ListKeys")
    (record,) = render_events(AuditEvent.objects.order_by("-sequence")[:1])
    record["sourceIPAddress"] = '=HYPERLINK("http://example.com")'
    assert dict(zip(CSV_COLUMNS, _cells(record), strict=True))["Source IP address"].startswith("'=")
