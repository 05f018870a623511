"""The create-key wizard from end to end: what each step keeps, and what Finish makes."""

import json

import pytest

from core.policy.wizard import build_console_policy
from tests.builders import run_as
from tests.console.wizard import Wizard


@pytest.fixture
def wizard(signed_in, people) -> Wizard:
    """Ada's wizard, at its first step."""
    return Wizard(signed_in(people.ada))


def test_the_tutorials_path_makes_a_key_and_its_alias(wizard, people):
    wizard.next()
    wizard.next(alias="myKey", description="For the tutorial")
    wizard.next(chosen=[people.alice], allow_deletion="on")
    wizard.next(chosen=[people.bob])
    wizard.next()
    answer = wizard.finish()
    assert answer.redirect_chain[-1][0].startswith("/kms/keys?region=us-east-1")
    (alias,) = run_as(people.ada, "ListAliases")["Aliases"]
    assert alias["AliasName"] == "alias/myKey"
    key = run_as(people.ada, "DescribeKey", {"KeyId": alias["TargetKeyId"]})["KeyMetadata"]
    assert (key["Description"], key["KeySpec"], key["KeyState"]) == ("For the tutorial", "SYMMETRIC_DEFAULT", "Enabled")
    assert f"Your AWS KMS key was created with alias myKey and key ID {key['KeyId']}" in answer.content.decode()
    policy = json.loads(run_as(people.ada, "GetKeyPolicy", {"KeyId": key["KeyId"]})["Policy"])
    expected = build_console_policy(
        "111122223333",
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        "AWS_KMS",
        False,
        [people.alice.arn],
        [people.bob.arn],
        [],
        True,
    )
    assert policy == expected
