"""Condition keys that follow from the parameters of a request."""

from datetime import UTC, datetime

import pytest

from core.policy.condition_keys import KeySource, find_condition_key
from core.policy.request_context import destination_context, request_context
from core.policy.values import parse_instant
from tests.core.policy.test_vectors import SCENARIOS

# Facts that no parameter tells: whether both keys are one, who makes the call, the constraint of the grant to retire.
NOT_FROM_PARAMETERS = {"kms:ReEncryptOnSameKey", "kms:ViaService", "kms:GrantIsForAWSResource"}


@pytest.mark.parametrize("data", SCENARIOS, ids=lambda data: data["id"])
def test_the_written_cases_list_what_follows_from_their_parameters(data) -> None:
    request = data["request"]
    if request["action"].startswith("iam:") or request["parameters"].get("KeyId", "").startswith("alias/x"):
        return
    built = request_context(request["action"].removeprefix("kms:"), request["parameters"])
    for name, value in request["context"].items():
        known = find_condition_key(name)
        if known is None or known.source is KeySource.ENVIRONMENT or name in NOT_FROM_PARAMETERS:
            continue
        expected = tuple(value) if isinstance(value, list) else value
        if name == "kms:ValidTo":
            assert parse_instant(built[name]) == parse_instant(expected)
        else:
            assert built.get(name) == expected, name


def test_the_destination_of_re_encrypt_has_a_context_of_its_own() -> None:
    members = {"SourceEncryptionContext": {"stage": "old"}, "DestinationEncryptionContext": {"stage": "new"}}
    assert request_context("ReEncrypt", members)["kms:EncryptionContext:stage"] == "old"
    assert destination_context(members)["kms:EncryptionContext:stage"] == "new"


def test_a_request_alias_is_a_name_and_never_an_arn() -> None:
    arn = "arn:aws:kms:us-west-2:111122223333:alias/app"
    assert request_context("DescribeKey", {"KeyId": arn})["kms:RequestAlias"] == "alias/app"
    assert request_context("DescribeKey", {"KeyId": "alias/app"})["kms:RequestAlias"] == "alias/app"
    assert "kms:RequestAlias" not in request_context("DescribeKey", {"KeyId": arn.replace("alias/app", "key/1")})
    assert "kms:RequestAlias" not in request_context("EnableKey", {"KeyId": "alias/app"})


def test_parameters_with_a_null_test_stay_absent() -> None:
    assert request_context("ImportKeyMaterial", {}) == {}
    assert request_context("PutKeyPolicy", {}) == {}
    assert request_context("PutKeyPolicy", {"BypassPolicyLockoutSafetyCheck": False}) == {
        "kms:BypassPolicyLockoutSafetyCheck": "false"
    }


def test_defaults_count_where_they_say_how_the_operation_is_carried_out() -> None:
    assert request_context("EnableKeyRotation", {}) == {"kms:RotationPeriodInDays": "365"}
    assert request_context("ScheduleKeyDeletion", {}) == {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}
    assert request_context("Sign", {"SigningAlgorithm": "ECDSA_SHA_256"})["kms:MessageType"] == "RAW"


def test_a_date_is_written_in_utc() -> None:
    moment = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for value in (moment, moment.timestamp()):
        assert request_context("ImportKeyMaterial", {"ValidTo": value}) == {"kms:ValidTo": "2026-06-30T12:00:00Z"}
