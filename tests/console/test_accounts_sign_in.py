"""Signing in to the console: who gets in, what is told, what is recorded, how often one may try."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import queries
from audit.models import AuditEvent, AuditName
from audit.trail import trail
from operations.snapshots import cache
from tests.builders import run_as
from tests.clients import Client
from tests.people import ACCOUNT, OTHER_ACCOUNT

PASSWORD = "correct Horse 7 battery"
REFUSAL = "Your authentication information is incorrect. Please try again."


@pytest.fixture
def bob(people):
    """Bob, with a password."""
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Bob", "Password": PASSWORD})
    return people.bob


def attempt(client, account=ACCOUNT, username="Bob", password=PASSWORD, user_type="user", **more):
    form = {"user_type": user_type, "account": account, "username": username, "password": password, **more}
    return client.post("/signin", form)


def logins():
    """The details of each event about signing in."""
    trail.close()
    name = AuditName.objects.filter(kind="event", value="signin:ConsoleLogin").values_list("id", flat=True).first()
    return list(AuditEvent.objects.filter(event=name).values_list("details", flat=True)) if name else []


def test_the_page_has_the_labels_of_the_console(client, installation):
    page = client.get("/signin").content.decode()
    for label in ("Root user", "IAM user", "Account ID (12 digits) or account alias", "IAM user name", "Password"):
        assert label in page
    assert "<h1" in page and "Sign in" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_right_password_opens_the_console_with_a_new_session_key(client, bob):
    client.get("/signin")
    session = client.session
    session["planted"] = "by somebody who shares the browser"
    session.save()
    before = session.session_key
    answer = attempt(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert client.session["_auth_user_id"] == str(bob.principal.pk)
    assert answer.cookies["kms_account"].value == ACCOUNT
    cookie = answer.cookies["kms_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_case_of_the_name_and_hyphens_of_the_account_do_not_matter(client, bob):
    assert attempt(client, account="1111-2222-3333", username="bob").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"username": "Nobody"},
        {"account": "999999999999"},
        {"account": OTHER_ACCOUNT},
        {"user_type": "root"},
        {"username": ":root"},
        {"username": "Alice", "password": ""},
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer(client, bob, wrong):
    answer = attempt(client, **wrong)
    assert answer.status_code in (403, 422)
    assert "_auth_user_id" not in client.session
    if wrong.get("password") != "":
        assert REFUSAL in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_the_next_page_is_local_or_the_home(client, bob):
    assert attempt(client, next="/kms/keys?region=us-east-1")["Location"] == "/kms/keys?region=us-east-1"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        other = Client()
        assert attempt(other, next=elsewhere)["Location"] == "/"
        assert "evil" not in other.get("/signin", {"next": elsewhere}).get("Location", "")


def test_success_and_failure_of_a_known_user_are_recorded_and_of_strangers_not(client, bob):
    attempt(client, username="Nobody")
    attempt(client, account="999999999999")
    assert logins() == []
    attempt(client, password="wrong")
    attempt(client)
    events = logins()
    assert len(events) == 2
    assert any('"ConsoleLogin":"Failure"' in event and '"m":"Failed authentication"' in event for event in events)
    assert any('"ConsoleLogin":"Success"' in event for event in events)
    assert not any("wrong" in event or PASSWORD in event for event in events)


def test_five_wrong_passwords_lock_this_user_from_this_address(client, bob, people):
    for _ in range(4):
        assert attempt(client, password="wrong").status_code == 403
    locked = attempt(client, password="wrong")
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    assert locked["Retry-After"] == "900"
    recorded = len(logins())
    assert attempt(client).status_code == 429
    assert "_auth_user_id" not in client.session
    assert len(logins()) == recorded
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Alice", "Password": PASSWORD})
    assert attempt(client, username="Alice").status_code == 302
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    assert attempt(elsewhere).status_code == 302


def test_an_alias_and_an_id_of_one_account_share_the_limit(client, bob):
    account = queries.find_account(ACCOUNT)
    account.alias = "acme"
    account.save()
    for number in range(5):
        attempt(client, account=("acme", ACCOUNT)[number % 2], password="wrong")
    assert attempt(client, account="acme").status_code == 429


def test_passwords_are_not_stored_anywhere(client, bob):
    attempt(client, password="planted Secret 4711")
    trail.close()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "planted Secret 4711" not in str(cursor.fetchall()), table


def test_without_a_csrf_token_nobody_signs_in(bob):
    strict = Client(enforce_csrf_checks=True)
    assert attempt(strict).status_code == 403
    assert "_auth_user_id" not in strict.session


def test_the_root_user_signs_in_by_account_id_once_it_has_a_password(client, people, monkeypatch):
    assert attempt(client, username="", user_type="root").status_code == 403
    monkeypatch.setenv("ROOT_PASSWORD", PASSWORD)
    call_command("create_account", ACCOUNT, "--admin", "Ada", "--root-password-env", "ROOT_PASSWORD", stdout=StringIO())
    assert attempt(client, username="", user_type="root").status_code == 302
    assert client.session["_auth_user_id"] == str(queries.find_root(ACCOUNT).pk)


def test_behind_tls_the_cookies_never_travel_in_clear(client, bob, settings):
    settings.KMS_TLS = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answer = attempt(client)
    assert all(answer.cookies[name]["secure"] for name in ("kms_account", "kms_session", "csrftoken"))
    assert all(answer.cookies[name]["httponly"] for name in ("kms_account", "kms_session", "csrftoken"))


def test_signing_out_takes_a_post_and_ends_the_session(client, bob):
    attempt(client)
    assert client.get("/signout").status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post("/signout")["Location"] == "/signin"
    assert "_auth_user_id" not in client.session


def test_a_new_password_ends_the_sessions_of_the_old_one(client, bob, people):
    attempt(client)
    assert client.get("/console/change-password").status_code == 200
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Bob", "Password": PASSWORD + "2"})
    assert client.get("/console/change-password")["Location"].startswith("/signin")


def test_a_deleted_user_has_no_session(client, bob, people):
    attempt(client)
    run_as(people.ada, "DeleteAccessKey", {"UserName": "Bob", "AccessKeyId": bob.access_key_id})
    run_as(people.ada, "DeleteLoginProfile", {"UserName": "Bob"})
    run_as(people.ada, "DeleteUser", {"UserName": "Bob"})
    cache.refresh()
    assert client.get("/console/change-password")["Location"].startswith("/signin")
