"""Multi-Region keys: primary, replicas, what they share, a new primary. Source: kms-semantics 4.11, 3.6 (124-131)."""

from datetime import timedelta

import pytest

from operations import clock
from operations.upkeep import run_upkeep
from tests.builders import Refused, days, hire, make_key, policy_of, refused, run_as, statement
from tests.operations.regions import AWAY, FAR, metadata, primary_key, replicate, replicated_key, state
from tests.people import ACCOUNT, REGION

ROLE = "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"


@pytest.fixture(autouse=True)
def at_once(settings):
    """Replication and rotation take no time."""
    settings.KMS_REPLICATION_SECONDS = settings.KMS_ROTATION_SECONDS = 0


def arn(key_id: str, region: str) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}"


def place(key_id: str, region: str) -> dict[str, str]:
    return {"Arn": arn(key_id, region), "Region": region}


# --- creation ---------------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_a_multi_region_key_begins_as_a_lone_primary(people):
    key = primary_key(people.ada)
    assert key["KeyId"].startswith("mrk-") and len(key["KeyId"]) == 36
    assert key["MultiRegion"] is True
    assert key["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": place(key["KeyId"], REGION),
        "ReplicaKeys": [],
    }


def test_a_single_region_key_has_no_configuration(people):
    key = make_key(people.ada)
    assert (key["MultiRegion"], "MultiRegionConfiguration" in key) == (False, False)


def test_the_first_multi_region_key_needs_the_permission_to_make_the_role(people):
    ana = hire("Ana", allow=["kms:CreateKey"])
    refusal = refused(ana, "CreateKey", {"MultiRegion": True})
    assert refusal.code == "AccessDeniedException"
    assert refusal.message is not None
    assert "iam:CreateServiceLinkedRole" in refusal.message and ROLE in refusal.message
    primary_key(people.ada)
    (role,) = [each for each in run_as(people.ada, "ListRoles")["Roles"] if each["RoleName"] == ROLE]
    assert role["Path"] == "/aws-service-role/mrk.kms.amazonaws.com/"
    run_as(ana, "CreateKey", {"MultiRegion": True})


# --- replication ------------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_a_replica_shares_the_key_and_has_its_own_arn_policy_and_labels(people):
    ada = people.ada
    key = primary_key(ada, Description="payroll", Tags=[{"TagKey": "team", "TagValue": "hr"}])
    answer = replicate(ada, key["KeyId"], Description="over there", Tags=[{"TagKey": "place", "TagValue": "eu"}])
    assert answer.keys() == {"ReplicaKeyMetadata", "ReplicaPolicy", "ReplicaTags"}
    assert answer["ReplicaTags"] == [{"TagKey": "place", "TagValue": "eu"}]
    assert "key-default-1" in answer["ReplicaPolicy"]
    created = answer["ReplicaKeyMetadata"]
    assert (created["KeyState"], created["Enabled"], "CurrentKeyMaterialId" in created) == ("Creating", False, False)
    replica = metadata(ada, key["KeyId"], AWAY)
    assert (replica["KeyId"], replica["Arn"]) == (key["KeyId"], arn(key["KeyId"], AWAY))
    assert (replica["KeyState"], replica["Description"]) == ("Enabled", "over there")
    assert replica["CurrentKeyMaterialId"] == key["CurrentKeyMaterialId"]
    assert replica["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": place(key["KeyId"], REGION),
        "ReplicaKeys": [place(key["KeyId"], AWAY)],
    }
    assert metadata(ada, key["KeyId"])["Description"] == "payroll"


def test_without_tags_the_answer_has_none(people):
    assert "ReplicaTags" not in replicate(people.ada, primary_key(people.ada)["KeyId"])


def test_replicas_are_listed_by_region_and_known_to_each_other(people):
    key_id = replicated_key(people.ada, AWAY, FAR)
    for region in (REGION, AWAY, FAR):
        assert metadata(people.ada, key_id, region)["MultiRegionConfiguration"]["ReplicaKeys"] == [
            place(key_id, FAR),
            place(key_id, AWAY),
        ]


def test_a_replica_is_creating_for_a_moment(people, settings):
    settings.KMS_REPLICATION_SECONDS = 5
    ada, then = people.ada, clock.account_time(0)
    key_id = primary_key(ada)["KeyId"]
    run_as(ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY}, time=then)
    assert state(ada, key_id, AWAY, time=then + timedelta(seconds=4)) == "Creating"
    assert refused(
        ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=AWAY, time=then + timedelta(seconds=4)
    ) == Refused("KMSInvalidStateException", f"{arn(key_id, AWAY)} is creating.")
    assert state(ada, key_id, AWAY, time=then + timedelta(seconds=5)) == "Enabled"


def test_a_key_is_replicated_only_once_into_a_region(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    once = Refused("AlreadyExistsException", "You can create only one replica of each primary key in each AWS Region.")
    assert refused(ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY}) == once
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": key_id}, region=AWAY)
    assert refused(ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY}) == once


@pytest.mark.parametrize(
    ("region", "text"),
    [
        (REGION, f"{REGION} cannot have a replica because it contains the primary."),
        ("cn-north-1", "The replica key Region must be in the same AWS partition as the primary key Region."),
        (
            "xx-north-1",
            "Region xx-north-1 is not a valid Region or multi-Region keys are not supported in Region xx-north-1.",
        ),
    ],
)
def test_a_replica_needs_another_region_that_exists(people, region, text):
    key_id = primary_key(people.ada)["KeyId"]
    assert refused(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": region}) == Refused(
        "ValidationException", text
    )


@pytest.mark.parametrize("disabled", [False, True])
def test_only_a_primary_key_is_replicated_whatever_its_state(people, disabled):
    ada = people.ada
    single, key_id = make_key(ada), replicated_key(ada)
    for name, region in ((single["Arn"], REGION), (arn(key_id, AWAY), AWAY)):
        if disabled:
            run_as(ada, "DisableKey", {"KeyId": name}, region=region)
        assert refused(ada, "ReplicateKey", {"KeyId": name, "ReplicaRegion": FAR}, region=region) == Refused(
            "UnsupportedOperationException", f"{name} is not a multi-region primary key."
        )


def test_replicating_needs_both_permissions(people):
    key_id = primary_key(people.ada)["KeyId"]
    request = {"KeyId": key_id, "ReplicaRegion": AWAY}
    half = hire("Half", allow=["kms:ReplicateKey"])
    refusal = refused(half, "ReplicateKey", request)
    assert refusal.code == "AccessDeniedException"
    assert refusal.message is not None and "kms:CreateKey" in refusal.message
    elsewhere = hire(
        "Elsewhere",
        allow=["kms:ReplicateKey", "kms:CreateKey"],
        condition={"StringEquals": {"aws:RequestedRegion": [REGION, FAR]}},
    )
    assert refused(elsewhere, "ReplicateKey", request).code == "AccessDeniedException"
    run_as(elsewhere, "ReplicateKey", {**request, "ReplicaRegion": FAR})
    whole = hire("Whole", allow=["kms:ReplicateKey", "kms:CreateKey"])
    run_as(whole, "ReplicateKey", request)


def test_a_replica_obeys_its_own_policy(people):
    ada, bob = people.ada, people.bob
    key_id = primary_key(ada)["KeyId"]
    replicate(ada, key_id, Policy=policy_of(statement(ACCOUNT, "kms:*"), statement(bob.arn, "kms:Encrypt")))
    request = {"KeyId": key_id, "Plaintext": b"x"}
    assert refused(bob, "Encrypt", request).code == "AccessDeniedException"
    run_as(bob, "Encrypt", request, region=AWAY)


# --- use --------------------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_a_ciphertext_opens_in_every_region_that_has_the_key(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    blob = run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})["CiphertextBlob"]
    for name in ({}, {"KeyId": key_id}, {"KeyId": arn(key_id, AWAY)}):
        opened = run_as(ada, "Decrypt", {"CiphertextBlob": blob, **name}, region=AWAY)
        assert (opened["Plaintext"], opened["KeyId"]) == (b"x", arn(key_id, AWAY))
    assert (
        refused(ada, "Decrypt", {"CiphertextBlob": blob, "KeyId": arn(key_id, REGION)}, region=AWAY).code
        == "IncorrectKeyException"
    )
    assert refused(ada, "Decrypt", {"CiphertextBlob": blob}, region=FAR).code == "AccessDeniedException"


def test_a_disabled_primary_leaves_its_replicas_at_work(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    run_as(ada, "DisableKey", {"KeyId": key_id})
    assert (state(ada, key_id), state(ada, key_id, AWAY)) == ("Disabled", "Enabled")
    run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=AWAY)


# --- rotation ---------------------------------------------------------------------------------------------------------
def rotations(person, key_id: str, region: str):
    members = {"KeyId": key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    listed = run_as(person, "ListKeyRotations", members, region=region)["Rotations"]
    return [{name: value for name, value in each.items() if name != "KeyId"} for each in listed]


@pytest.mark.postgres
def test_a_rotation_of_the_primary_is_one_of_every_copy(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id})
    assert len(rotations(ada, key_id, REGION)) == 2
    assert rotations(ada, key_id, AWAY) == rotations(ada, key_id, REGION)
    blob = run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=AWAY)["CiphertextBlob"]
    assert run_as(ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"x"
    replicate(ada, key_id, FAR)
    assert rotations(ada, key_id, FAR) == rotations(ada, key_id, REGION)


@pytest.mark.postgres
def test_the_automatic_rotation_is_the_primarys(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    run_as(ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 100})

    def setting(region):
        members = run_as(ada, "GetKeyRotationStatus", {"KeyId": key_id}, region=region)
        return {name: value for name, value in members.items() if name != "KeyId"}

    assert setting(AWAY) == setting(REGION)
    assert setting(AWAY)["RotationPeriodInDays"] == 100
    replicate(ada, key_id, FAR)  # a replica made later shows the same schedule
    assert setting(FAR) == setting(REGION)
    run_as(ada, "MoveClock", {"Days": 101})
    done = run_upkeep()
    assert (done.rotated, done.announced) == (1, 3)
    assert rotations(ada, key_id, AWAY) == rotations(ada, key_id, REGION)
    assert setting(AWAY) == setting(REGION)
    run_as(ada, "DisableKeyRotation", {"KeyId": key_id})
    assert setting(AWAY) == {"KeyRotationEnabled": False}


@pytest.mark.parametrize("action", ["EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"])
def test_rotation_is_not_for_replicas(people, action):
    key_id = replicated_key(people.ada)
    assert refused(people.ada, action, {"KeyId": key_id}, region=AWAY) == Refused(
        "UnsupportedOperationException",
        f"{arn(key_id, AWAY)} is a multi-region replica key which is not valid for {action}.",
    )


# --- another primary --------------------------------------------------------------------------------------------------
def move(person, key_id: str, region: str = AWAY, *, home: str = REGION, **options):
    members = {"KeyId": key_id, "PrimaryRegion": region}
    return run_as(person, "UpdatePrimaryRegion", members, region=home, **options)


@pytest.mark.postgres
def test_primary_and_replica_change_places(people):
    ada, key_id = people.ada, replicated_key(people.ada, AWAY, FAR)
    run_as(ada, "EnableKeyRotation", {"KeyId": key_id})
    move(ada, key_id)
    for region in (REGION, AWAY, FAR):
        found = metadata(ada, key_id, region)["MultiRegionConfiguration"]
        assert found["MultiRegionKeyType"] == ("PRIMARY" if region == AWAY else "REPLICA")
        assert found["PrimaryKey"] == place(key_id, AWAY)
        assert found["ReplicaKeys"] == [place(key_id, FAR), place(key_id, REGION)]
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id}, region=AWAY)
    assert refused(ada, "RotateKeyOnDemand", {"KeyId": key_id}).code == "UnsupportedOperationException"
    assert run_as(ada, "GetKeyRotationStatus", {"KeyId": key_id}, region=AWAY)["KeyRotationEnabled"] is True


def test_both_keys_are_updating_for_a_moment_and_work_meanwhile(people, settings):
    settings.KMS_REPLICATION_SECONDS = 5
    ada, key_id = people.ada, replicated_key(people.ada)
    then = clock.account_time(0) + timedelta(seconds=10)
    move(ada, key_id, time=then)
    soon, later = then + timedelta(seconds=4), then + timedelta(seconds=5)
    for region in (REGION, AWAY):
        found = metadata(ada, key_id, region, time=soon)
        assert (found["KeyState"], found["Enabled"]) == ("Updating", False)
        run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=region, time=soon)
        assert refused(ada, "DisableKey", {"KeyId": key_id}, region=region, time=soon) == Refused(
            "KMSInvalidStateException", f"{arn(key_id, region)} is updating."
        )
        assert state(ada, key_id, region, time=later) == "Enabled"


def test_the_primary_region_again_changes_nothing(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    move(ada, key_id, REGION)
    assert metadata(ada, key_id)["MultiRegionConfiguration"]["PrimaryKey"] == place(key_id, REGION)


def test_a_new_primary_must_be_a_replica_and_the_call_be_made_at_the_primary(people):
    ada, key_id = people.ada, replicated_key(people.ada)
    assert refused(ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": FAR}) == Refused(
        "ValidationException", f"{key_id} does not have a replica key in the specified Region."
    )
    assert refused(ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": REGION}, region=AWAY) == Refused(
        "KMSInvalidStateException", f"{arn(key_id, AWAY)} is not a multi-Region primary key."
    )


@pytest.mark.parametrize("region", [REGION, AWAY])
def test_both_keys_must_be_enabled(people, region):
    ada, key_id = people.ada, replicated_key(people.ada)
    run_as(ada, "DisableKey", {"KeyId": key_id}, region=region)
    assert refused(ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": AWAY}) == Refused(
        "DisabledException", f"{arn(key_id, region)} is disabled."
    )


def test_the_change_is_asked_of_both_policies(people):
    ada, bob = people.ada, people.bob
    own = policy_of(statement(ACCOUNT, "kms:*"), statement(bob.arn, "kms:UpdatePrimaryRegion"))
    key_id = primary_key(ada, Policy=own)["KeyId"]
    replicate(ada, key_id)
    refusal = refused(bob, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": AWAY})
    assert refusal.code == "AccessDeniedException"
    assert refusal.message is not None and arn(key_id, AWAY) in refusal.message
    run_as(ada, "PutKeyPolicy", {"KeyId": key_id, "Policy": own}, region=AWAY)
    move(bob, key_id)


# --- deletion ---------------------------------------------------------------------------------------------------------
def schedule(person, key_id: str, region: str = REGION, window: int = 7, **options):
    members = {"KeyId": key_id, "PendingWindowInDays": window}
    return run_as(person, "ScheduleKeyDeletion", members, region=region, **options)


@pytest.mark.postgres
def test_a_replica_is_deleted_alone(people):
    ada, key_id, then = people.ada, replicated_key(people.ada), clock.account_time(0)
    answer = schedule(ada, key_id, AWAY, time=then)
    assert (answer["KeyState"], answer["DeletionDate"]) == ("PendingDeletion", then + days(7))
    run_as(ada, "MoveClock", {"Days": 8})
    assert metadata(ada, key_id)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    assert refused(ada, "DescribeKey", {"KeyId": key_id}, region=AWAY).code == "NotFoundException"
    assert run_upkeep().deleted == 1
    assert metadata(ada, key_id)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    replicate(ada, key_id)
    assert state(ada, key_id, AWAY) == "Enabled"


@pytest.mark.postgres
def test_a_primary_key_waits_for_its_replicas_to_go(people):
    ada, key_id, then = people.ada, replicated_key(people.ada), clock.account_time(0)
    answer = schedule(ada, key_id, window=20, time=then)
    assert answer == {"KeyId": arn(key_id, REGION), "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": 20}
    found = metadata(ada, key_id, time=then + days(300))
    assert (found["KeyState"], found["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 20)
    assert "DeletionDate" not in found
    assert refused(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}) == Refused(
        "KMSInvalidStateException", f"{arn(key_id, REGION)} is pending replica deletion."
    )
    run_as(ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=AWAY)
    schedule(ada, key_id, AWAY, window=10, time=then)
    assert state(ada, key_id, time=then + days(9.9)) == "PendingReplicaDeletion"
    found = metadata(ada, key_id, time=then + days(10))
    assert (found["KeyState"], found["DeletionDate"]) == ("PendingDeletion", then + days(30))
    assert "PendingDeletionWindowInDays" not in found
    assert refused(ada, "DescribeKey", {"KeyId": key_id}, time=then + days(30)).code == "NotFoundException"


@pytest.mark.parametrize("later", [0, 15])
def test_upkeep_sees_both_off_in_order(people, later):
    """Whether it runs between the two dates or only after both."""
    ada, key_id = people.ada, replicated_key(people.ada)
    schedule(ada, key_id)
    schedule(ada, key_id, AWAY)
    if later:
        run_as(ada, "MoveClock", {"Days": 8})
        assert run_upkeep().deleted == 1
        assert state(ada, key_id) == "PendingDeletion"
        run_as(ada, "MoveClock", {"Days": 7})
        assert run_upkeep().deleted == 1
    else:
        run_as(ada, "MoveClock", {"Days": 15})
        assert run_upkeep().deleted == 2
    assert refused(ada, "DescribeKey", {"KeyId": key_id}).code == "NotFoundException"


def test_a_replica_that_is_kept_keeps_the_primary_waiting(people):
    ada, key_id, then = people.ada, replicated_key(people.ada, AWAY, FAR), clock.account_time(0)
    schedule(ada, key_id, time=then)
    for region in (AWAY, FAR):
        schedule(ada, key_id, region, time=then)
    run_as(ada, "CancelKeyDeletion", {"KeyId": key_id}, region=FAR)
    assert state(ada, key_id, time=then + days(100)) == "PendingReplicaDeletion"
    assert state(ada, key_id, FAR) == "Disabled"
    schedule(ada, key_id, FAR, time=then + days(1))
    assert metadata(ada, key_id, time=then + days(8))["DeletionDate"] == then + days(15)


@pytest.mark.parametrize("day", [1, 9])
def test_a_doomed_primary_key_is_kept_before_and_after_its_replicas_went(people, day):
    ada, key_id, then = people.ada, replicated_key(people.ada), clock.account_time(0)
    schedule(ada, key_id, time=then)
    schedule(ada, key_id, AWAY, time=then)
    run_as(ada, "CancelKeyDeletion", {"KeyId": key_id}, time=then + days(day))
    found = metadata(ada, key_id, time=then + days(100))
    assert (found["KeyState"], "PendingDeletionWindowInDays" in found) == ("Disabled", False)


# --- events -----------------------------------------------------------------------------------------------------------
def events(person, region: str):
    import json

    found = run_as(person, "LookupEvents", {}, region=region)["Events"]
    return [json.loads(each["CloudTrailEvent"]) for each in reversed(found)]


def test_what_happens_elsewhere_is_recorded_there(people):
    ada = people.ada
    key_id = replicated_key(ada)
    (created,) = [each for each in events(ada, AWAY) if each["eventName"] == "CreateKey"]
    (replicated,) = [each for each in events(ada, REGION) if each["eventName"] == "ReplicateKey"]
    assert created["requestID"] == replicated["requestID"]
    assert created["userIdentity"]["invokedBy"] == created["sourceIPAddress"] == "kms.amazonaws.com"
    assert created["userIdentity"]["userName"] == "Ada"
    for event, region in ((created, AWAY), (replicated, REGION)):
        assert [each["ARN"] for each in event["resources"]] == [arn(key_id, region)]
    move(ada, key_id)
    (asked,) = [each for each in events(ada, REGION) if each["eventName"] == "UpdatePrimaryRegion"]
    (moved,) = [each for each in events(ada, AWAY) if each["eventName"] == "UpdatePrimaryRegion"]
    assert [each["ARN"] for each in asked["resources"]] == [arn(key_id, REGION)]
    assert moved["requestParameters"] == {"keyId": arn(key_id, AWAY), "primaryRegion": AWAY}
    assert "resources" not in moved


def synchronizations(person, region: str = REGION):
    return [each for each in events(person, region) if each["eventName"] == "SynchronizeMultiRegionKey"]


def test_a_synchronization_is_recorded_once_for_the_primary_key(people, settings):
    settings.KMS_ROTATION_SECONDS = 0
    ada = people.ada
    key_id = replicated_key(ada, AWAY, FAR)
    first = synchronizations(ada)
    assert len(first) == 2  # one for each new replica
    assert first[0]["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}
    assert (first[0]["eventType"], first[0]["requestParameters"]) == ("AwsApiCall", None)
    assert first[0]["responseElements"] == {"keyId": arn(key_id, REGION)}
    assert [each["ARN"] for each in first[0]["resources"]] == [arn(key_id, REGION)]
    requests = {each["requestID"] for each in events(ada, REGION) if each["eventName"] == "ReplicateKey"}
    assert {each["requestID"] for each in first} == requests
    for action, recorded in (
        ("EnableKeyRotation", 1),
        ("EnableKeyRotation", 0),  # nothing changes, so nothing is copied
        ("RotateKeyOnDemand", 1),
        ("DisableKeyRotation", 1),
        ("DisableKeyRotation", 0),
        ("UpdateKeyDescription", 0),  # each Region's own
    ):
        before = len(synchronizations(ada))
        described = {"Description": "here"} if action == "UpdateKeyDescription" else {}
        run_as(ada, action, {"KeyId": key_id, **described})
        assert len(synchronizations(ada)) - before == recorded, action
    assert synchronizations(ada, AWAY) == synchronizations(ada, FAR) == []
    move(ada, key_id)
    (moved,) = synchronizations(ada, AWAY)
    assert moved["responseElements"] == {"keyId": arn(key_id, AWAY)}


def test_an_automatic_rotation_is_copied_to_the_replicas(people):
    ada, single = people.ada, primary_key(people.ada)["KeyId"]
    replicated = replicated_key(ada)
    for key_id in (single, replicated):
        run_as(ada, "EnableKeyRotation", {"KeyId": key_id, "RotationPeriodInDays": 90})
    run_as(ada, "MoveClock", {"Days": 91})
    assert synchronizations(ada) == []  # those of the replica and of the setting are older than the history shows
    run_upkeep()
    (copied,) = synchronizations(ada)
    assert copied["responseElements"] == {"keyId": arn(replicated, REGION)}
    rotated = [each["serviceEventDetails"]["keyId"] for each in events(ada, REGION) if each["eventName"] == "RotateKey"]
    assert sorted(rotated) == sorted([single, replicated])


def test_the_role_that_comes_with_the_first_key_is_recorded(people):
    primary_key(people.ada)
    primary_key(people.ada)
    made = [each for each in events(people.ada, REGION) if each["eventName"] == "CreateServiceLinkedRole"]
    assert [each["requestParameters"] for each in made] == [{"aWSServiceName": "mrk.kms.amazonaws.com"}]


@pytest.mark.parametrize("swept", [False, True])
def test_a_region_whose_replica_is_gone_takes_another(people, swept):
    """Swept away or not: to every caller it is gone once its waiting period is over."""
    ada = people.ada
    key_id = replicated_key(ada)
    request = {"KeyId": key_id, "ReplicaRegion": AWAY}
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 7}, region=AWAY)
    assert refused(ada, "ReplicateKey", request).code == "AlreadyExistsException"
    run_as(ada, "MoveClock", {"Days": 8})
    if swept:
        run_upkeep()
    run_as(ada, "ReplicateKey", request)
    assert state(ada, key_id, AWAY) == "Enabled"
    deletions = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "DeleteKey"}]}
    assert len(run_as(ada, "LookupEvents", deletions, region=AWAY)["Events"]) == 1
