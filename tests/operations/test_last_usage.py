"""GetKeyLastUsage: the last successful use, and what is none. Source: kms-semantics 1.10 and 2.3."""

import pytest

from operations import clock
from tests.builders import days, hire, make_key, policy_of, refused, run_as, statement
from tests.operations.requests import make_scene
from tests.people import ACCOUNT, OTHER_ACCOUNT

USES = [
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
]


def usage(person, key_id: str) -> dict:
    return run_as(person, "GetKeyLastUsage", {"KeyId": key_id})["KeyLastUsage"]


def test_a_fresh_key_was_never_used(people):
    key = make_key(people.ada)
    answer = run_as(people.ada, "GetKeyLastUsage", {"KeyId": key["KeyId"]})
    assert answer == {
        "KeyId": key["Arn"],
        "KeyLastUsage": {},
        "TrackingStartDate": key["CreationDate"],
        "KeyCreationDate": key["CreationDate"],
    }


@pytest.mark.parametrize("action", USES)
def test_a_successful_use_is_the_last_one_and_leads_to_its_event(people, ready_scene, action):
    scene = ready_scene(action)
    run_as(people.ada, action, scene.request(action))
    found = usage(people.ada, scene.key_id)
    assert found["Operation"] == action
    wanted = [{"AttributeKey": "EventId", "AttributeValue": found["CloudTrailEventId"]}]
    (event,) = run_as(people.ada, "LookupEvents", {"LookupAttributes": wanted})["Events"]
    assert event["EventName"] == action


def test_refused_calls_dry_runs_and_reads_do_not_count(people):
    scene = make_scene(people.ada, policy_of(statement(ACCOUNT, "kms:*")), for_action="Verify")
    signed = usage(people.ada, scene.key_id)
    assert signed["Operation"] == "Sign"
    verify = scene.request("Verify")
    assert refused(people.mallory, "Verify", verify).code == "AccessDeniedException"
    assert refused(people.ada, "Verify", {**verify, "Signature": b"x"}).code == "KMSInvalidSignatureException"
    assert refused(people.ada, "Verify", {**verify, "DryRun": True}).code == "DryRunOperationException"
    run_as(people.ada, "GetPublicKey", {"KeyId": scene.key_id})
    run_as(people.ada, "DescribeKey", {"KeyId": scene.key_id})
    assert usage(people.ada, scene.key_id) == signed


def test_re_encrypt_is_a_use_of_both_keys(people):
    source, destination = (make_key(people.ada)["KeyId"] for _ in range(2))
    blob = run_as(people.ada, "Encrypt", {"KeyId": source, "Plaintext": b"x"})["CiphertextBlob"]
    run_as(people.ada, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": destination})
    assert [usage(people.ada, key)["Operation"] for key in (source, destination)] == ["ReEncrypt", "ReEncrypt"]


def test_a_use_from_another_account_counts_and_names_the_owners_event(people):
    key = make_key(people.ada, policy=policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, "kms:Encrypt")))
    run_as(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"x"})
    found = usage(people.ada, key["KeyId"])
    wanted = [{"AttributeKey": "EventId", "AttributeValue": found["CloudTrailEventId"]}]
    assert len(run_as(people.ada, "LookupEvents", {"LookupAttributes": wanted})["Events"]) == 1


@pytest.mark.parametrize("action", ["DisableKey", "ScheduleKeyDeletion"])
def test_a_policy_can_ask_for_days_without_use(people, action):
    used_at = clock.account_time(0) - days(40)
    limit = {"NumericGreaterThanEquals": {"kms:TrailingDaysWithoutKeyUsage": "30"}}
    careful = hire("Careful", allow=[f"kms:{action}"], condition=limit)
    fresh, used = (make_key(people.ada)["KeyId"] for _ in range(2))
    forgotten = run_as(people.ada, "CreateKey", time=used_at)["KeyMetadata"]["KeyId"]
    run_as(people.ada, "Encrypt", {"KeyId": used, "Plaintext": b"x"})
    run_as(people.ada, "Encrypt", {"KeyId": forgotten, "Plaintext": b"x"}, time=used_at)
    for key in (fresh, used):  # never used: the condition key is absent
        assert refused(careful, action, {"KeyId": key}).code == "AccessDeniedException"
    run_as(careful, action, {"KeyId": forgotten})
