"""Grants: an extra allow on one key, given, listed, retired, revoked. Source: kms-semantics 4.12, authorization 3.8."""

import pytest

from core.errors import (
    AccessDeniedException,
    DryRunOperationException,
    InvalidArnException,
    InvalidGrantIdException,
    InvalidGrantTokenException,
    KmsError,
    NotFoundException,
    ValidationException,
)
from operations.snapshots import cache
from policies.models import Grant
from tests.builders import days, hire, make_key, run_as

NO_GRANT_ID = "The grant ID is not valid."


@pytest.fixture
def key(people):
    return make_key(people.ada)["KeyId"]


def grant(people, key, *operations, to=None, **members):
    grantee = (to or people.bob).arn
    return run_as(
        people.ada,
        "CreateGrant",
        {"KeyId": key, "GranteePrincipal": grantee, "Operations": list(operations), **members},
    )


def encrypt(person, key, context=None):
    members = {"KeyId": key, "Plaintext": b"x"}
    if context:
        members["EncryptionContext"] = context
    return run_as(person, "Encrypt", members)["CiphertextBlob"]


def arn_of(people, key):
    return run_as(people.ada, "DescribeKey", {"KeyId": key})["KeyMetadata"]["Arn"]


def test_a_grant_takes_effect_at_once_and_ends_with_its_revocation(people, key):
    with pytest.raises(AccessDeniedException):
        encrypt(people.bob, key)
    made = grant(people, key, "Encrypt")
    assert encrypt(people.bob, key)
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, "Decrypt", {"CiphertextBlob": encrypt(people.bob, key)})
    run_as(people.ada, "RevokeGrant", {"KeyId": key, "GrantId": made["GrantId"]})
    with pytest.raises(AccessDeniedException):
        encrypt(people.bob, key)


def test_a_grant_is_for_its_grantee_and_its_key_only(people, key):
    grant(people, key, "Encrypt")
    other = make_key(people.ada)["KeyId"]
    with pytest.raises(AccessDeniedException):
        encrypt(people.mallory, key)
    with pytest.raises(AccessDeniedException):
        encrypt(people.bob, other)


@pytest.mark.parametrize(
    ("kind", "fitting", "failing"),
    [
        ("EncryptionContextEquals", {"a": "1"}, {"a": "1", "b": "2"}),
        ("EncryptionContextSubset", {"a": "1", "b": "2"}, {"A": "1"}),
    ],
)
def test_a_constraint_asks_for_the_encryption_context(people, key, kind, fitting, failing):
    grant(people, key, "Encrypt", "DescribeKey", Constraints={kind: {"a": "1"}})
    assert encrypt(people.bob, key, fitting)
    with pytest.raises(AccessDeniedException):
        encrypt(people.bob, key, failing)
    run_as(people.bob, "DescribeKey", {"KeyId": key})


def test_a_grant_for_a_source_gives_nothing_to_a_direct_call(people, key):
    source = {"SourceArn": "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"}
    grant(people, key, "Encrypt", Constraints=source)
    with pytest.raises(AccessDeniedException):
        encrypt(people.bob, key)
    grant(people, key, "Encrypt")
    assert encrypt(people.bob, key)


def test_a_policy_can_ask_for_the_source_and_the_service_of_a_grant(people, key):
    source = "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"
    condition = {
        "StringEquals": {
            "kms:GrantConstraintType": "SourceArn",
            "kms:GranteeServicePrincipal": "s3.amazonaws.com",
            "kms:RetiringServicePrincipal": "s3.amazonaws.com",
        },
        "ArnEquals": {"kms:GrantConstraintSourceArn": source},
    }
    granter = hire("Granter", allow=["kms:CreateGrant"], condition=condition)
    members = {"KeyId": key, "Operations": ["Decrypt"], "RetiringServicePrincipal": "s3.amazonaws.com"}
    members |= {"GranteeServicePrincipal": "s3.amazonaws.com", "Constraints": {"SourceArn": source}}
    assert run_as(granter, "CreateGrant", members)["GrantId"]
    for other in (
        {"Constraints": {"SourceArn": f"{source}/other"}},
        {"GranteeServicePrincipal": "rds.amazonaws.com"},
        {"RetiringServicePrincipal": "rds.amazonaws.com"},
    ):
        with pytest.raises(AccessDeniedException):
            run_as(granter, "CreateGrant", {**members, **other})


@pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
def test_a_constraint_has_eight_pairs_of_384_characters(people, key, kind):
    most = {f"name {number}": "v" * 384 for number in range(8)}
    assert grant(people, key, "Encrypt", Constraints={kind: most})
    with pytest.raises(ValidationException, match="at most 8 encryption context pairs"):
        grant(people, key, "Encrypt", Constraints={kind: {**most, "a ninth": "v"}})
    with pytest.raises(ValidationException, match="at most 384 characters"):
        grant(people, key, "Encrypt", Constraints={kind: {"name": "v" * 385}})


@pytest.mark.parametrize("retiring", ["RetiringPrincipal", "RetiringServicePrincipal"])
def test_a_grant_to_a_service_names_its_source_and_who_retires_it(people, key, retiring):
    who = people.alice.arn if retiring == "RetiringPrincipal" else "s3.amazonaws.com"
    source = {"Constraints": {"SourceArn": "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"}}
    members = {"KeyId": key, "GranteeServicePrincipal": "s3.amazonaws.com", "Operations": ["Decrypt"]}
    run_as(people.ada, "CreateGrant", {**members, **source, retiring: who})
    with pytest.raises(ValidationException, match="must have a SourceArn"):
        run_as(people.ada, "CreateGrant", {**members, retiring: who})
    with pytest.raises(ValidationException, match="must have a RetiringPrincipal or"):
        run_as(people.ada, "CreateGrant", {**members, **source})


def test_the_same_named_grant_is_returned_with_a_new_token(people, key):
    one, two = (grant(people, key, "Encrypt", Name="job") for _ in range(2))
    assert one["GrantId"] == two["GrantId"]
    assert one["GrantToken"] != two["GrantToken"]
    assert grant(people, key, "Encrypt", "Decrypt", Name="job")["GrantId"] != one["GrantId"]
    assert grant(people, key, "Encrypt")["GrantId"] != grant(people, key, "Encrypt")["GrantId"]


def test_a_child_grant_may_not_be_wider_than_its_parent(people, key):
    grant(people, key, "Encrypt", "CreateGrant")
    members = {"KeyId": key, "GranteePrincipal": people.mallory.arn}
    run_as(people.bob, "CreateGrant", {**members, "Operations": ["Encrypt"]})
    assert encrypt(people.mallory, key)
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, "CreateGrant", {**members, "Operations": ["Encrypt", "Decrypt"]})


def test_lists_show_the_grant_and_never_a_token(people, key):
    made = grant(people, key, "Encrypt", RetiringPrincipal=people.alice.arn)
    (entry,) = run_as(people.ada, "ListGrants", {"KeyId": key})["Grants"]
    assert entry["GrantId"] == made["GrantId"]
    assert entry["GranteePrincipal"] == people.bob.arn
    assert entry["RetiringPrincipal"] == people.alice.arn
    assert entry["IssuingAccount"] == f"arn:aws:iam::{people.ada.account_id}:root"
    assert entry["Name"] == ""
    assert entry["CreationDate"].microsecond == 0  # recorded: whole seconds, where keys have milliseconds
    assert "GrantToken" not in entry
    retirable = run_as(people.ada, "ListRetirableGrants", {"RetiringPrincipal": people.alice.arn})["Grants"]
    assert [item["GrantId"] for item in retirable] == [made["GrantId"]]
    assert run_as(people.ada, "ListGrants", {"KeyId": key, "GranteePrincipal": people.alice.arn})["Grants"] == []


def test_the_retiring_principal_retires_by_token_and_a_stranger_does_not(people, key):
    made = grant(people, key, "Encrypt", RetiringPrincipal=people.alice.arn)
    with pytest.raises(AccessDeniedException):
        run_as(people.mallory, "RetireGrant", {"GrantToken": made["GrantToken"]})
    run_as(people.alice, "RetireGrant", {"GrantToken": made["GrantToken"]})
    assert not Grant.objects.exists()
    with pytest.raises(NotFoundException):
        run_as(people.alice, "RetireGrant", {"GrantToken": made["GrantToken"]})


def test_a_grantee_retires_by_key_arn_and_grant_id_if_the_grant_lists_it(people, key):
    arn = arn_of(people, key)
    made = grant(people, key, "Encrypt", "RetireGrant")
    with pytest.raises(NotFoundException, match=f"Invalid arn {key}"):
        run_as(people.bob, "RetireGrant", {"KeyId": key, "GrantId": made["GrantId"]})
    run_as(people.bob, "RetireGrant", {"KeyId": arn, "GrantId": made["GrantId"]})


def test_a_grant_to_a_foreign_user_needs_that_accounts_permission_too(people, key):
    arn = arn_of(people, key)
    grant(people, key, "Encrypt", to=people.olga)
    assert encrypt(people.olga, arn)


def test_dry_run_makes_no_grant(people, key):
    with pytest.raises(DryRunOperationException):
        grant(people, key, "Encrypt", DryRun=True)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("members", "error", "text"),
    [
        ({"Operations": ["CreateGrant"]}, ValidationException, "must not contain only the CreateGrant operation"),
        (
            {"Operations": ["Sign"]},
            ValidationException,
            r"Operations \[Sign\] are not supported .* a symmetric KMS key",
        ),
        (
            {"GranteePrincipal": "arn:aws:iam::111122223333:user/Nobody"},
            InvalidArnException,
            "does not refer to a valid",
        ),
        ({"GranteePrincipal": "arn:aws:iam::111122223333:group/Staff"}, InvalidArnException, "ARN is not valid"),
        ({"GranteePrincipal": "AIDAAAAAAAAAAAAAAAAAA"}, InvalidArnException, "GranteePrincipal does not refer"),
        ({"KeyId": "alias/x"}, InvalidArnException, "Key Aliases are not supported"),
        ({"GrantTokens": ["made-up"]}, InvalidGrantTokenException, "not valid"),
    ],
)
def test_a_wrong_request_is_refused(people, key, members, error, text):
    whole = {"KeyId": key, "GranteePrincipal": people.bob.arn, "Operations": ["Encrypt"], **members}
    with pytest.raises(error, match=text):
        run_as(people.ada, "CreateGrant", whole)


def test_a_malformed_grant_id_differs_from_an_unknown_one(people, key):
    with pytest.raises(InvalidGrantIdException):
        run_as(people.ada, "RevokeGrant", {"KeyId": key, "GrantId": "x"})
    with pytest.raises(NotFoundException):
        run_as(people.ada, "RevokeGrant", {"KeyId": key, "GrantId": "0" * 64})


def test_a_recreated_grantee_inherits_nothing(people, key):
    from audit.changes import Touched
    from operations.changes import configuration_change
    from tests.people import new_person

    grant(people, key, "Encrypt")
    unique_id = people.bob.principal.unique_id
    with configuration_change((Touched.IAM, people.bob.account_id)):
        people.bob.principal.delete()
        bob = new_person("Bob")
    cache.refresh()
    with pytest.raises(AccessDeniedException):
        encrypt(bob, key)
    (entry,) = run_as(people.ada, "ListGrants", {"KeyId": key})["Grants"]
    assert entry["GranteePrincipal"] == unique_id


def test_retirable_grants_are_listed_of_principals_of_the_own_account_only(people, key):
    made = grant(people, key, "Encrypt", RetiringPrincipal=people.alice.arn)
    grant(people, key, "Encrypt", RetiringPrincipal=people.olga.arn)
    by_id = run_as(people.ada, "ListRetirableGrants", {"RetiringPrincipal": people.alice.principal.unique_id})
    assert [item["GrantId"] for item in by_id["Grants"]] == [made["GrantId"]]
    for unknown in (people.olga.principal.unique_id, "AIDAAAAAAAAAAAAAAAAAA", "nobody"):
        with pytest.raises(NotFoundException, match=f"^Retiring principal {unknown} could not be found$"):
            run_as(people.ada, "ListRetirableGrants", {"RetiringPrincipal": unknown})
    for foreign in (people.olga.arn, f"arn:aws:iam::{people.olga.account_id}:user/Nobody"):
        with pytest.raises(ValidationException, match="in the account of the caller"):
            run_as(people.ada, "ListRetirableGrants", {"RetiringPrincipal": foreign})
    with pytest.raises(InvalidArnException, match="does not refer to a valid principal"):
        run_as(
            people.ada, "ListRetirableGrants", {"RetiringPrincipal": f"arn:aws:iam::{people.ada.account_id}:user/No"}
        )


def test_the_grants_that_a_service_may_retire_are_not_listed_to_people(people, key):
    """They are of all accounts. Source: API Reference, ListRetirableGrants."""
    s3 = {"RetiringServicePrincipal": "s3.amazonaws.com"}
    grant(people, key, "Encrypt", **s3)
    for person in (people.ada, people.olga):
        with pytest.raises(ValidationException, match="only be used by a service principal"):
            run_as(person, "ListRetirableGrants", s3)


def test_retiring_tells_another_account_nothing_of_a_key(people, key):
    """Neither that the key exists nor which grants it has; in the own account the grant is not found."""
    arn = arn_of(people, key)
    made = grant(people, key, "Encrypt")

    def retire(person, key_arn, grant_id):
        try:
            return run_as(person, "RetireGrant", {"KeyId": key_arn, "GrantId": grant_id, "DryRun": True})
        except KmsError as refusal:
            return refusal.code, refusal.message

    nowhere = arn.replace(key, "00000000-0000-4000-8000-000000000000")
    hidden = retire(people.olga, nowhere, "0" * 64)
    assert hidden[0] == "AccessDeniedException"
    assert retire(people.olga, arn, "0" * 64) == hidden
    assert retire(people.olga, arn, made["GrantId"])[0] == "AccessDeniedException"
    assert retire(people.ada, arn, "0" * 64) == ("NotFoundException", f"Grant ID {'0' * 64} not found")
    assert retire(people.ada, arn, made["GrantId"])[0] == "DryRunOperationException"
    for person in (people.olga, people.ada):
        assert retire(person, arn, "x") == retire(person, nowhere, "x") == ("InvalidGrantIdException", NO_GRANT_ID)


def test_retiring_takes_no_alias(people, key):
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/payroll", "TargetKeyId": key})
    made = grant(people, key, "Encrypt")
    arn = arn_of(people, key)
    for alias in ("alias/payroll", arn.replace(f"key/{key}", "alias/payroll")):
        with pytest.raises(InvalidArnException, match="Key Aliases are not supported for this operation"):
            run_as(people.ada, "RetireGrant", {"KeyId": alias, "GrantId": made["GrantId"]})
    run_as(people.ada, "RetireGrant", {"KeyId": arn, "GrantId": made["GrantId"]})


def test_the_grants_of_a_key_end_with_its_waiting_period(people, key):
    from operations import clock

    grant(people, key, "Encrypt", RetiringPrincipal=people.alice.arn)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    retirable = {"RetiringPrincipal": people.alice.arn}
    for days_later, number in ((6.9, 1), (7.1, 0)):
        time = clock.account_time(0) + days(days_later)
        assert len(run_as(people.ada, "ListRetirableGrants", retirable, time=time)["Grants"]) == number
