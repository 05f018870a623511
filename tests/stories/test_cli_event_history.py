"""The real ``aws cloudtrail lookup-events``: every attribute, a range of times, pages, 90 days, who may."""

from datetime import timedelta

import pytest

from tests.builders import call_as, days, make_key, run_as
from tests.stories.command_line import OF_THE_VENV, Shell

pytestmark = pytest.mark.story

LOOK = ("cloudtrail", "lookup-events")


@pytest.fixture
def carol(service, people, tmp_path):
    return Shell(OF_THE_VENV, service, tmp_path, people.carol.access_key_id, people.carol.secret_access_key)


def by(attribute: str, value: str) -> tuple[str, ...]:
    return (*LOOK, "--lookup-attributes", f"AttributeKey={attribute},AttributeValue={value}")


def test_events_are_looked_up_by_every_attribute(carol, people):
    key = make_key(people.ada, alias="payroll")
    make_key(people.ada)
    run_as(people.ada, "Encrypt", {"KeyId": "alias/payroll", "Plaintext": b"x"})
    created = [event for event in carol(*LOOK)["Events"] if event["EventName"] == "CreateKey"]
    event = next(each for each in created if each["Resources"][0]["ResourceName"] == key["Arn"])
    # attribute: value, and the names of the events that have it
    wanted = {
        "EventId": (event["EventId"], ["CreateKey"]),
        "EventName": ("CreateKey", ["CreateKey", "CreateKey"]),
        "Username": ("Ada", ["CreateAlias", "CreateKey", "CreateKey", "DescribeKey", "DescribeKey", "Encrypt"]),
        "ResourceName": (key["Arn"], ["CreateAlias", "CreateKey", "DescribeKey", "Encrypt"]),
        "ResourceType": (
            "AWS::KMS::Key",
            ["CreateAlias", "CreateKey", "CreateKey", "DescribeKey", "DescribeKey", "Encrypt"],
        ),
        "EventSource": (
            "kms.amazonaws.com",
            ["CreateAlias", "CreateKey", "CreateKey", "DescribeKey", "DescribeKey", "Encrypt"],
        ),
        "ReadOnly": ("false", ["CreateAlias", "CreateKey", "CreateKey"]),
        "AccessKeyId": (
            people.ada.access_key_id,
            ["CreateAlias", "CreateKey", "CreateKey", "DescribeKey", "DescribeKey", "Encrypt"],
        ),
    }
    for attribute, (value, names) in wanted.items():
        found = carol(*by(attribute, value))["Events"]
        assert sorted(each["EventName"] for each in found) == names, attribute
    assert carol(*by("ResourceName", "nothing"))["Events"] == []
    assert "(InvalidLookupAttributesException)" in carol.refused(
        *LOOK, "--lookup-attributes", *["AttributeKey=EventName,AttributeValue=x"] * 2
    )


def test_a_range_of_times_and_the_last_90_days(carol, people):
    start = call_as(people.ada, "ListKeys").time
    for number in range(3):  # today, in 60 days, in 120 days
        run_as(people.ada, "CreateKey", {"Description": str(number)})
        run_as(people.ada, "MoveClock", {"Days": 60})
    created = by("EventName", "CreateKey")
    assert len(carol(*created)["Events"]) == 1  # 60 days old; the others are 120 and 180
    around = ["--start-time", (start + days(119)).isoformat(), "--end-time", (start + days(121)).isoformat()]
    assert len(carol(*created, *around)["Events"]) == 1
    assert carol(*created, "--end-time", (start + days(119)).isoformat())["Events"] == []
    assert carol(*created, "--start-time", (start + days(120) + timedelta(hours=1)).isoformat())["Events"] == []


def test_pages_are_joined_and_can_be_taken_one_by_one(carol, people):
    for _ in range(5):
        run_as(people.ada, "CreateKey")
    created = by("EventName", "CreateKey")
    every = [event["EventId"] for event in carol(*created, "--page-size", "2")["Events"]]
    assert len(set(every)) == 5
    first = carol(*created, "--max-items", "2")
    rest = carol(*created, "--starting-token", first["NextToken"])
    assert [event["EventId"] for event in first["Events"] + rest["Events"]] == every


def test_who_may_not_look_is_told(carol, people):
    bob = Shell(OF_THE_VENV, carol.address, carol.folder, people.bob.access_key_id, people.bob.secret_access_key)
    refusal = bob.refused(*LOOK)
    assert refusal.startswith(
        "An error occurred (AccessDeniedException) when calling the LookupEvents operation: User:"
    )
    assert "is not authorized to perform: cloudtrail:LookupEvents" in refusal
