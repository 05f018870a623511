"""Users through the pipeline: created, listed, given a password, deleted."""

import json

import pytest

from accounts import queries
from core.errors import (
    IamAccessDenied,
    IamDeleteConflict,
    IamEntityAlreadyExists,
    IamInvalidInput,
    IamNoSuchEntity,
    IamPasswordPolicyViolation,
    IamValidationError,
)
from policies import queries as policy_queries
from tests.builders import make_key, run_as, split_policy
from tests.people import ACCOUNT

PASSWORD = "correct Horse 7 battery"


def test_a_user_is_made_as_asked(people):
    members = {"UserName": "Dora", "Path": "/eng/", "Tags": [{"Key": "team", "Value": "blue"}]}
    user = run_as(people.ada, "CreateUser", members)["User"]
    assert user["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/eng/Dora"
    assert user["UserId"].startswith("AIDA")
    assert run_as(people.ada, "GetUser", {"UserName": "Dora"})["User"] == user
    assert user["Tags"] == [{"Key": "team", "Value": "blue"}]


def test_names_are_unique_ignoring_case(people):
    with pytest.raises(IamEntityAlreadyExists) as refusal:
        run_as(people.ada, "CreateUser", {"UserName": "bOB"})
    assert refusal.value.message == "User with name bOB already exists."


def test_all_broken_limits_are_told_at_once(people):
    with pytest.raises(IamValidationError) as refusal:
        run_as(people.ada, "CreateUser", {"UserName": "no spaces", "Path": "eng"})
    assert refusal.value.message.startswith("2 validation errors detected: Value 'eng' at 'path'")
    assert (
        r"at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+"
        in (refusal.value.message)
    )


def test_a_member_that_is_not_offered_is_refused(people):
    with pytest.raises(IamInvalidInput):
        run_as(people.ada, "CreateUser", {"UserName": "Dora", "Shoe": "42"})


def test_without_permission_nobody_learns_whether_a_user_exists(people):
    texts = []
    for name in ("Bob", "Nobody"):
        with pytest.raises(IamAccessDenied) as refusal:
            run_as(people.mallory, "GetUser", {"UserName": name})
        texts.append(refusal.value.message.replace(name, "X"))
    assert texts[0] == texts[1]
    assert "iam:GetUser on resource: " in texts[0]
    with pytest.raises(IamNoSuchEntity, match="The user with name Nobody cannot be found"):
        run_as(people.ada, "GetUser", {"UserName": "Nobody"})


def test_a_permission_for_a_path_reaches_users_of_that_path(people):
    run_as(people.ada, "CreateUser", {"UserName": "Dora", "Path": "/eng/"})
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": f"arn:aws:iam::{ACCOUNT}:user/eng/*"},
    }
    put = {"UserName": "Mallory", "PolicyName": "eng", "PolicyDocument": json.dumps(document)}
    run_as(people.ada, "PutUserPolicy", put)
    assert run_as(people.mallory, "GetUser", {"UserName": "Dora"})["User"]["UserName"] == "Dora"
    with pytest.raises(IamAccessDenied):
        run_as(people.mallory, "GetUser", {"UserName": "Bob"})


def test_lists_come_in_pages_of_the_own_account(people):
    first = run_as(people.ada, "ListUsers", {"MaxItems": 3})
    second = run_as(people.ada, "ListUsers", {"MaxItems": 3, "Marker": first["Marker"]})
    names = [user["UserName"] for page in (first, second) for user in page["Users"]]
    assert names == ["Ada", "Alice", "Bob", "Carol", "Mallory"]
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    with pytest.raises(IamValidationError, match="Invalid Marker"):
        run_as(people.olga, "ListUsers", {"Marker": first["Marker"]})


def test_a_user_with_belongings_is_not_deleted(people):
    with pytest.raises(IamDeleteConflict, match="must delete access keys first"):
        run_as(people.ada, "DeleteUser", {"UserName": "Bob"})
    run_as(people.ada, "DeleteAccessKey", {"UserName": "Bob", "AccessKeyId": people.bob.access_key_id})
    with pytest.raises(IamDeleteConflict, match="must delete login profile first"):
        run_as(people.ada, "DeleteUser", {"UserName": "Bob"})
    run_as(people.ada, "DeleteLoginProfile", {"UserName": "Bob"})
    run_as(people.ada, "DeleteUser", {"UserName": "Bob"})
    assert queries.find_user(ACCOUNT, "Bob") is None


def test_a_deleted_user_stays_in_key_policies_as_its_unique_id(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    pk = queries.find_user(ACCOUNT, "Bob").pk
    assert any(row.user_id == pk for row in _permissions(key))
    run_as(people.ada, "DeleteAccessKey", {"UserName": "Bob", "AccessKeyId": people.bob.access_key_id})
    run_as(people.ada, "DeleteLoginProfile", {"UserName": "Bob"})
    run_as(people.ada, "DeleteUser", {"UserName": "Bob"})
    policy = run_as(people.ada, "GetKeyPolicy", {"KeyId": key["KeyId"]})["Policy"]
    assert people.bob.arn not in policy
    assert people.bob.principal.unique_id in policy
    assert not any(row.user_id == pk for row in _permissions(key))
    successor = run_as(people.ada, "CreateUser", {"UserName": "Bob"})["User"]
    assert successor["UserId"] != people.bob.principal.unique_id
    assert successor["UserId"] not in run_as(people.ada, "GetKeyPolicy", {"KeyId": key["KeyId"]})["Policy"]


def _permissions(key):
    from keys.queries import find_key

    return policy_queries.permissions_of_key(find_key(ACCOUNT, "us-east-1", key["KeyId"]).pk)


@pytest.mark.parametrize(
    "password", ["Ab1-xyz", "alllowercaseletters", "lower1234567", "Dora", "Password1", ACCOUNT, "P@ssw0rd"]
)
def test_a_weak_password_is_refused_and_not_repeated(people, password):
    run_as(people.ada, "CreateUser", {"UserName": "Dora"})
    with pytest.raises((IamPasswordPolicyViolation, IamValidationError)) as refusal:
        run_as(people.ada, "CreateLoginProfile", {"UserName": "Dora", "Password": password})
    assert password not in str(refusal.value)
    assert not queries.find_user(ACCOUNT, "Dora").console_access


def test_a_login_profile_lives_and_ends(people):
    run_as(people.ada, "CreateUser", {"UserName": "Dora"})
    profile = {"UserName": "Dora", "Password": PASSWORD, "PasswordResetRequired": "true"}
    run_as(people.ada, "CreateLoginProfile", profile)
    shown = run_as(people.ada, "GetLoginProfile", {"UserName": "Dora"})["LoginProfile"]
    assert shown["PasswordResetRequired"] is True
    with pytest.raises(IamEntityAlreadyExists, match="Login Profile for user Dora already exists"):
        run_as(people.ada, "CreateLoginProfile", profile)
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Dora", "PasswordResetRequired": False})
    assert queries.find_user(ACCOUNT, "Dora").check_password(PASSWORD)
    run_as(people.ada, "DeleteLoginProfile", {"UserName": "Dora"})
    with pytest.raises(IamNoSuchEntity, match="Login Profile for User Dora cannot be found"):
        run_as(people.ada, "GetLoginProfile", {"UserName": "Dora"})
    assert not queries.find_user(ACCOUNT, "Dora").has_usable_password()


def test_people_change_their_own_password_if_they_may(people):
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Bob", "Password": PASSWORD})
    change = {"OldPassword": PASSWORD, "NewPassword": PASSWORD + "!"}
    with pytest.raises(IamAccessDenied, match="not authorized to perform: iam:ChangePassword"):
        run_as(people.bob, "ChangePassword", change)
    own = {"UserName": "Bob", "PolicyArn": "arn:aws:iam::aws:policy/IAMUserChangePassword"}
    run_as(people.ada, "AttachUserPolicy", own)
    with pytest.raises(IamAccessDenied, match=r"^The old password was incorrect\.$"):
        run_as(people.bob, "ChangePassword", {**change, "OldPassword": "wrong"})
    run_as(people.bob, "ChangePassword", change)
    assert queries.find_user(ACCOUNT, "Bob").check_password(PASSWORD + "!")
