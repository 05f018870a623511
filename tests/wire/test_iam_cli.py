"""The AWS command line, unchanged, administering the account: the tutorials' way to make users and groups."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.servers import client_of

AWS = shutil.which("aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def aws(service, people, tmp_path):
    """Run ``aws iam …`` as Ada and return its answer."""

    def run(*arguments, region="ap-northeast-2"):
        assert AWS, "the aws command line is missing; it is in requirements-dev.txt"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ACCESS_KEY_ID": people.ada.access_key_id,
            "AWS_SECRET_ACCESS_KEY": people.ada.secret_access_key,
            "AWS_DEFAULT_REGION": region,
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }
        done = subprocess.run(
            [AWS, "iam", *arguments, "--endpoint-url", service, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not done.returncode or "An error occurred (" in done.stderr, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr.strip()

    return run


def test_the_command_line_makes_a_user_and_gives_it_a_policy(aws, tmp_path):
    user = aws("create-user", "--user-name", "myKeyManager", "--tags", "Key=team,Value=blue")["User"]
    assert user["Arn"].endswith(":user/myKeyManager")
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    aws("put-user-policy", "--user-name", "myKeyManager", "--policy-name", "p", "--policy-document", f"file://{file}")
    shown = aws("get-user-policy", "--user-name", "myKeyManager", "--policy-name", "p")
    assert shown["PolicyDocument"] == document  # the client decodes it, as from AWS
    refusal = aws("delete-user", "--user-name", "myKeyManager")
    assert "(DeleteConflict)" in refusal and "must delete policies first" in refusal
    assert "(NoSuchEntity)" in aws("get-user", "--user-name", "nobody", region="us-east-1")


def test_lists_are_joined_over_pages(service, people):
    iam = client_of(people.ada, service, "iam")
    pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
    assert [user["UserName"] for page in pages for user in page["Users"]] == ["Ada", "Alice", "Bob", "Carol", "Mallory"]


def test_a_new_access_key_signs_requests_until_it_is_inactive(service, people):
    iam = client_of(people.ada, service, "iam")
    key = iam.create_access_key(UserName="Bob")["AccessKey"]
    from dataclasses import replace

    bob = replace(people.bob, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    assert client_of(bob, service, "sts").get_caller_identity()["Arn"] == people.bob.arn
    iam.update_access_key(UserName="Bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client_of(bob, service, "sts").get_caller_identity()


def test_a_refusal_names_action_resource_and_layer(service, people):
    with pytest.raises(ClientError) as refusal:
        client_of(people.bob, service, "iam").delete_user(UserName="Alice")
    error = refusal.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: {people.bob.arn} is not authorized to perform: iam:DeleteUser on resource: "
        f"{people.alice.arn} because no identity-based policy allows the iam:DeleteUser action"
    )
