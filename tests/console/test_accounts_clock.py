"""The page of the account: its clock is set ahead by whoever may."""

from accounts import queries
from tests.builders import make_key, run_as


def test_an_administrator_sets_the_clock_ahead_and_hears_what_was_due(people, signed_in):
    key = make_key(people.ada)["KeyId"]
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    client = signed_in(people.ada)
    assert "Set the clock ahead" in client.get("/account").content.decode()
    page = client.post("/account/clock", {"days": "8"}, follow=True).content.decode()
    assert "1 key was deleted." in page
    assert queries.load_account(people.ada.account_id).clock_offset_seconds == 8 * 86_400


def test_what_falls_due_in_another_account_is_not_told(people, signed_in):
    theirs = make_key(people.olga)["KeyId"]
    run_as(people.olga, "ScheduleKeyDeletion", {"KeyId": theirs, "PendingWindowInDays": 7})
    run_as(people.olga, "MoveClock", {"Days": 8})
    page = signed_in(people.ada).post("/account/clock", {"days": "8"}, follow=True).content.decode()
    assert "clock was set ahead" in page
    assert "deleted" not in page


def test_somebody_without_the_permission_sees_why_not_and_is_refused(people, signed_in):
    client = signed_in(people.bob)
    assert "no identity-based policy allows the kmsconsole:MoveClock action" in client.get("/account").content.decode()
    page = client.post("/account/clock", {"days": "8"}, follow=True).content.decode()
    assert "The clock was not moved" in page
    assert queries.load_account(people.bob.account_id).clock_offset_seconds == 0


def test_a_wrong_number_moves_nothing(people, signed_in):
    page = signed_in(people.ada).post("/account/clock", {"days": "-3"}, follow=True).content.decode()
    assert "Days must be between 0 and 3650." in page
