"""The waiting period of a deletion. Source: kms-semantics 3.3 (58, 59) and 4.7."""

from datetime import timedelta

import pytest

from operations import clock
from tests.builders import Refused, days, make_key, refused, run_as


@pytest.mark.parametrize("window", [1, 6, 31, 365])
def test_the_window_is_7_to_30_days(people, window):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": window}) == Refused(
        "ValidationException", "PendingWindowInDays must be between 7 and 30"
    )
    assert run_as(people.ada, "DescribeKey", {"KeyId": key_id})["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.parametrize(("window", "bound"), [(0, "greater than or equal to 1"), (366, "less than or equal to 365")])
def test_beyond_the_service_model_the_general_sentence_answers(people, window, bound):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": window}) == Refused(
        "ValidationException",
        f"1 validation error detected: Value '{window}' at 'pendingWindowInDays' failed to satisfy constraint: Member "
        f"must have value {bound}",
    )


@pytest.mark.postgres
@pytest.mark.parametrize(("members", "window"), [({}, 30), ({"PendingWindowInDays": 7}, 7)])
def test_the_date_is_the_call_plus_the_window_to_the_millisecond(people, members, window):
    key, then = make_key(people.ada), clock.account_time(0)
    answer = run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"], **members}, time=then)
    assert answer == {
        "KeyId": key["Arn"],
        "DeletionDate": then + days(window),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": window,
    }
    metadata = run_as(people.ada, "DescribeKey", {"KeyId": key["KeyId"]})["KeyMetadata"]
    assert (metadata["DeletionDate"], metadata["Enabled"]) == (then + days(window), False)


def test_a_second_call_does_not_move_the_date(people):
    key = make_key(people.ada, state="PendingDeletion")
    assert refused(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"]}) == Refused(
        "KMSInvalidStateException", f"{key['Arn']} is pending deletion."
    )
    after = run_as(people.ada, "DescribeKey", {"KeyId": key["KeyId"]})["KeyMetadata"]
    assert after["DeletionDate"] == key["DeletionDate"]


def test_a_key_is_gone_from_its_deletion_date_on(people):
    key = make_key(people.ada, state="PendingDeletion")
    last = key["DeletionDate"] - timedelta(milliseconds=1)
    assert run_as(people.ada, "DescribeKey", {"KeyId": key["KeyId"]}, time=last)["KeyMetadata"]["KeyId"] == key["KeyId"]
    assert refused(people.ada, "DescribeKey", {"KeyId": key["KeyId"]}, time=key["DeletionDate"]) == Refused(
        "NotFoundException", f"Key '{key['Arn']}' does not exist"
    )


def test_cancelling_answers_the_arn_and_works_to_the_last_moment(people):
    key = make_key(people.ada, state="PendingDeletion")
    last = key["DeletionDate"] - days(1 / 86_400)
    assert run_as(people.ada, "CancelKeyDeletion", {"KeyId": key["KeyId"]}, time=last) == {"KeyId": key["Arn"]}
    metadata = run_as(people.ada, "DescribeKey", {"KeyId": key["KeyId"]}, time=last + days(100))["KeyMetadata"]
    assert metadata["KeyState"] == "Disabled"
