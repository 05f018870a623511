"""The demonstration: who is there, what they may do, and that loading it again changes nothing."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts import queries as account_queries
from accounts.models import Principal
from audit.models import AuditEvent
from audit.rendering import render_events
from audit.verification import verify_trail
from core.calls import Call, Door
from keys import custody
from keys import queries as key_queries
from keys.models import KmsKey
from operations import clock, pipeline
from operations.demo.load import load_demo
from operations.demo.people import ACCOUNT_A, ACCOUNT_B
from operations.demo.stories import SEOUL, VIRGINIA
from operations.snapshots import find_caller


def preview(user, action, members, region=SEOUL):
    """What the service would refuse to a user of account A."""
    caller = find_caller(account_queries.find_user(ACCOUNT_A, user).pk)
    call = Call(action, members, caller, region, clock.account_time(0), "00" * 16, "127.0.0.1", "test", Door.CONSOLE)
    return pipeline.preview(call)


@pytest.fixture
def demo(installation):
    return load_demo("Secret-Passw0rd")


@pytest.mark.django_db
def test_loading_again_changes_nothing_even_after_something_was_deleted(demo):
    KmsKey.objects.filter(aliases__name="alias/app-config").delete()
    before = (Principal.objects.count(), KmsKey.objects.count(), AuditEvent.objects.count())
    again = load_demo("Another-Passw0rd")
    assert not again.created
    assert (Principal.objects.count(), KmsKey.objects.count(), AuditEvent.objects.count()) == before
    assert account_queries.find_user(ACCOUNT_A, "myEncryptor").check_password("Secret-Passw0rd")


@pytest.mark.django_db
def test_an_interrupted_load_is_finished_and_repeats_nothing(demo):
    account_queries.find_role(ACCOUNT_B, "AWSServiceRoleForTrustedAdvisor").delete()
    KmsKey.objects.filter(aliases__name="alias/backup").delete()
    again = load_demo("Another-Passw0rd")
    assert [key["alias"] for key in again.keys] == ["alias/backup"]
    assert not again.credentials
    assert account_queries.find_user(ACCOUNT_A, "myEncryptor").check_password("Secret-Passw0rd")


@pytest.mark.django_db
def test_a_past_history_does_not_break_the_chain(demo):
    assert verify_trail(custody.secret(custody.AUDIT_CHAIN)).fault == ""
    oldest = AuditEvent.objects.order_by("time_us").first()
    assert oldest.time_us / 1e6 < (clock.machine_time() - timedelta(days=90)).timestamp()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("user", "may", "may_not"),
    [("keyAdminOnly", "DisableKey", "Encrypt"), ("keyUserOnly", "Encrypt", "DisableKey")],
)
def test_the_policy_alone_splits_administrators_from_users(demo, user, may, may_not):
    key = key_queries.find_alias(ACCOUNT_A, SEOUL, "alias/app-config").key
    members = {"Encrypt": {"KeyId": key.key_id, "Plaintext": b"x"}, "DisableKey": {"KeyId": key.key_id}}
    assert preview(user, may, members[may]) is None
    assert preview(user, may_not, members[may_not]).code == "AccessDeniedException"


@pytest.mark.django_db
def test_keys_are_in_different_states(demo):
    states = {
        alias: key_queries.find_alias(ACCOUNT_A, SEOUL, f"alias/{alias}").key
        for alias in ("app-config", "legacy-reports", "old-project", "invoices", "myEncryptionKey")
    }
    assert states["app-config"].state == states["myEncryptionKey"].state == "Enabled"
    assert states["legacy-reports"].state == "Disabled"
    assert states["old-project"].state == "PendingDeletion"
    assert states["invoices"].materials.count() == 2
    assert key_queries.count_keys(ACCOUNT_A, VIRGINIA, clock.account_time(0)) == 2


@pytest.mark.django_db
def test_the_command_prints_a_drawn_password_once(installation, settings):
    out = StringIO()
    call_command("load_demo", "--json", stdout=out)
    facts = json.loads(out.getvalue())
    user = account_queries.find_user(ACCOUNT_B, "partner")
    assert user.check_password(facts["password"])
    assert {made["user"] for made in facts["access_keys"]} == {"administrator", "myEncryptor", "partner"}
    again = StringIO()
    call_command("load_demo", "--json", stdout=again)
    assert "password" not in json.loads(again.getvalue())


@pytest.mark.django_db
def test_a_given_password_is_not_printed(installation, settings):
    settings.KMS_DEMO_PASSWORD = "Secret-Passw0rd"
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "Secret-Passw0rd" not in out.getvalue()
    assert account_queries.find_user(ACCOUNT_A, "auditor").check_password("Secret-Passw0rd")


@pytest.mark.django_db
def test_the_demonstration_can_be_turned_off(installation, settings):
    settings.KMS_DEMO = False
    call_command("load_demo", stdout=StringIO())
    assert not Principal.objects.exists()


@pytest.mark.django_db
def test_nothing_that_was_meant_to_happen_was_refused(demo):
    refused = {
        (event["eventName"], event["userIdentity"].get("userName"), event.get("errorCode"))
        for event in render_events(AuditEvent.objects.all())
        if "errorCode" in event
    }
    assert refused == {
        ("Encrypt", "keyAdminOnly", "AccessDenied"),
        ("DisableKey", "keyUserOnly", "AccessDenied"),
        ("DescribeKey", "intern", "AccessDenied"),
        ("ScheduleKeyDeletion", "intern", "AccessDenied"),
        ("CreateAccessKey", "keyAdminOnly", "AccessDenied"),
        ("DisableKey", "partner", "AccessDenied"),
        ("Encrypt", "myEncryptor", "DisabledException"),
        ("Decrypt", "myEncryptor", "InvalidCiphertextException"),
    }
