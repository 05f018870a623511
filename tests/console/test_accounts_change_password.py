"""Changing the own password: asked for at the first sign-in, possible at any time."""

import pytest

from accounts import queries
from policies.aws_managed import PREFIX
from tests.builders import run_as
from tests.people import ACCOUNT

OLD, NEW = "first Password 1", "second Password 2"
PAGE = "/console/change-password"


@pytest.fixture
def bob(people):
    """Bob, who has to change his password and may."""
    members = {"UserName": "Bob", "Password": OLD, "PasswordResetRequired": True}
    run_as(people.ada, "UpdateLoginProfile", members)
    run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": f"{PREFIX}/IAMUserChangePassword"})
    return people.bob


def enter(client, name="Bob"):
    client.post("/signin", {"user_type": "user", "account": ACCOUNT, "username": name, "password": OLD})
    return client


def change(client, old=OLD, new=NEW, again=NEW):
    return client.post(PAGE, {"old_password": old, "new_password": new, "confirmation": again})


def test_who_must_change_the_password_reaches_nothing_else(client, bob):
    enter(client)
    assert client.get("/iam/users")["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "You have to set a new password" in page
    assert "At least 8 characters" in page
    session = client.session.session_key
    assert change(client).status_code == 302
    user = queries.find_user(ACCOUNT, "Bob")
    assert user.check_password(NEW)
    assert not user.must_change_password
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != session
    assert client.get(PAGE).status_code == 200


def test_the_old_password_has_to_be_right(client, bob):
    answer = change(enter(client), old="wrong")
    assert answer.status_code == 422
    assert "The old password was incorrect." in answer.content.decode()
    assert queries.find_user(ACCOUNT, "Bob").check_password(OLD)


def test_both_new_passwords_have_to_be_the_same_and_strong(client, bob):
    enter(client)
    assert "not the same" in change(client, again="third Password 3").content.decode()
    weak = change(client, new="weak", again="weak")
    assert (weak.status_code, "minimum length of 8" in weak.content.decode()) == (422, True)
    assert queries.find_user(ACCOUNT, "Bob").check_password(OLD)


def test_who_may_not_change_it_is_told_why(client, people):
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Mallory", "Password": OLD})
    answer = change(enter(client, "Mallory")).content.decode()
    assert "iam:ChangePassword" in answer
    assert people.mallory.arn in answer
