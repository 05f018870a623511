"""Key policies as GetKeyPolicy shows them."""

import json

from core.policy.documents import default_key_policy, parse_key_policy, render_key_policy

DEFAULT = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""

ALICE = "arn:aws:iam::111122223333:user/Alice"
BOB = "arn:aws:iam::111122223333:user/Bob"


def test_the_default_policy_has_the_service_layout() -> None:
    assert default_key_policy("111122223333") == DEFAULT
    assert "arn:aws-cn:iam::111122223333:root" in default_key_policy("111122223333", "aws-cn")


def test_rendering_the_default_policy_changes_nothing() -> None:
    assert render_key_policy(DEFAULT, {}) == DEFAULT


def test_short_forms_are_written_out_and_single_values_unwrapped() -> None:
    text = json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": ["111122223333"]},
                "Action": ["kms:Encrypt", "kms:Decrypt"],
                "Resource": ["*"],
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": [True]}},
            }
        }
    )
    assert (
        render_key_policy(text, {})
        == """{
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt" ],
    "Resource" : "*",
    "Condition" : {
      "Bool" : {
        "kms:GrantIsForAWSResource" : true
      }
    }
  } ]
}"""
    )


def test_principals_are_shown_as_they_are_now() -> None:
    text = json.dumps(
        {"Statement": [{"Effect": "Deny", "Principal": {"AWS": [ALICE, BOB]}, "Action": "*", "Resource": "*"}]}
    )
    shown = render_key_policy(text, {ALICE: "AIDAALICE", BOB: f"{BOB}by"})
    assert '"AWS" : [ "AIDAALICE", "arn:aws:iam::111122223333:user/Bobby" ]' in shown


def test_what_is_rendered_means_the_same_and_may_be_put_again() -> None:
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Id": 'quotes " and é and \u4e2d',
            "Statement": [
                {"Sid": "", "Effect": "Allow", "Principal": {"AWS": [ALICE, BOB]}, "Action": "kms:*", "Resource": "*"},
                {"Effect": "Deny", "Principal": "*", "NotAction": ["kms:*"], "Resource": "*", "Condition": {}},
            ],
        }
    )
    shown = render_key_policy(text, {})
    assert parse_key_policy(shown).statements == parse_key_policy(text).statements
    assert json.loads(shown)["Id"] == json.loads(text)["Id"]
    assert render_key_policy(shown, {}) == shown
