"""The pages about groups, roles and managed policies."""

import json
import re
from html import unescape

import pytest

from accounts import queries
from accounts.models import PrincipalKind
from policies import queries as policy_queries
from tests.builders import run_as
from tests.people import ACCOUNT, OTHER_ACCOUNT

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}
)


@pytest.fixture
def ada(signed_in, people):
    return signed_in(people.ada)


def text(answer):
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))


def test_a_group_is_created_with_users_and_policies(ada):
    form = {"group_name": "myKMSGroup", "user": ["Alice", "Bob"], "policy": READ_ONLY}
    assert ada.post("/iam/groups/create", form)["Location"] == "/iam/groups/details/myKMSGroup"
    group = queries.find_group(ACCOUNT, "myKMSGroup")
    assert [user.name for user in queries.members_of_group(group.pk, "", 9)] == ["Alice", "Bob"]
    assert policy_queries.attached_arns(group) == [READ_ONLY]
    page = text(ada.get("/iam/groups"))
    assert "myKMSGroup" in page and "Defined" in page
    again = ada.post("/iam/groups/create", {"group_name": "mykmsgroup"})
    assert (again.status_code, "Group with name mykmsgroup already exists." in text(again)) == (422, True)


def test_members_come_and_go_and_the_group_is_deleted_by_its_name(ada, people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    base = "/iam/groups/details/readers"
    ada.post(f"{base}/users/add", {"user": ["Alice", "Bob"]})
    ada.post(f"{base}/users/remove", {"user": ["Alice"]})
    page = text(ada.get(base))
    assert "Select user Bob" in page and "Select user Alice" not in page
    assert ada.post(f"{base}/delete", {"confirmation": "x"}).status_code == 422
    ada.post(f"{base}/delete", {"confirmation": "readers"})
    assert queries.find_group(ACCOUNT, "readers") is None
    assert queries.find_user(ACCOUNT, "Bob") is not None


def test_a_role_that_another_account_may_assume_is_created_in_three_steps(ada):
    wrong = ada.post("/iam/roles/create", {"step": "1", "trust": "other", "account_id": "12", "move": "next"})
    assert (wrong.status_code, "12 digits" in text(wrong)) == (422, True)
    form = {"trust": "other", "account_id": OTHER_ACCOUNT}
    assert "Add permissions" in text(ada.post("/iam/roles/create", {**form, "step": "1", "move": "next"}))
    review = ada.post("/iam/roles/create", {**form, "step": "2", "policy": READ_ONLY, "move": "next"})
    assert f"arn:aws:iam::{OTHER_ACCOUNT}:root" in text(review) and "IAMReadOnlyAccess" in text(review)
    last = {**form, "step": "3", "policy": READ_ONLY, "role_name": "Partner", "move": "create"}
    assert ada.post("/iam/roles/create", last)["Location"] == "/iam/roles/details/Partner"
    role = queries.find_role(ACCOUNT, "Partner")
    assert f"arn:aws:iam::{OTHER_ACCOUNT}:root" in role.trust_policy
    assert policy_queries.attached_arns(role) == [READ_ONLY]
    assert "Partner" in text(ada.get("/iam/roles"))


def test_a_trust_policy_is_edited_and_its_faults_are_told(ada, people):
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    run_as(people.ada, "CreateRole", {"RoleName": "App", "AssumeRolePolicyDocument": document})
    path = "/iam/roles/details/App/trust"
    wrong = ada.post(path, {"policy_document": document.replace(":root", ":user/Nobody")})
    assert (wrong.status_code, "Invalid principal in policy" in text(wrong)) == (422, True)
    ada.post(path, {"policy_document": document.replace(":root", ":user/Bob")})
    assert people.bob.arn in text(ada.get("/iam/roles/details/App", {"tab": "trust"}))
    ada.post("/iam/roles/details/App/delete", {"confirmation": "App"})
    assert queries.count_principals(ACCOUNT, PrincipalKind.ROLE) == 0


def test_a_policy_is_created_attached_detached_and_deleted(ada, people):
    wrong = ada.post("/iam/policies/create", {"policy_name": "Lister", "policy_document": "{"})
    assert (wrong.status_code, "Syntax errors in policy." in text(wrong)) == (422, True)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/Lister"
    ada.post("/iam/policies/create", {"policy_name": "Lister", "policy_document": DOCUMENT})
    page = text(ada.get("/iam/policies/details", {"arn": arn}))
    assert "iam:ListUsers" in page and "Customer managed" in page
    ada.post(f"/iam/policies/attach?arn={arn}", {"entity": ["users:Bob"]})
    assert "Select Bob" in text(ada.get("/iam/policies/details", {"arn": arn, "tab": "entities"}))
    refused = ada.post(f"/iam/policies/delete?arn={arn}", {"confirmation": "Lister"}, follow=True)
    assert "Cannot delete a policy attached to entities." in text(refused)
    ada.post(f"/iam/policies/detach?arn={arn}", {"entity": ["users:Bob"]})
    ada.post(f"/iam/policies/delete?arn={arn}", {"confirmation": "Lister"})
    assert policy_queries.managed_policies_of_account(ACCOUNT) == []


def test_policies_are_listed_by_type_and_name(ada):
    run = ada.get("/iam/policies", {"scope": "Local"})
    assert "No policies" in text(run)
    found = text(ada.get("/iam/policies", {"filter": "kms keymanagement"}))
    assert "No matches" in found
    assert "AWSKeyManagementServicePowerUser" in text(ada.get("/iam/policies", {"filter": "keymanagement power"}))


def test_the_editor_is_told_what_is_wrong_while_typing(ada):
    fine = ada.post("/iam/policies/check", {"document": DOCUMENT})
    assert fine.json() == []
    (fault,) = ada.post("/iam/policies/check", {"document": '{\n "Version": }'}).json()
    assert (fault["line"], fault["severity"]) == (2, "error")
    (bomb,) = ada.post("/iam/policies/check", {"document": "[" * 100_000}).json()
    assert bomb["severity"] == "error"
    (words,) = ada.post("/iam/policies/check-trust", {"document": DOCUMENT}).json()
    assert "Resource" in words["message"]


def test_a_stranger_gets_reasons_and_changes_nothing(signed_in, people):
    console = signed_in(people.mallory)
    for path, action in (
        ("/iam/groups", "iam:ListGroups"),
        ("/iam/roles", "iam:ListRoles"),
        ("/iam/policies", "iam:ListPolicies"),
    ):
        assert action in text(console.get(path)), path
    assert console.post("/iam/groups/create", {"group_name": "mine"}).status_code == 422
    attempts = console.post("/iam/users/details/Mallory/policies/attach", {"policy": READ_ONLY}, follow=True)
    assert "iam:AttachUserPolicy" in text(attempts)
    assert policy_queries.attached_arns(queries.find_user(ACCOUNT, "Mallory")) == []
    assert queries.count_groups(ACCOUNT) == 0
