"""Managed and inline policies, boundaries and tags through the pipeline."""

import json
from urllib.parse import unquote

import pytest

from core.errors import (
    IamAccessDenied,
    IamDeleteConflict,
    IamEntityAlreadyExists,
    IamLimitExceeded,
    IamMalformedPolicyDocument,
    IamNoSuchEntity,
    IamPolicyNotAttachable,
)
from policies.aws_managed import AWS_MANAGED
from tests.builders import run_as
from tests.people import ACCOUNT

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def allow(*actions, **more):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create(people, name="Lister", document=None):
    members = {"PolicyName": name, "PolicyDocument": document or allow("iam:ListUsers")}
    return run_as(people.ada, "CreatePolicy", members)["Policy"]


def test_a_managed_policy_takes_effect_where_it_is_attached(people):
    arn = create(people)["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/Lister"
    run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": arn})
    assert run_as(people.bob, "ListUsers")["Users"]
    assert run_as(people.ada, "GetPolicy", {"PolicyArn": arn})["Policy"]["AttachmentCount"] == 1
    with pytest.raises(IamDeleteConflict, match="Cannot delete a policy attached to entities"):
        run_as(people.ada, "DeletePolicy", {"PolicyArn": arn})
    run_as(people.ada, "DetachUserPolicy", {"UserName": "Bob", "PolicyArn": arn})
    with pytest.raises(IamAccessDenied):
        run_as(people.bob, "ListUsers")
    run_as(people.ada, "DeletePolicy", {"PolicyArn": arn})
    with pytest.raises(IamNoSuchEntity, match=f"Policy {arn} was not found"):
        run_as(people.ada, "GetPolicy", {"PolicyArn": arn})


def test_the_document_comes_back_as_it_was_given(people):
    document = allow("kms:ListKeys")
    arn = create(people, document=document)["Arn"]
    version = run_as(people.ada, "GetPolicyVersion", {"PolicyArn": arn, "VersionId": "v1"})["PolicyVersion"]
    assert unquote(version["Document"]) == document
    with pytest.raises(IamNoSuchEntity, match="version v2"):
        run_as(people.ada, "GetPolicyVersion", {"PolicyArn": arn, "VersionId": "v2"})


def test_a_policy_of_another_account_is_not_found(people):
    arn = create(people)["Arn"]
    for action in ("GetPolicy", "DeletePolicy"):
        with pytest.raises(IamNoSuchEntity):
            run_as(people.olga, action, {"PolicyArn": arn})
    with pytest.raises(IamNoSuchEntity, match="does not exist or is not attachable"):
        run_as(people.olga, "AttachUserPolicy", {"UserName": "Olga", "PolicyArn": arn})


def test_policy_names_are_unique_ignoring_case(people):
    create(people, "Lister")
    with pytest.raises(IamEntityAlreadyExists, match="A policy called LISTER already exists"):
        create(people, "LISTER")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "Syntax errors in policy."),
        (allow("iam:ListUsers").replace("2012-10-17", "2008-10-17"), "must be version 2012-10-17 or greater"),
        (allow("iam:ListUsers", Principal="*"), "should not specify a principal"),
        (allow("ListUsers"), "prefaced by a vendor"),
        (allow("iam:ListUsers").replace('"*"', '"bucket"'), "must be in ARN format"),
    ],
)
def test_a_document_with_a_fault_is_refused_in_aws_words(people, document, words):
    with pytest.raises(IamMalformedPolicyDocument, match=words):
        create(people, document=document)
    inline = {"UserName": "Bob", "PolicyName": "p", "PolicyDocument": document}
    with pytest.raises(IamMalformedPolicyDocument, match=words):
        run_as(people.ada, "PutUserPolicy", inline)


def test_white_space_does_not_count_in_the_size(people):
    padded = allow(*[f"kms:Action{number}" for number in range(300)])
    size = len("".join(padded.split()))
    assert size < 6144
    create(people, document=padded + " " * 6144)
    long = allow(*[f"kms:Action{number}" for number in range(500)])
    with pytest.raises(IamLimitExceeded, match="Cannot exceed quota for PolicySize: 6144"):
        create(people, "Long", long)


def test_inline_policies_of_a_user_share_2048_characters(people):
    document = allow(*[f"kms:Action{number}" for number in range(90)])
    put = {"UserName": "Bob", "PolicyDocument": document}
    run_as(people.ada, "PutUserPolicy", {**put, "PolicyName": "one"})
    run_as(people.ada, "PutUserPolicy", {**put, "PolicyName": "one"})
    with pytest.raises(IamLimitExceeded, match="Maximum policy size of 2048 bytes exceeded for user Bob"):
        run_as(people.ada, "PutUserPolicy", {**put, "PolicyName": "two"})
    assert run_as(people.ada, "ListUserPolicies", {"UserName": "Bob"})["PolicyNames"] == ["one"]
    shown = run_as(people.ada, "GetUserPolicy", {"UserName": "Bob", "PolicyName": "one"})
    assert unquote(shown["PolicyDocument"]) == document
    run_as(people.ada, "DeleteUserPolicy", {"UserName": "Bob", "PolicyName": "one"})
    with pytest.raises(IamNoSuchEntity, match="The user policy with name one cannot be found"):
        run_as(people.ada, "GetUserPolicy", {"UserName": "Bob", "PolicyName": "one"})


def test_ten_policies_are_attached_at_most(people):
    for number in range(11):
        create(people, f"P{number}")
    for number in range(10):
        attach = {"UserName": "Bob", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/P{number}"}
        run_as(people.ada, "AttachUserPolicy", attach)
    with pytest.raises(IamLimitExceeded, match="Cannot exceed quota for PoliciesPerUser: 10"):
        run_as(people.ada, "AttachUserPolicy", {**attach, "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/P10"})


def test_a_service_linked_roles_policy_is_not_attached(people):
    arn = next(arn for arn, policy in AWS_MANAGED.items() if not policy.attachable)
    with pytest.raises(IamPolicyNotAttachable):
        run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": arn})


def test_policies_are_listed_by_scope_and_use(people):
    own = create(people)["Arn"]
    listed = {
        scope: {policy["Arn"] for policy in run_as(people.ada, "ListPolicies", {"Scope": scope})["Policies"]}
        for scope in ("All", "AWS", "Local")
    }
    assert listed["Local"] == {own}
    assert listed["All"] == listed["AWS"] | {own}
    attached = run_as(people.ada, "ListPolicies", {"OnlyAttached": "true"})["Policies"]
    assert {policy["PolicyName"] for policy in attached} == {"AdministratorAccess", "AWSCloudTrail_ReadOnlyAccess"}


def test_a_boundary_cuts_down_what_policies_give(people):
    run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": ADMINISTRATOR})
    assert run_as(people.bob, "ListRoles") is not None
    boundary = create(people)["Arn"]
    run_as(people.ada, "PutUserPermissionsBoundary", {"UserName": "Bob", "PermissionsBoundary": boundary})
    assert run_as(people.bob, "ListUsers")["Users"]
    with pytest.raises(IamAccessDenied, match="no permissions boundary allows"):
        run_as(people.bob, "ListRoles")
    with pytest.raises(IamDeleteConflict):
        run_as(people.ada, "DeletePolicy", {"PolicyArn": boundary})
    run_as(people.ada, "DeleteUserPermissionsBoundary", {"UserName": "Bob"})
    assert run_as(people.bob, "ListRoles") is not None


def test_tags_of_a_user_ignore_the_case_of_keys(people):
    def tags():
        return {tag["Key"]: tag["Value"] for tag in run_as(people.ada, "ListUserTags", {"UserName": "Bob"})["Tags"]}

    run_as(people.ada, "TagUser", {"UserName": "Bob", "Tags": [{"Key": "Team", "Value": "blue"}]})
    run_as(people.ada, "TagUser", {"UserName": "Bob", "Tags": [{"Key": "team", "Value": "red"}]})
    assert tags() == {"team": "red"}
    run_as(people.ada, "UntagUser", {"UserName": "Bob", "TagKeys": ["TEAM"]})
    assert tags() == {}
