"""Aliases: what they may be called, how many there may be, what they may name. Source: kms-semantics 3.1 and 4.5."""

import pytest

from audit.changes import Touched
from audit.models import Change
from tests.builders import Refused, make_key, refused, run_as
from tests.people import ACCOUNT, REGION

PREFIX_MISSING = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)
CHANGES = ("CreateAlias", "UpdateAlias", "DeleteAlias")


def change(action: str, name: str, key_id: str) -> dict[str, str]:
    return {"AliasName": name} | ({} if action == "DeleteAlias" else {"TargetKeyId": key_id})


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("payroll", Refused("ValidationException", PREFIX_MISSING)),
        ("alias/", Refused("ValidationException", PREFIX_MISSING)),
        ("alias/a:b", Refused("ValidationException", "alias/a:b contains invalid characters for an alias")),
        ("alias/aws/ebs", Refused("NotAuthorizedException", None)),
        (
            "alias/a#b",
            Refused(
                "ValidationException",
                "1 validation error detected: Value 'alias/a#b' at 'aliasName' failed to satisfy constraint: Member "
                "must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
            ),
        ),
    ],
)
def test_a_name_must_be_one_that_customers_may_use(people, action, name, expected):
    key = make_key(people.ada)
    assert refused(people.ada, action, change(action, name, key["KeyId"])) == expected


@pytest.mark.postgres
def test_the_longest_name_fits_the_alias_and_the_change_log(people):
    name = "alias/" + "n" * 250
    key = make_key(people.ada)
    run_as(people.ada, "CreateAlias", {"AliasName": name, "TargetKeyId": key["KeyId"]})
    Change.objects.get(kind=Touched.ALIAS, object_id__endswith=name).full_clean()
    assert run_as(people.ada, "DescribeKey", {"KeyId": name})["KeyMetadata"]["KeyId"] == key["KeyId"]


@pytest.mark.postgres
def test_a_name_is_taken_once_in_an_account_and_region(people):
    one, other = make_key(people.ada, alias="payroll"), make_key(people.ada)
    taken = {"AliasName": "alias/payroll", "TargetKeyId": other["KeyId"]}
    assert refused(people.ada, "CreateAlias", taken) == Refused(
        "AlreadyExistsException",
        f"An alias with the name arn:aws:kms:{REGION}:{ACCOUNT}:alias/payroll already exists",
    )
    elsewhere = make_key(people.ada, region="eu-west-1")
    run_as(people.ada, "CreateAlias", {**taken, "TargetKeyId": elsewhere["KeyId"]}, region="eu-west-1")
    run_as(people.ada, "CreateAlias", {**taken, "AliasName": "alias/Payroll"})
    assert run_as(people.ada, "DescribeKey", {"KeyId": "alias/payroll"})["KeyMetadata"]["KeyId"] == one["KeyId"]


def test_a_key_has_at_most_fifty_aliases(people):
    key = make_key(people.ada)["KeyId"]
    for number in range(50):
        run_as(people.ada, "CreateAlias", {"AliasName": f"alias/a{number}", "TargetKeyId": key})
    fifty_first = {"AliasName": "alias/b", "TargetKeyId": key}
    expected = Refused(
        "LimitExceededException", "Aliases per key quota for this account in this region is 50, current usage is 50."
    )
    assert refused(people.ada, "CreateAlias", fifty_first) == expected
    make_key(people.ada, alias="b")
    assert refused(people.ada, "UpdateAlias", fifty_first) == expected
    run_as(people.ada, "UpdateAlias", {"AliasName": "alias/a7", "TargetKeyId": key})  # it is there already
    run_as(people.ada, "DeleteAlias", {"AliasName": "alias/a7"})
    run_as(people.ada, "UpdateAlias", fifty_first)


@pytest.mark.parametrize("action", ["CreateAlias", "UpdateAlias"])
@pytest.mark.parametrize("target", ["alias/payroll", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/payroll"])
def test_an_alias_names_a_key_and_not_an_alias(people, action, target):
    make_key(people.ada, alias="payroll")
    name = "alias/payroll" if action == "UpdateAlias" else "alias/new"
    assert refused(people.ada, action, {"AliasName": name, "TargetKeyId": target}) == Refused(
        "ValidationException", "Aliases must refer to keys. Not aliases"
    )


def test_an_alias_cannot_name_a_key_of_another_account(people):
    from core.policy.actions import ACTIONS
    from tests.builders import policy_of, statement
    from tests.people import OTHER_ACCOUNT

    assert not ACTIONS["kms:CreateAlias"].cross_account
    shared = make_key(people.ada, policy=policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, "kms:*")))
    run_as(people.olga, "DescribeKey", {"KeyId": shared["Arn"]})
    request = {"AliasName": "alias/shared", "TargetKeyId": shared["Arn"]}
    assert refused(people.olga, "CreateAlias", request).code == "AccessDeniedException"


@pytest.mark.postgres
def test_updating_keeps_the_day_of_creation(people):
    one, other = make_key(people.ada, alias="payroll"), make_key(people.ada)
    before = run_as(people.ada, "ListAliases")["Aliases"][0]
    run_as(people.ada, "UpdateAlias", {"AliasName": "alias/payroll", "TargetKeyId": other["KeyId"]})
    after = run_as(people.ada, "ListAliases")["Aliases"][0]
    assert (before["TargetKeyId"], after["TargetKeyId"]) == (one["KeyId"], other["KeyId"])
    assert after["CreationDate"] == before["CreationDate"] == before["LastUpdatedDate"]
    assert after["LastUpdatedDate"] > before["LastUpdatedDate"]


def test_who_lacks_the_key_half_of_a_change_is_refused(people):
    """An identity policy for the alias is not enough: each key that the alias leaves or comes to is asked."""
    from tests.builders import hire, policy_of, statement

    locked = policy_of(statement(people.ada.arn, "kms:*"))
    old, new = make_key(people.ada, alias="payroll", policy=locked), make_key(people.ada)
    clerk = hire("Clerk", allow=["kms:*Alias"])
    for action in ("UpdateAlias", "DeleteAlias"):
        refusal = refused(clerk, action, change(action, "alias/payroll", new["KeyId"]))
        assert refusal.message == (
            f"User: {clerk.arn} is not authorized to perform: kms:{action} on resource: {old['Arn']} because no "
            f"resource-based policy allows the kms:{action} action"
        )
    run_as(people.ada, "UpdateAlias", {"AliasName": "alias/payroll", "TargetKeyId": new["KeyId"]})
    refusal = refused(clerk, "UpdateAlias", {"AliasName": "alias/payroll", "TargetKeyId": old["KeyId"]})
    assert f"on resource: {old['Arn']}" in (refusal.message or "")
    run_as(clerk, "DeleteAlias", {"AliasName": "alias/payroll"})
