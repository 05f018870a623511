"""Groups and roles through the pipeline."""

import json
from urllib.parse import unquote

import pytest

from core.errors import (
    IamAccessDenied,
    IamDeleteConflict,
    IamEntityAlreadyExists,
    IamInvalidInput,
    IamLimitExceeded,
    IamMalformedPolicyDocument,
    IamNoSuchEntity,
)
from tests.builders import run_as
from tests.people import ACCOUNT, OTHER_ACCOUNT

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def trust(principal=f"arn:aws:iam::{ACCOUNT}:root", **more):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_members_of_a_group_have_its_permissions_until_they_leave(people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    run_as(people.ada, "AttachGroupPolicy", {"GroupName": "readers", "PolicyArn": READ_ONLY})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "ListUsers")
    membership = {"GroupName": "readers", "UserName": "Bob"}
    run_as(people.ada, "AddUserToGroup", membership)
    assert run_as(people.bob, "ListUsers")["Users"]
    assert [user["UserName"] for user in run_as(people.ada, "GetGroup", {"GroupName": "readers"})["Users"]] == ["Bob"]
    own = run_as(people.bob, "ListGroupsForUser", {"UserName": "Bob"})
    assert [group["GroupName"] for group in own["Groups"]] == ["readers"]
    run_as(people.ada, "RemoveUserFromGroup", membership)
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "ListUsers")


def test_a_group_is_deleted_once_it_is_empty(people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    run_as(people.ada, "AddUserToGroup", {"GroupName": "readers", "UserName": "Bob"})
    run_as(people.ada, "AttachGroupPolicy", {"GroupName": "readers", "PolicyArn": READ_ONLY})
    with pytest.raises(IamDeleteConflict, match="must remove users from group first"):
        run_as(people.ada, "DeleteGroup", {"GroupName": "readers"})
    run_as(people.ada, "RemoveUserFromGroup", {"GroupName": "readers", "UserName": "Bob"})
    with pytest.raises(IamDeleteConflict, match="must detach all policies first"):
        run_as(people.ada, "DeleteGroup", {"GroupName": "readers"})
    run_as(people.ada, "DetachGroupPolicy", {"GroupName": "readers", "PolicyArn": READ_ONLY})
    run_as(people.ada, "DeleteGroup", {"GroupName": "readers"})
    assert run_as(people.ada, "ListGroups")["Groups"] == []


def test_a_user_is_in_ten_groups_at_most(people):
    for number in range(11):
        run_as(people.ada, "CreateGroup", {"GroupName": f"g{number}"})
    for number in range(10):
        run_as(people.ada, "AddUserToGroup", {"GroupName": f"g{number}", "UserName": "Bob"})
    with pytest.raises(IamLimitExceeded, match="Cannot exceed quota for GroupsPerUser: 10"):
        run_as(people.ada, "AddUserToGroup", {"GroupName": "g10", "UserName": "Bob"})


def test_a_role_keeps_its_trust_policy(people):
    role = {"RoleName": "App", "AssumeRolePolicyDocument": trust(), "Description": "for the app"}
    made = run_as(people.ada, "CreateRole", role)["Role"]
    assert made["RoleId"].startswith("AROA")
    assert unquote(made["AssumeRolePolicyDocument"]) == trust()
    with pytest.raises(IamEntityAlreadyExists, match="Role with name app already exists"):
        run_as(people.ada, "CreateRole", {**role, "RoleName": "app"})
    new = trust(f"arn:aws:iam::{OTHER_ACCOUNT}:user/Olga")
    run_as(people.ada, "UpdateAssumeRolePolicy", {"RoleName": "App", "PolicyDocument": new})
    assert unquote(run_as(people.ada, "GetRole", {"RoleName": "App"})["Role"]["AssumeRolePolicyDocument"]) == new
    run_as(people.ada, "DeleteRole", {"RoleName": "App"})
    with pytest.raises(IamNoSuchEntity, match="The role with name App cannot be found"):
        run_as(people.ada, "GetRole", {"RoleName": "App"})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "invalid Json"),
        (trust(Resource="*"), "Has prohibited field Resource"),
        (
            trust(f"arn:aws:iam::{ACCOUNT}:user/Nobody"),
            'Invalid principal in policy: "AWS":"arn:aws:iam::.*user/Nobody"',
        ),
        (trust(f"arn:aws:iam::{ACCOUNT}:group/readers"), "Invalid principal in policy"),
        (trust().replace("sts:AssumeRole", "kms:Decrypt"), "may only specify STS AssumeRole actions"),
        (trust().replace('"Principal"', '"NotPrincipal"'), "NotPrincipal"),
        (
            json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}),
            "Missing required field Principal",
        ),
    ],
)
def test_a_trust_policy_that_makes_no_sense_is_refused(people, document, words):
    with pytest.raises(IamMalformedPolicyDocument, match=words):
        run_as(people.ada, "CreateRole", {"RoleName": "App", "AssumeRolePolicyDocument": document})


def test_a_longer_session_is_refused_rather_than_ignored(people):
    role = {"RoleName": "App", "AssumeRolePolicyDocument": trust(), "MaxSessionDuration": "7200"}
    with pytest.raises(IamInvalidInput, match="MaxSessionDuration"):
        run_as(people.ada, "CreateRole", role)
    run_as(people.ada, "CreateRole", {**role, "MaxSessionDuration": "3600"})
