"""Request quotas: off unless asked for, per account and Region, charged to the caller."""

import pytest

from core.errors import AccessDeniedException, ThrottlingException
from core.service_model import operation_names
from core.shapes import convert_request
from operations.snapshots import cache
from operations.throttling import RATE_OF, buckets, charged, quota_names, rate_of
from tests.builders import Refused, call_as, make_key, refused, run_as
from tests.operations.imports import external_key, parameters
from tests.operations.regions import AWAY, FAR, primary_key, replicate, replicated_key
from tests.people import REGION


@pytest.fixture
def quotas(settings):
    buckets.empty()
    settings.KMS_REQUEST_QUOTAS = True
    yield
    buckets.empty()


def exhaust(person, action, members, times, **options):
    """Count how many of so many calls in one instant are permitted."""
    permitted = 0
    for _ in range(times):
        try:
            run_as(person, action, members, **options)
            permitted += 1
        except ThrottlingException:
            pass
    return permitted


def test_the_rates_are_of_operations_that_exist():
    assert set(RATE_OF) <= set(operation_names())


# Transcribed from kms-semantics 6.2: calls a second. Shared quotas first; symmetric by Region, 5,500 in most.
SYMMETRIC_RATES = {
    50_000: "us-east-1 us-west-2 eu-west-1",
    10_000: "us-east-2 ap-southeast-1 ap-southeast-2 ap-northeast-1 eu-central-1 eu-west-2",
    5_500: "ap-northeast-2 sa-east-1 ca-central-1 eu-north-1",
}
RATES = {
    1_000: "RSA ECC ML-DSA GetKeyPolicy GetKeyRotationStatus",
    2_000: "DescribeKey GetPublicKey ListResourceTags",
    500: "ListKeys ListAliases",
    100: "ListGrants ListKeyPolicies ListRetirableGrants ListKeyRotations",
    50: "CreateGrant",
    30: "RetireGrant RevokeGrant",
    15: "DeleteAlias EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion",
    10: "TagResource",
    5: "CancelKeyDeletion CreateAlias CreateKey DeleteImportedKeyMaterial DisableKey DisableKeyRotation EnableKey "
    "ImportKeyMaterial ReplicateKey UntagResource UpdateAlias UpdateKeyDescription UpdatePrimaryRegion "
    "RotateKeyOnDemand",
    0.25: "GetParametersForImport",
}
PAIR_RATES = {"ECC_NIST_P256": 25, "ECC_NIST_P384": 10, "ECC_NIST_P521": 5, "ECC_SECG_P256K1": 25}
PAIR_RATES |= {"RSA_2048": 1, "RSA_3072": 0.5, "RSA_4096": 0.1}


def test_the_rates_are_those_of_aws():
    for rate, regions in SYMMETRIC_RATES.items():
        assert {rate_of("symmetric", region) for region in regions.split()} == {rate}
    published = {name: rate for rate, names in RATES.items() for name in names.split()}
    published |= {f"GenerateDataKeyPair {spec}": rate for spec, rate in PAIR_RATES.items()}
    stores = {name for name in operation_names() if "CustomKeyStore" in name}  # there are none yet
    for name in quota_names() - {"symmetric", "LookupEvents"} - stores:
        assert rate_of(name, REGION) == published.get(name), name
    assert published.keys() <= quota_names()


def test_calls_above_the_rate_are_throttled_and_recorded(people, quotas):
    from audit.models import AuditEvent

    key = make_key(people.ada)["KeyId"]
    before = AuditEvent.objects.count()
    assert 5 <= exhaust(people.ada, "UpdateKeyDescription", {"KeyId": key, "Description": "x"}, 60) < 60
    assert AuditEvent.objects.count() == before + 60


def test_another_account_and_another_region_have_their_own_quota(people, quotas):
    assert exhaust(people.ada, "CreateKey", {}, 60) < 60
    assert exhaust(people.olga, "CreateKey", {}, 4) == 4
    assert exhaust(people.ada, "CreateKey", {}, 4, region="eu-west-1") == 4


def test_a_refused_call_is_charged_too(people, quotas):
    key = make_key(people.ada)["KeyId"]
    for _ in range(60):
        with pytest.raises((AccessDeniedException, ThrottlingException)):
            run_as(people.bob, "DisableKey", {"KeyId": key})
    with pytest.raises(ThrottlingException):
        for _ in range(3):
            run_as(people.ada, "DisableKey", {"KeyId": key})


def test_a_call_that_is_decided_again_is_charged_once(people, quotas):
    key = external_key(people.ada)["KeyId"]
    run_as(people.ada, "DescribeKey", {"KeyId": key})
    cache.version -= 1  # as a process that has not noticed the last change: the commit sends the call back
    assert parameters(people.ada, key)["ImportToken"]  # one call in four seconds
    with pytest.raises(ThrottlingException):
        parameters(people.ada, key)


@pytest.mark.parametrize(
    ("rates", "action", "members"),
    [
        ({"UpdateKeyDescription": 2}, "UpdateKeyDescription", {"Description": "x"}),
        ({"GetKeyLastUsage": 2}, "GetKeyLastUsage", {}),  # for which AWS publishes no rate
        ({"symmetric": 2}, "Encrypt", {"Plaintext": b"x"}),
        ({"GenerateDataKeyPair ECC_NIST_P256": 2}, "GenerateDataKeyPair", {"KeyPairSpec": "ECC_NIST_P256"}),
    ],
)
def test_an_installation_may_have_other_rates(people, quotas, settings, rates, action, members):
    key = make_key(people.ada)["KeyId"]
    settings.KMS_REQUEST_RATES = rates
    assert set(rates) <= quota_names()
    assert 2 <= exhaust(people.ada, action, {"KeyId": key, **members}, 12) < 12
    settings.KMS_REQUEST_RATES = {}
    buckets.empty()
    assert exhaust(people.ada, action, {"KeyId": key, **members}, 5) == 5


def test_re_encrypt_is_charged_to_the_quotas_of_both_keys(people, quotas, settings):
    symmetric = make_key(people.ada)["KeyId"]
    rsa = make_key(people.ada, spec="RSA_2048")["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": symmetric, "Plaintext": b"x"})["CiphertextBlob"]
    members = {"CiphertextBlob": blob, "DestinationKeyId": rsa, "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}
    for rates in ({"symmetric": 0.1}, {"RSA": 0.1}):
        buckets.empty()
        settings.KMS_REQUEST_RATES = rates
        assert exhaust(people.ada, "ReEncrypt", members, 3) == 1


def test_a_replica_costs_two_keys_in_its_region(people, quotas, settings):
    settings.KMS_REQUEST_RATES = {"CreateKey": 0.1}
    key_id = primary_key(people.ada)["KeyId"]
    replicate(people.ada, key_id)
    with pytest.raises(ThrottlingException):
        run_as(people.ada, "CreateKey", {}, region=AWAY)
    run_as(people.ada, "CreateKey", {}, region=FAR)
    request = convert_request("ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY})
    charges = [(REGION, "ReplicateKey"), (AWAY, "CreateKey"), (AWAY, "CreateKey")]
    assert list(charged("ReplicateKey", REGION, request, ())) == charges


def test_a_new_primary_region_counts_in_both_regions(people, quotas, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    settings.KMS_REQUEST_RATES = {"UpdatePrimaryRegion": 0.1}
    key_id = replicated_key(people.ada)
    run_as(people.ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": AWAY})
    with pytest.raises(ThrottlingException):
        run_as(people.ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": REGION}, region=AWAY)
    buckets.empty()
    run_as(people.ada, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": REGION}, region=AWAY)


def test_the_event_history_has_a_rate_of_its_own(people, quotas, settings):
    assert rate_of("LookupEvents", REGION) == 2
    settings.KMS_REQUEST_RATES = {"LookupEvents": 0.1}
    run_as(people.carol, "LookupEvents")
    assert refused(people.carol, "LookupEvents") == Refused("ThrottlingException", "Rate exceeded")


def test_a_preview_costs_nothing(people, quotas):
    from operations import pipeline

    key = make_key(people.ada)["KeyId"]
    for _ in range(50):
        assert pipeline.preview(call_as(people.ada, "EnableKey", {"KeyId": key})) is None
    run_as(people.ada, "EnableKey", {"KeyId": key})


def test_nothing_is_throttled_unless_asked_for(people):
    key = make_key(people.ada)["KeyId"]
    assert exhaust(people.ada, "EnableKey", {"KeyId": key}, 20) == 20
