"""boto3's CloudTrail client against the running service: aws cloudtrail lookup-events works."""

import json

import pytest
from botocore.exceptions import ClientError

from audit.models import AuditEvent
from audit.rendering import render_events
from tests.builders import refused, run_as
from tests.servers import client_of

pytestmark = pytest.mark.django_db
INVALID_ATTRIBUTES = "InvalidLookupAttributesException"


def pair(attribute):
    return {"AttributeKey": attribute, "AttributeValue": "x"}


def test_events_are_looked_up_page_by_page(service, people):
    for _ in range(5):
        run_as(people.ada, "CreateKey")
    cloudtrail = client_of(people.carol, service, "cloudtrail")
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=wanted, PaginationConfig={"PageSize": 2}
    )
    events = [event for page in pages for event in page["Events"]]
    assert [event["EventName"] for event in events] == ["CreateKey"] * 5
    assert [event["EventTime"] for event in events] == sorted((e["EventTime"] for e in events), reverse=True)
    record = json.loads(events[0]["CloudTrailEvent"])
    assert (record["eventID"], events[0]["ReadOnly"], events[0]["Username"]) == (events[0]["EventId"], "false", "Ada")
    assert events[0]["Resources"] == [
        {"ResourceType": "AWS::KMS::Key", "ResourceName": record["resources"][0]["ARN"]},
    ]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "made up"}, "InvalidNextTokenException"),
        ({"StartTime": 20, "EndTime": 10}, "InvalidTimeRangeException"),
        ({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "maybe"}]}, INVALID_ATTRIBUTES),
        ({"LookupAttributes": [{"AttributeKey": "EventId", "AttributeValue": "x" * 2001}]}, INVALID_ATTRIBUTES),
        ({"EventCategory": "none"}, "InvalidEventCategoryException"),
        ({"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]}, INVALID_ATTRIBUTES),
        (
            {"LookupAttributes": [{"AttributeKey": "EventId", "AttributeValue": "x"}] * 2},
            INVALID_ATTRIBUTES,
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_own_error(service, people, members, code):
    with pytest.raises(ClientError) as refusal:
        client_of(people.carol, service, "cloudtrail").lookup_events(**members)
    assert refusal.value.response["Error"]["Code"] == code


def test_an_event_is_shown_for_90_days(people):
    run_as(people.ada, "CreateKey")
    created = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]}
    run_as(people.ada, "MoveClock", {"Days": 89.99})
    assert len(run_as(people.ada, "LookupEvents", created)["Events"]) == 1
    run_as(people.ada, "MoveClock", {"Days": 0.02})
    assert run_as(people.ada, "LookupEvents", {**created, "StartTime": 0})["Events"] == []


def test_a_token_does_not_work_for_another_account(service, people):
    for _ in range(2):
        run_as(people.ada, "CreateKey")
        run_as(people.olga, "CreateKey")
    token = client_of(people.carol, service, "cloudtrail").lookup_events(MaxResults=1)["NextToken"]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        client_of(people.olga, service, "cloudtrail").lookup_events(MaxResults=1, NextToken=token)


def test_who_may_not_look_gets_the_sentence(service, people):
    with pytest.raises(ClientError) as refusal:
        client_of(people.bob, service, "cloudtrail").lookup_events()
    error = refusal.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert "not authorized to perform: cloudtrail:LookupEvents" in error["Message"]


def test_a_target_of_one_service_does_not_reach_another(service, people):
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client_of(people.ada, service, "cloudtrail").list_trails()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"StartTime": 1e20}, "InvalidTimeRangeException"),
        ({"EndTime": -1e20}, "InvalidTimeRangeException"),
        ({"StartTime": "2026-01-01"}, "SerializationException"),
        ({"LookupAttributes": [{"AttributeKey": "EventName"}]}, INVALID_ATTRIBUTES),
        ({"LookupAttributes": [{"AttributeValue": "Encrypt"}]}, INVALID_ATTRIBUTES),
        ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": ""}]}, INVALID_ATTRIBUTES),
        ({"LookupAttributes": "EventName"}, "SerializationException"),
    ],
)
def test_what_a_sdk_would_not_send_is_refused_too(people, members, code):
    assert refused(people.carol, "LookupEvents", members).code == code


def test_a_lookup_is_recorded_as_it_was_asked(people):
    for _ in range(2):
        run_as(people.carol, "LookupEvents")
    token = run_as(people.carol, "LookupEvents", {"MaxResults": 1})["NextToken"]
    members = {"MaxResults": 1, "NextToken": token}
    run_as(people.carol, "LookupEvents", members)
    last, _, _, first = render_events(AuditEvent.objects.order_by("-sequence"))
    assert first["requestParameters"] is None
    assert last["requestParameters"] == {"maxResults": 1, "nextToken": token}
