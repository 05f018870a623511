"""The record of every action, permitted and refused, member by member. Source: kms-semantics 5."""

from contextlib import suppress
from datetime import timedelta

import pytest

from accounts.models import PrincipalKind
from audit.changes import Touched
from audit.models import AuditEvent
from audit.rendering import render_events
from core.calls import Door
from core.errors import KmsError
from operations import clock
from operations.changes import configuration_change
from operations.registry import OPERATIONS, load_actions
from operations.upkeep import run_upkeep
from policies.aws_managed import ADMINISTRATOR_ACCESS
from tests.builders import make_key, run_as, split_policy
from tests.golden_records import GOLDEN, check_golden
from tests.operations.requests import make_scene
from tests.people import new_person

pytestmark = pytest.mark.django_db
CONTEXT = {"table": "invoices"}


def records_after(sequence):
    return render_events(AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence"))


def recorded(person, action, members, **options):
    """Return the records of one call, which may be refused."""
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    with suppress(KmsError):
        run_as(person, action, members, **options)
    return records_after(last)


@pytest.fixture
def key(people):
    """A key that Alice administers and Bob uses."""
    return make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))


def sealed(people, key, context=None):
    request = {"KeyId": key["KeyId"], "Plaintext": b"salary", "EncryptionContext": context or CONTEXT}
    return run_as(people.bob, "Encrypt", request)["CiphertextBlob"]


ON_A_KEY = {
    "CancelKeyDeletion": {},
    "DisableKey": {},
    "DisableKeyRotation": {},
    "EnableKey": {},
    "EnableKeyRotation": {"RotationPeriodInDays": 180},
    "DescribeKey": {},
    "GetKeyLastUsage": {},
    "GetKeyPolicy": {},
    "GetKeyRotationStatus": {},
    "ListKeyPolicies": {},
    "ListKeyRotations": {},
    "ListResourceTags": {"Limit": 10},
    "PutKeyPolicy": {"Policy": "policy"},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {"PendingWindowInDays": 7},
    "TagResource": {"Tags": [{"TagKey": "Department", "TagValue": "Sales"}]},
    "UntagResource": {"TagKeys": ["Department"]},
    "UpdateKeyDescription": {"Description": "Salaries"},
}


@pytest.mark.parametrize("action", ON_A_KEY)
def test_an_action_on_a_key_is_recorded_with_its_request_and_the_key(people, key, action):
    members = {"KeyId": key["KeyId"], **ON_A_KEY[action]}
    if action == "PutKeyPolicy":
        members["Policy"] = split_policy(people.alice, people.bob)
    if action == "CancelKeyDeletion":
        run_as(people.alice, "ScheduleKeyDeletion", {"KeyId": key["KeyId"]})
    check_golden(f"{action}/permitted", recorded(people.alice, action, members))


def test_a_new_key_is_recorded_with_what_was_filled_in_and_its_metadata(people):
    members = {"Tags": [{"TagKey": "Department", "TagValue": "Sales"}]}
    check_golden("CreateKey/permitted", recorded(people.ada, "CreateKey", members))


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("CreateAlias", {"AliasName": "alias/second", "TargetKeyId": "key"}),
        ("UpdateAlias", {"AliasName": "alias/payroll", "TargetKeyId": "other key"}),
        ("DeleteAlias", {"AliasName": "alias/payroll"}),
    ],
)
def test_an_alias_and_its_key_are_both_resources(people, key, action, members):
    if "TargetKeyId" in members:
        target = key if members["TargetKeyId"] == "key" else make_key(people.ada)
        members = {**members, "TargetKeyId": target["KeyId"]}
    check_golden(f"{action}/permitted", recorded(people.ada, action, members))


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("Encrypt", {"KeyId": "alias/payroll", "Plaintext": b"salary", "EncryptionContext": CONTEXT}),
        ("GenerateDataKey", {"KeyId": "alias/payroll", "KeySpec": "AES_256", "EncryptionContext": CONTEXT}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": "alias/payroll", "NumberOfBytes": 24}),
    ],
)
def test_a_use_is_recorded_with_the_key_as_asked_for_and_as_resolved(people, key, action, members):
    check_golden(f"{action}/permitted", recorded(people.bob, action, members))


def test_decrypt_names_the_key_that_the_ciphertext_led_to(people, key):
    members = {"CiphertextBlob": sealed(people, key), "EncryptionContext": CONTEXT}
    check_golden("Decrypt/permitted", recorded(people.bob, "Decrypt", members))


def test_a_broken_ciphertext_leaves_a_code_and_no_message(people, key):
    check_golden("Decrypt/broken_ciphertext", recorded(people.bob, "Decrypt", {"CiphertextBlob": b"\1\2\2\0 rubbish"}))


def test_re_encrypt_names_both_keys_even_if_they_are_the_same(people, key):
    members = {
        "CiphertextBlob": sealed(people, key),
        "SourceEncryptionContext": CONTEXT,
        "DestinationKeyId": "alias/payroll",
    }
    check_golden("ReEncrypt/permitted", recorded(people.bob, "ReEncrypt", members))


OTHER_KINDS = {
    "Decapsulate": {"EncapsulationAlgorithm": "ML_KEM"},
    "DeriveSharedSecret": {},
    "Encapsulate": {},
    "GenerateDataKeyPair": {"EncryptionContext": CONTEXT},
    "GenerateDataKeyPairWithoutPlaintext": {"EncryptionContext": CONTEXT},
    "GenerateMac": {},
    "GetPublicKey": {},
    "Sign": {},
    "Verify": {"MessageType": "RAW"},
    "VerifyMac": {},
}


@pytest.mark.parametrize("action", OTHER_KINDS)
def test_a_use_of_another_kind_of_key_is_recorded_without_message_signature_or_secret(people, action):
    scene = make_scene(people.ada, for_action=action)
    scene.named = "alias/scene"
    check_golden(f"{action}/permitted", recorded(people.ada, action, {**scene.request(action), **OTHER_KINDS[action]}))


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
        ("ListKeys", {"Limit": 3}),
        ("ListAliases", {}),
        ("GenerateRandom", {"NumberOfBytes": 32}),
        ("GetCallerIdentity", {}),
        ("LookupEvents", {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]}),
    ],
)
def test_an_action_without_a_key_has_no_resources(people, action, members):
    check_golden(f"{action}/permitted", recorded(people.ada, action, members))


@pytest.fixture
def grant(people, key):
    """A grant of Alice's key to Mallory, which Bob may retire."""
    members = {"KeyId": key["KeyId"], "GranteePrincipal": people.mallory.arn, "Operations": ["Decrypt"]}
    return run_as(people.ada, "CreateGrant", {**members, "RetiringPrincipal": people.bob.arn})


def test_a_new_grant_is_recorded_without_its_token(people, key):
    constraints = {"EncryptionContextSubset": CONTEXT}
    members = {"KeyId": key["KeyId"], "GranteePrincipal": people.mallory.arn, "Operations": ["Decrypt", "Encrypt"]}
    members |= {"Name": "night-shift", "Constraints": constraints}
    check_golden("CreateGrant/permitted", recorded(people.ada, "CreateGrant", members))


def test_a_revoked_grant_is_recorded_by_its_id(people, key, grant):
    members = {"KeyId": key["KeyId"], "GrantId": grant["GrantId"]}
    check_golden("RevokeGrant/permitted", recorded(people.ada, "RevokeGrant", members))


def test_a_retired_grant_is_recorded_without_the_request(people, key, grant):
    check_golden("RetireGrant/permitted", recorded(people.bob, "RetireGrant", {"GrantToken": grant["GrantToken"]}))


def test_lists_of_grants_are_recorded(people, key, grant):
    check_golden("ListGrants/permitted", recorded(people.ada, "ListGrants", {"KeyId": key["KeyId"]}))
    members = {"RetiringPrincipal": people.bob.arn}
    check_golden("ListRetirableGrants/permitted", recorded(people.ada, "ListRetirableGrants", members))


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


def test_a_wrong_state_leaves_request_and_resources(people):
    key = make_key(people.ada, state="Disabled")
    check_golden("Encrypt/disabled", recorded(people.ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"salary"}))


def test_a_dry_run_is_recorded_as_one(people, key):
    members = {"KeyId": key["KeyId"], "Plaintext": b"salary", "DryRun": True}
    check_golden("Encrypt/dry_run", recorded(people.bob, "Encrypt", members))


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
