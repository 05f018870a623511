"""Condition keys of IAM requests: delegating account administration without giving it away."""

import json

import pytest

from core.errors import IamAccessDenied
from tests.builders import run_as
from tests.people import ACCOUNT

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def give(people, user, *statements):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    put = {"UserName": user, "PolicyName": "given", "PolicyDocument": json.dumps(document)}
    run_as(people.ada, "PutUserPolicy", put)


def test_only_named_policies_may_be_attached(people):
    only = {"ArnEquals": {"iam:PolicyARN": READ_ONLY}}
    give(people, "Bob", {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": only})
    run_as(people.bob, "AttachUserPolicy", {"UserName": "Mallory", "PolicyArn": READ_ONLY})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": ADMINISTRATOR})


def test_users_may_be_made_with_a_boundary_alone_and_only_those_be_changed(people):
    bounded = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    actions = ["iam:CreateUser", "iam:PutUserPolicy"]
    give(people, "Bob", {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": bounded})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "CreateUser", {"UserName": "Free"})
    run_as(people.bob, "CreateUser", {"UserName": "Bounded", "PermissionsBoundary": READ_ONLY})
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}})
    put = {"PolicyName": "p", "PolicyDocument": document}
    run_as(people.bob, "PutUserPolicy", {**put, "UserName": "Bounded"})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "PutUserPolicy", {**put, "UserName": "Mallory"})


def test_tags_of_the_user_decide(people):
    run_as(people.ada, "TagUser", {"UserName": "Mallory", "Tags": [{"Key": "team", "Value": "blue"}]})
    blue = {"StringEquals": {"iam:ResourceTag/team": "blue"}}
    give(people, "Bob", {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": blue})
    assert run_as(people.bob, "GetUser", {"UserName": "Mallory"})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "GetUser", {"UserName": "Alice"})


def test_a_deny_by_requested_tag_holds(people):
    secret = {"StringEquals": {"aws:RequestTag/level": "secret"}}
    give(
        people,
        "Bob",
        {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": f"arn:aws:iam::{ACCOUNT}:user/*"},
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": secret},
    )
    run_as(people.bob, "CreateUser", {"UserName": "One", "Tags": [{"Key": "level", "Value": "open"}]})
    with pytest.raises(IamAccessDenied, match="explicit deny"):
        run_as(people.bob, "CreateUser", {"UserName": "Two", "Tags": [{"Key": "level", "Value": "secret"}]})
