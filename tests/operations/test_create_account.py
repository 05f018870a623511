"""manage.py create_account: once, twice, with given credentials; what it prints and what it never prints again."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AccessKey, Account, Principal
from operations.snapshots import find_credential

ACCOUNT = "777788889999"


def create(*arguments: str) -> dict:
    printed = StringIO()
    call_command("create_account", ACCOUNT, *arguments, "--json", stdout=printed)
    return json.loads(printed.getvalue())


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Account, Principal, AccessKey))


def test_the_first_time_everything_is_made_and_secrets_are_printed(installation):
    made = create("--alias", "acme")
    assert made.keys() == {
        "account_id",
        "alias",
        "administrator",
        "created",
        "access_key_id",
        "secret_access_key",
        "password",
    }
    assert (made["account_id"], made["alias"], made["created"]) == (ACCOUNT, "acme", True)
    credential = find_credential(made["access_key_id"])
    assert credential is not None
    assert credential.secret == made["secret_access_key"]
    assert Principal.objects.get(name="administrator").check_password(made["password"])


def test_the_second_time_nothing_changes_and_no_secret_is_printed(installation):
    first, before = create("--alias", "acme"), counts()
    second = create("--alias", "acme")
    assert second == {name: first[name] for name in ("account_id", "alias", "administrator", "access_key_id")} | {
        "created": False
    }
    assert counts() == before
    assert Principal.objects.get(name="administrator").check_password(first["password"])


def test_given_credentials_are_kept_and_not_printed(installation, monkeypatch):
    monkeypatch.setenv("THE_SECRET", "s" * 40)
    monkeypatch.setenv("THE_PASSWORD", "Correct-horse-7!")
    given = ["--access-key-id", "AKIAGIVENGIVENGIVEN0", "--secret-access-key-env", "THE_SECRET"]
    for _ in range(2):
        made = create(*given, "--password-env", "THE_PASSWORD")
        assert made["access_key_id"] == "AKIAGIVENGIVENGIVEN0"
        assert not {"secret_access_key", "password"} & made.keys()
    credential = find_credential("AKIAGIVENGIVENGIVEN0")
    assert credential is not None
    assert credential.secret == "s" * 40
    assert counts() == (1, 2, 1)


def test_without_json_the_same_facts_come_one_a_line(installation):
    printed = StringIO()
    call_command("create_account", ACCOUNT, stdout=printed)
    assert f"account id: {ACCOUNT}" in printed.getvalue().splitlines()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["12345"], "12 digits"),
        ([ACCOUNT, "--alias", "A!"], "alias"),
        ([ACCOUNT, "--access-key-id", "short", "--secret-access-key-env", "X"], "access key id"),
        ([ACCOUNT, "--access-key-id", "AKIAGIVENGIVENGIVEN0"], "go together"),
        ([ACCOUNT, "--password-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
    ],
)
def test_a_wrong_argument_is_one_clear_line_and_nothing_is_made(installation, arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("create_account", *arguments, stdout=StringIO())
    assert counts() == (0, 0, 0)
