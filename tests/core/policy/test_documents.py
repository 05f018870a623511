"""What is refused in a policy document, in which words and in which order."""

import json

import pytest

from core.errors import (
    IamMalformedPolicyDocument,
    LimitExceededException,
    MalformedPolicyDocumentException,
    ValidationException,
)
from core.policy.documents import WarningCode, parse_identity_policy, parse_key_policy, parse_managed_policy

ROOT = "arn:aws:iam::111122223333:root"
INVALID = "Policy contains a statement with one or more invalid principals."


def key_policy(**changes) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": {k: v for k, v in statement.items() if v is not None}})


def identity_policy(**changes) -> str:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in statement.items() if v is not None}]})


def syntax(element: str) -> str:
    return f"Policy contains a syntax error: {element}."


def test_a_sound_key_policy_is_read() -> None:
    document = parse_key_policy(key_policy(Sid="Enable IAM User Permissions", Principal={"AWS": [ROOT, "*"]}))
    assert document.principals == {ROOT}
    assert document.statements[0].sid == "Enable IAM User Permissions"
    assert document.statements[0].actions == ("kms:*",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Policy document is not valid JSON."),
        ("[]", "Policy document is not valid JSON."),
        ("[" * 20_000, "Policy document is not valid JSON."),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "Policy document is not valid JSON."),
        (key_policy().replace('"Effect"', '"Sid": "a", "Sid": "b", "Effect"'), "Policy document is not valid JSON."),
        ('{"Version": NaN}', "Policy document is not valid JSON."),
        ('{"Statement": []}', syntax("Statement")),
        ('{"Version": "2012-10-17"}', syntax("Statement")),
        (key_policy().replace("2012-10-17", "2013-10-17"), syntax("Version")),
        (key_policy().replace('"Version"', '"Comment": "x", "Version"'), syntax("Comment")),
        (key_policy(Comment="x"), syntax("Comment")),
        (key_policy(effect="Allow"), syntax("effect")),
        (key_policy(Effect=None), syntax("Effect")),
        (key_policy(Effect="allow"), syntax("Effect")),
        (key_policy(Action=7), syntax("Action")),
        (key_policy(Principal=None), "Policy contains a statement with no principal."),
        (key_policy(Principal={}), "Policy contains a statement with no principal."),
        (key_policy(Principal={"AWS": []}), "Policy contains a statement with no principal."),
        (key_policy(NotPrincipal={"AWS": ROOT}), "Policy contains a statement with no principal."),
        (
            key_policy(Principal=None, NotPrincipal={"AWS": ROOT}),
            "Policy contains a statement that uses NotPrincipal with Allow.",
        ),
        (key_policy(Principal=ROOT), INVALID),
        (key_policy(Principal={"Aws": ROOT}), INVALID),
        (key_policy(Principal={"AWS": "arn:aws:iam::111122223333:user/*"}), INVALID),
        (key_policy(Principal={"AWS": "arn:aws:iam::111122223333:group/Admins"}), INVALID),
        (key_policy(Principal={"AWS": "arn:aws:iam::1111:user/A"}), INVALID),
        (key_policy(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"}), INVALID),
        (key_policy(Principal={"CanonicalUser": "79a59df9"}), INVALID),
        (key_policy(Principal={"Federated": "cognito-identity.amazonaws.com"}), INVALID),
        (key_policy(Principal={"Service": "cloudtrail.example.com"}), INVALID),
        (key_policy(Principal={"Service": "nosuchservice.amazonaws.com"}), INVALID),
        (key_policy(NotAction="kms:Encrypt"), syntax("NotAction")),
        (key_policy(NotResource="*"), syntax("NotResource")),
        (key_policy(Condition={"StringEqual": {"aws:username": "a"}}), syntax("StringEqual")),
        (key_policy(Condition={"NullIfExists": {"aws:username": "true"}}), syntax("NullIfExists")),
        (key_policy(Condition={"StringEquals": {"username": "a"}}), syntax("username")),
        (key_policy(Condition={"StringEquals": {"aws:username": None}}), syntax("Condition")),
        (key_policy(Condition=[]), syntax("Condition")),
    ],
)
def test_a_malformed_key_policy_is_refused(text, message) -> None:
    with pytest.raises(MalformedPolicyDocumentException) as refusal:
        parse_key_policy(text)
    assert refusal.value.message == message


def test_the_first_fault_in_the_order_of_checks_is_reported() -> None:
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": "nobody"}, "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ]
    with pytest.raises(MalformedPolicyDocumentException, match="no principal"):
        parse_key_policy(json.dumps({"Statement": statements}))


@pytest.mark.parametrize("key", ["kms:EncryptionContext:Dept", "aws:RequestTag/Dept", "KMS:encryptioncontext:Dept"])
def test_for_all_values_on_a_single_valued_key_is_overly_permissive(key) -> None:
    with pytest.raises(MalformedPolicyDocumentException, match="^OverlyPermissiveCondition") as refusal:
        parse_key_policy(key_policy(Condition={"ForAllValues:StringEquals": {key: "IT"}}))
    assert key in refusal.value.message
    assert refusal.value.message.endswith("remove ForAllValues.")
    parse_key_policy(key_policy(Condition={"ForAnyValue:StringEquals": {key: "IT"}}))
    parse_key_policy(key_policy(Condition={"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "IT"}}))


def test_limits_come_before_the_content() -> None:
    with pytest.raises(ValidationException, match="greater than or equal to 1"):
        parse_key_policy("")
    with pytest.raises(ValidationException, match="less than or equal to 131072"):
        parse_key_policy(" " * 131_073)
    with pytest.raises(ValidationException, match="regular expression pattern"):
        parse_key_policy(key_policy(Sid="x").replace("x", "\u0100"))
    with pytest.raises(LimitExceededException, match="32768 byte"):
        parse_key_policy(key_policy().ljust(32_769))
    parse_key_policy(key_policy().ljust(32_768))


def test_the_limit_counts_bytes() -> None:
    base = key_policy()
    text = base.replace("{", '{"Id": "' + "é" * ((32_768 - len(base)) // 2) + '", ', 1)
    assert len(text) < 32_768 < len(text.encode())
    with pytest.raises(LimitExceededException):
        parse_key_policy(text)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Action": None}, WarningCode.NO_ACTION),
        ({"Resource": None}, WarningCode.NO_RESOURCE),
        ({"Resource": "arn:aws:kms:us-west-2:111122223333:key/1"}, WarningCode.RESOURCE_NOT_STAR),
        ({"Action": "s3:GetObject"}, WarningCode.FOREIGN_ACTION),
        ({"Action": "kms:ReEncrypt"}, WarningCode.UNKNOWN_ACTION),
        ({"Action": "kms:CreateKey"}, WarningCode.INEFFECTIVE_ACTION),
        ({"Principal": "*"}, WarningCode.EVERYBODY),
        ({"Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}}, WarningCode.KEY_ABSENT_IN_KEY_POLICY),
        ({"Condition": {"StringEquals": {"kms:EncryptionContextKeys": "b"}}}, WarningCode.SET_OPERATOR_MISSING),
        ({"Condition": {"NumericEquals": {"kms:RotationPeriodInDays": "b"}}}, WarningCode.UNPARSABLE_VALUE),
    ],
)
def test_what_is_accepted_without_effect_is_worth_a_warning(changes, code) -> None:
    assert [w.code for w in parse_key_policy(key_policy(**changes)).warnings] == [code]
    assert parse_key_policy(key_policy()).warnings == ()


def test_the_old_language_is_accepted_in_key_policies() -> None:
    text = key_policy().replace("2012-10-17", "2008-10-17")
    assert [w.code for w in parse_key_policy(text).warnings] == [WarningCode.OLD_VERSION]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Syntax errors in policy."),
        (identity_policy().replace("2012-10-17", "2008-10-17"), "must be version 2012-10-17 or greater."),
        ('{"Version": "2012-10-17"}', "The policy failed legacy parsing"),
        (identity_policy(Effect="Permit"), "The policy failed legacy parsing"),
        (identity_policy().replace('"Version"', '"Id": "x", "Version"'), "The policy failed legacy parsing"),
        (identity_policy(Principal="*"), "Policy document should not specify a principal."),
        (identity_policy(Action=None), "Policy statement must contain actions."),
        (identity_policy(Resource=None), "Policy statement must contain resources."),
        (identity_policy(Sid="with space"), "must be alpha-numeric"),
        (identity_policy(Action="Encrypt"), "Actions/Conditions must be prefaced by a vendor"),
        (identity_policy(Condition={"Bool": {"mfa": "true"}}), "Actions/Conditions must be prefaced by a vendor"),
        (identity_policy(Resource="mykey"), 'Resource mykey must be in ARN format or "*".'),
    ],
)
def test_a_malformed_identity_policy_is_refused(text, message) -> None:
    with pytest.raises(IamMalformedPolicyDocument) as refusal:
        parse_identity_policy(text)
    assert message in refusal.value.message


def test_statement_ids_of_an_identity_policy_are_unique() -> None:
    statement = {"Sid": "One", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]})
    with pytest.raises(IamMalformedPolicyDocument, match="must be unique"):
        parse_identity_policy(text)


def test_only_a_managed_policy_has_to_state_its_version() -> None:
    text = identity_policy().replace('"Version": "2012-10-17", ', "")
    assert parse_identity_policy(text).version is None
    with pytest.raises(IamMalformedPolicyDocument, match="version 2012-10-17"):
        parse_managed_policy(text)


def test_numbers_and_truth_values_equal_their_spelling() -> None:
    document = parse_key_policy(key_policy(Condition={"Bool": {"a:b": True}, "NumericEquals": {"a:c": [7, "8", 1.50]}}))
    assert [entry.values for entry in document.statements[0].conditions] == [("true",), ("7", "8", "1.5")]
