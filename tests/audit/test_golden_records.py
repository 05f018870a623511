"""The record of every action, permitted and refused, member by member. Source: kms-semantics 5."""

from contextlib import suppress
from datetime import timedelta

import pytest

from accounts.models import PrincipalKind
from audit.changes import Touched
from audit.models import AuditEvent
from audit.rendering import render_events
from core import service_model
from core.calls import Door
from core.errors import KmsError
from operations import clock
from operations.changes import configuration_change
from operations.registry import OPERATIONS, load_actions
from operations.upkeep import run_upkeep
from policies.aws_managed import ADMINISTRATOR_ACCESS
from tests.audit.golden_calls import GOLDEN_CALLS, payroll_key
from tests.builders import make_key, run_as, split_policy
from tests.conformance_results import check_results, check_rows
from tests.golden_records import GOLDEN, check_golden
from tests.operations.requests import make_scene
from tests.people import new_person

pytestmark = pytest.mark.django_db


def records_after(sequence):
    return render_events(AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence"))


def recorded(person, action, members, **options):
    """Return the records of one call, which may be refused."""
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    with suppress(KmsError):
        run_as(person, action, members, **options)
    return records_after(last)


# What an account without a custom key store is told.
NO_STORE = {
    "ConnectCustomKeyStore": "CustomKeyStoreNotFoundException",
    "CreateCustomKeyStore": "UnsupportedOperationException",
    "DeleteCustomKeyStore": "CustomKeyStoreNotFoundException",
    "DisconnectCustomKeyStore": "CustomKeyStoreNotFoundException",
    "UpdateCustomKeyStore": "CustomKeyStoreNotFoundException",
}


@pytest.mark.conformance
@pytest.mark.parametrize("action", service_model.operation_names())
def test_the_record_of_an_operation(people, settings, action):
    """Request, keys and answer, with nothing secret: source and layout in kms-semantics 5.1 and 5.2."""
    settings.KMS_REPLICATION_SECONDS = settings.KMS_ROTATION_SECONDS = 0
    person, members = GOLDEN_CALLS[action](people)
    case = "no_store" if action in NO_STORE else "permitted"
    events = recorded(person, action, members)
    check_golden(f"{action}/{case}", events)
    assert events[0].get("errorCode") == NO_STORE.get(action)
    check_results("audit", action, {case: "equal"})


@pytest.mark.conformance
def test_the_results_are_those_of_every_operation():
    check_rows("audit", service_model.operation_names())


@pytest.fixture
def key(people):
    return payroll_key(people)


def test_a_broken_ciphertext_leaves_a_code_and_no_message(people, key):
    check_golden("Decrypt/broken_ciphertext", recorded(people.bob, "Decrypt", {"CiphertextBlob": b"\1\2\2\0 rubbish"}))


def test_an_rsa_ciphertext_has_no_material_in_its_record(people):
    key = make_key(people.ada, spec="RSA_2048")
    request = {"KeyId": key["KeyId"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    check_golden("Encrypt/rsa", recorded(people.ada, "Encrypt", {**request, "Plaintext": b"salary"}))


def test_a_bad_signature_leaves_a_code_and_no_message(people):
    scene = make_scene(people.ada, for_action="Verify")
    check_golden("Verify/bad_signature", recorded(people.ada, "Verify", {**scene.request("Verify"), "Signature": b"x"}))


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("GetCallerIdentity", {}),
        ("LookupEvents", {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]}),
    ],
)
def test_an_action_without_a_key_has_no_resources(people, action, members):
    check_golden(f"{action}/permitted", recorded(people.ada, action, members))


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("CreateUser", {"UserName": "carla"}),
        ("CreateAccessKey", {"UserName": "Bob"}),
        ("CreateLoginProfile", {"UserName": "dora", "Password": "planted-Passw0rd"}),
    ],
)
def test_account_administration_is_recorded_without_secrets(people, action, members):
    if members["UserName"] == "dora":
        run_as(people.ada, "CreateUser", {"UserName": "dora"})
    events = recorded(people.ada, action, members)
    assert "planted-Passw0rd" not in str(events)
    assert "ecretAccessKey" not in str(events)
    check_golden(f"{action}/permitted", events)


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_sign_in_is_recorded_with_its_outcome(people, succeeded):
    outcome = "permitted" if succeeded else "failed"
    check_golden(f"ConsoleLogin/{outcome}", recorded(people.bob, "ConsoleLogin", {"Succeeded": succeeded}))


def test_a_denial_has_the_whole_sentence_and_no_request(people, key):
    check_golden("DisableKey/denied", recorded(people.bob, "DisableKey", {"KeyId": key["KeyId"]}))


def test_a_key_that_does_not_exist_leaves_neither_request_nor_resources(people):
    missing = {"KeyId": "00000000-0000-4000-8000-000000000000"}
    check_golden("DescribeKey/not_found", recorded(people.ada, "DescribeKey", missing))


@pytest.mark.parametrize(
    ("action", "members"),
    [("GetKeyPolicy", {"PolicyName": "other"}), ("RevokeGrant", {"GrantId": "0" * 64})],
)
def test_what_is_not_found_of_a_key_leaves_neither_as_well(people, key, action, members):
    (event,) = recorded(people.ada, action, {"KeyId": key["KeyId"], **members})
    assert (event["errorCode"], event["requestParameters"]) == ("NotFoundException", None)
    assert "resources" not in event


def test_a_wrong_state_leaves_request_and_resources(people):
    key = make_key(people.ada, state="Disabled")
    check_golden("Encrypt/disabled", recorded(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"salary"}))


def test_a_dry_run_is_recorded_as_one(people, key):
    members = {"KeyId": key["KeyId"], "Plaintext": b"salary", "DryRun": True}
    check_golden("Encrypt/dry_run", recorded(people.bob, "Encrypt", members))


@pytest.mark.parametrize(
    ("action", "member", "value"),
    [
        ("Decrypt", "DryRunModifiers", ["IGNORE_CIPHERTEXT"]),
        ("ReEncrypt", "DryRunModifiers", ["IGNORE_CIPHERTEXT"]),
        ("ImportKeyMaterial", "KeyMaterialDescription", "from the safe"),
        ("GenerateRandom", "CustomKeyStoreId", "cks-1234567890abcdef0"),
    ],
)
def test_a_member_that_few_send_is_recorded_as_sent(people, action, member, value):
    person, members = GOLDEN_CALLS[action](people)
    if member == "DryRunModifiers":
        members |= {"DryRun": True}
    (event,) = recorded(person, action, {**members, member: value})
    assert event["requestParameters"][member[0].lower() + member[1:]] == value


def test_a_use_across_accounts_is_in_both_histories_under_one_shared_id(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob, accounts=(people.olga.account_id,)))
    own, owners = recorded(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"salary"})
    assert (own["recipientAccountId"], owners["recipientAccountId"]) == (people.olga.account_id, people.ada.account_id)
    assert own["sharedEventID"] == owners["sharedEventID"]
    assert own["eventID"] != owners["eventID"]
    check_golden("Encrypt/across_accounts", own)


def test_a_denial_across_accounts_is_in_the_callers_history_alone_and_tells_it_nothing(people, key):
    (only,) = recorded(
        people.olga, "Encrypt", {"KeyId": "arn:aws:kms:us-east-1:111122223333:alias/payroll", "Plaintext": b"x"}
    )
    assert only["recipientAccountId"] == people.olga.account_id
    assert key["KeyId"] not in str(only)


def test_what_the_service_does_by_itself_is_recorded_as_its_own(people):
    past = clock.account_time(0) - timedelta(days=40)
    key = make_key(people.ada)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"], "PendingWindowInDays": 7}, time=past)
    rotated = run_as(people.ada, "CreateKey", time=past)["KeyMetadata"]
    run_as(people.ada, "RotateKeyOnDemand", {"KeyId": rotated["KeyId"]}, time=past)
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    run_upkeep()
    events = {event["eventName"]: event for event in records_after(last)}
    check_golden("service_events/RotateKey", events["RotateKey"])
    check_golden("service_events/DeleteKey", events["DeleteKey"])


def test_a_role_session_names_the_role_behind_it(people):
    with configuration_change((Touched.EVERYTHING, "")):
        role = new_person("Deploy", kind=PrincipalKind.ROLE, path="/ci/", managed=ADMINISTRATOR_ACCESS)
    (event,) = recorded(role, "ListKeys", {})
    issuer = event["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert (event["userIdentity"]["type"], issuer["arn"]) == ("AssumedRole", role.arn)


def test_the_console_is_told_apart(people):
    (event,) = recorded(people.ada, "ListKeys", {}, door=Door.CONSOLE)
    assert event["sessionCredentialFromConsole"] == "true"
    assert "accessKeyId" not in event["userIdentity"]


def test_every_golden_folder_belongs_to_an_action():
    load_actions()
    folders = {folder.name for folder in GOLDEN.iterdir() if folder.is_dir()}
    assert folders - {"service_events"} <= OPERATIONS.keys()
