"""A key is judged by its own account's clock, whoever calls: each account's may be ahead of the other's."""

import json
from datetime import UTC, datetime

import pytest

from operations.upkeep import run_upkeep
from tests.builders import make_key, policy_of, run_as, statement
from tests.operations.imports import external_key, import_into
from tests.people import ACCOUNT, OTHER_ACCOUNT

SHARED = policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, "kms:*"))
NAMES = {"Encrypt": {"Plaintext": b"x"}, "GenerateDataKey": {"KeySpec": "AES_256"}, "DescribeKey": {}}


def events(person, name):
    wanted = [{"AttributeKey": "EventName", "AttributeValue": name}]
    found = run_as(person, "LookupEvents", {"LookupAttributes": wanted})["Events"]
    return [json.loads(each["CloudTrailEvent"]) for each in found]


@pytest.mark.parametrize("ahead", ["ada", "olga"])
def test_a_shared_key_works_whoever_is_ahead(people, ahead):
    run_as(getattr(people, ahead), "MoveClock", {"Days": 400})
    key, other = make_key(people.ada, policy=SHARED), make_key(people.olga)
    rsa = make_key(people.ada, policy=SHARED, spec="RSA_2048")
    for action, members in NAMES.items():
        assert run_as(people.olga, action, {"KeyId": key["Arn"], **members})
    blob = run_as(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"x"})["CiphertextBlob"]
    sealed = run_as(people.olga, "ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": other["KeyId"]})
    assert run_as(people.olga, "Decrypt", {"CiphertextBlob": sealed["CiphertextBlob"]})["Plaintext"] == b"x"
    members = {"KeyId": rsa["Arn"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = run_as(people.olga, "Encrypt", {**members, "Plaintext": b"x"})["CiphertextBlob"]
    assert run_as(people.olga, "Decrypt", {**members, "CiphertextBlob": blob})["Plaintext"] == b"x"


def test_a_caller_who_is_ahead_does_not_hasten_another_accounts_deletion(people):
    key = make_key(people.ada, policy=SHARED, state="PendingDeletion")
    run_as(people.olga, "MoveClock", {"Days": 30})
    assert run_as(people.olga, "DescribeKey", {"KeyId": key["Arn"]})["KeyMetadata"]["KeyState"] == "PendingDeletion"
    run_as(people.ada, "CancelKeyDeletion", {"KeyId": key["KeyId"]})
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"], "PendingWindowInDays": 7})
    run_as(people.ada, "MoveClock", {"Days": 7})
    with pytest.raises(Exception, match="does not exist in this Region"):
        run_as(people.olga, "DescribeKey", {"KeyId": key["Arn"]})


def test_a_caller_who_is_ahead_does_not_let_another_accounts_material_expire(people):
    key = external_key(people.ada, Policy=SHARED)
    tomorrow = datetime.now(UTC).timestamp() + 86_400
    import_into(people.ada, key["KeyId"], b"k" * 32, ValidTo=tomorrow)
    run_as(people.olga, "MoveClock", {"Days": 30})
    assert run_as(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"x"})
    run_as(people.ada, "MoveClock", {"Days": 2})
    with pytest.raises(Exception, match="is pending import"):
        run_as(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"x"})


def test_a_rotation_that_the_owner_has_seen_is_seen_by_everybody(people):
    key = make_key(people.ada, policy=SHARED)
    run_as(people.ada, "EnableKeyRotation", {"KeyId": key["KeyId"], "RotationPeriodInDays": 90})
    run_as(people.ada, "MoveClock", {"Days": 91})
    run_upkeep()
    ids = {
        person.name: run_as(person, "GenerateDataKey", {"KeyId": key["Arn"], "KeySpec": "AES_256"})["KeyMaterialId"]
        for person in (people.ada, people.olga)
    }
    assert ids["Ada"] == ids["Olga"] != key["CurrentKeyMaterialId"]
    assert "OnDemandRotationStartDate" not in run_as(people.olga, "GetKeyRotationStatus", {"KeyId": key["Arn"]})


def test_each_history_has_the_time_of_its_account(people):
    key = make_key(people.ada, policy=SHARED)
    run_as(people.olga, "MoveClock", {"Days": 400})
    run_as(people.olga, "Encrypt", {"KeyId": key["Arn"], "Plaintext": b"x"})
    (own,), (owners,) = events(people.olga, "Encrypt"), events(people.ada, "Encrypt")
    assert own["sharedEventID"] == owners["sharedEventID"]
    ahead = datetime.fromisoformat(own["eventTime"]) - datetime.fromisoformat(owners["eventTime"])
    assert ahead.days == 400
    usage = run_as(people.ada, "GetKeyLastUsage", {"KeyId": key["KeyId"]})["KeyLastUsage"]
    assert usage["CloudTrailEventId"] == owners["eventID"]


def test_a_grant_on_another_accounts_key_has_the_date_of_that_account(people):
    key = make_key(people.ada, policy=SHARED)
    run_as(people.olga, "MoveClock", {"Days": 400})
    members = {"KeyId": key["Arn"], "GranteePrincipal": people.olga.arn, "RetiringPrincipal": people.olga.arn}
    run_as(people.olga, "CreateGrant", {**members, "Operations": ["Encrypt"]})
    (grant,) = run_as(people.ada, "ListGrants", {"KeyId": key["KeyId"]})["Grants"]
    assert (grant["CreationDate"] - key["CreationDate"]).days <= 0
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key["KeyId"], "PendingWindowInDays": 7})
    assert run_as(people.olga, "ListRetirableGrants", {"RetiringPrincipal": people.olga.arn})["Grants"]
