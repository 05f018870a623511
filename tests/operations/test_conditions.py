"""Condition keys of real calls: permitted and refused differ in the one fact that the condition is about.

Source: kms-semantics 2.2; values of absent members: its note 1.
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.errors import AccessDeniedException
from operations import clock, pipeline
from tests.builders import call_as, hire, make_key, policy_of, refused, run_as, statement
from tests.operations.requests import make_scene
from tests.people import ACCOUNT, OTHER_ACCOUNT

ENCRYPT = {"Plaintext": b"x"}


@pytest.fixture
def guarded_key(people, ready_scene):
    """Make a key that Bob may use for one action under one condition."""

    def make(action: str, condition: dict):
        scene = ready_scene()
        bobs = statement(people.bob.arn, f"kms:{action}", Condition=condition)
        policy = policy_of(statement(ACCOUNT, "kms:*"), bobs)
        run_as(people.ada, "PutKeyPolicy", {"KeyId": scene.key_id, "Policy": policy})
        return scene

    return make


def check(person, action: str, permitted: dict, others: list[dict]) -> None:
    """The others are refused, each for lack of permission; then the permitted request goes through."""
    for members in others:
        assert refused(person, action, members).code == "AccessDeniedException", members
    run_as(person, action, permitted)


# --- of the request ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"])
def test_encryption_context(people, guarded_key, action):
    scene = guarded_key(action, {"StringEquals": {"kms:EncryptionContext:team": "hr"}})
    request = scene.request(action)
    check(
        people.bob,
        action,
        {**request, "EncryptionContext": {"team": "hr", "more": "x"}},
        [request, {**request, "EncryptionContext": {"team": "HR"}}, {**request, "EncryptionContext": {"teams": "hr"}}],
    )


def test_encryption_context_keys(people, guarded_key):
    scene = guarded_key("Encrypt", {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a", "b"]}})
    request = scene.request("Encrypt")
    check(
        people.bob,
        "Encrypt",
        {**request, "EncryptionContext": {"a": "1", "b": "2"}},
        [{**request, "EncryptionContext": {"a": "1", "c": "3"}}],
    )


def test_each_half_of_re_encrypt_has_its_own_context(people):
    condition = {"StringEquals": {"kms:EncryptionContext:team": "hr"}}
    policy = policy_of(
        statement(ACCOUNT, "kms:*"),
        statement(people.bob.arn, "kms:ReEncryptFrom"),
        statement(people.bob.arn, "kms:ReEncryptTo", Condition=condition),
    )
    scene = make_scene(people.ada, policy)
    request = scene.request("ReEncrypt")
    check(
        people.bob,
        "ReEncrypt",
        {**request, "DestinationEncryptionContext": {"team": "hr"}},
        [request, {**request, "SourceEncryptionContext": {"team": "hr"}}],
    )


@pytest.mark.parametrize(("on_same_key", "permitted"), [("true", True), ("false", False)])
@pytest.mark.parametrize("source", ["alias/scene", "the key's id", "the key's ARN", None])
def test_re_encrypt_on_the_same_key(people, guarded_key, on_same_key, permitted, source):
    """However the request names the key, or does not."""
    scene = guarded_key("ReEncrypt*", {"Bool": {"kms:ReEncryptOnSameKey": on_same_key}})
    named = {"the key's id": scene.key_id, "the key's ARN": scene.arn}.get(source, source)
    request = {**scene.request("ReEncrypt"), "SourceKeyId": named}
    if permitted:
        run_as(people.bob, "ReEncrypt", request)
    else:
        assert refused(people.bob, "ReEncrypt", request).code == "AccessDeniedException"


@pytest.mark.parametrize(("on_same_key", "permitted"), [("true", False), ("false", True)])
def test_re_encrypt_to_another_key(people, on_same_key, permitted):
    mover = hire("Mover", allow=["kms:ReEncrypt*"], condition={"Bool": {"kms:ReEncryptOnSameKey": on_same_key}})
    scene = make_scene(people.ada)
    request = {**scene.request("ReEncrypt"), "DestinationKeyId": make_key(people.ada)["KeyId"]}
    if permitted:
        run_as(mover, "ReEncrypt", request)
    else:
        assert refused(mover, "ReEncrypt", request).code == "AccessDeniedException"


@pytest.mark.parametrize(("algorithm", "permitted"), [("SYMMETRIC_DEFAULT", True), ("RSAES_OAEP_SHA_256", False)])
@pytest.mark.parametrize("action", ["Encrypt", "Decrypt", "GenerateDataKey"])
def test_encryption_algorithm_is_there_without_being_said(people, guarded_key, action, algorithm, permitted):
    scene = guarded_key(action, {"StringEquals": {"kms:EncryptionAlgorithm": algorithm}})
    if permitted:
        run_as(people.bob, action, scene.request(action))
    else:
        assert refused(people.bob, action, scene.request(action)).code == "AccessDeniedException"


def test_request_alias(people, guarded_key):
    scene = guarded_key("Encrypt", {"StringEquals": {"kms:RequestAlias": "alias/scene"}})
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/other", "TargetKeyId": scene.key_id})
    check(
        people.bob,
        "Encrypt",
        {"KeyId": "alias/scene", **ENCRYPT},
        [{"KeyId": name, **ENCRYPT} for name in (scene.key_id, scene.arn, "alias/other")],
    )
    run_as(people.bob, "Encrypt", {"KeyId": scene.arn.replace(f"key/{scene.key_id}", "alias/scene"), **ENCRYPT})


def test_rotation_period(people, guarded_key):
    scene = guarded_key("EnableKeyRotation", {"NumericLessThanEquals": {"kms:RotationPeriodInDays": "180"}})
    key = {"KeyId": scene.key_id}
    check(
        people.bob,
        "EnableKeyRotation",
        {**key, "RotationPeriodInDays": 180},
        [{**key, "RotationPeriodInDays": 181}, key],
    )
    # Left out, it counts as 365, even where the key has another period already.
    assert refused(people.bob, "EnableKeyRotation", key).code == "AccessDeniedException"


def test_pending_window(people, guarded_key):
    condition = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "20"}}
    scene = guarded_key("ScheduleKeyDeletion", condition)
    check(
        people.bob,
        "ScheduleKeyDeletion",
        {"KeyId": scene.key_id},  # 30 when left out
        [{"KeyId": scene.key_id, "PendingWindowInDays": 19}],
    )


def test_bypassing_the_lockout_check(people):
    bypassing = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    policy = policy_of(
        statement(ACCOUNT, "kms:*"),
        statement(people.bob.arn, "kms:*"),
        statement(people.bob.arn, "kms:PutKeyPolicy", effect="Deny", Condition=bypassing),
    )
    request = {"KeyId": make_key(people.ada, policy=policy)["Arn"], "Policy": policy}
    check(people.bob, "PutKeyPolicy", request, [{**request, "BypassPolicyLockoutSafetyCheck": True}])


@pytest.mark.parametrize("action", ["TagResource", "CreateKey"])
def test_request_tag(people, action):
    person = _tagger({"StringEquals": {"aws:RequestTag/team": "hr"}})
    key = {"KeyId": make_key(people.ada)["Arn"]} if action == "TagResource" else {}
    check(
        person,
        action,
        {**key, "Tags": _tags(team="hr", more="x")},
        [{**key, "Tags": _tags(team="it")}, {**key, "Tags": _tags(teams="hr")}],
    )


def test_tag_keys(people):
    person = _tagger({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}})
    key = {"KeyId": make_key(people.ada)["Arn"]}
    check(person, "TagResource", {**key, "Tags": _tags(team="x", cost="y")}, [{**key, "Tags": _tags(team="x", a="y")}])
    check(person, "UntagResource", {**key, "TagKeys": ["team"]}, [{**key, "TagKeys": ["team", "a"]}])


@pytest.mark.parametrize(
    ("condition", "permitted"),
    [
        ({"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}}, True),
        ({"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}}, False),
        ({"StringEquals": {"kms:EncryptionContext:team": "hr"}}, True),
        ({"StringEquals": {"kms:EncryptionContext:team": "it"}}, False),
        ({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["team"]}}, True),
        ({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["teams"]}}, False),
    ],
)
def test_retiring_is_conditioned_on_the_constraint_of_the_grant(people, condition, permitted):
    """Source: Developer Guide, "AWS KMS permissions", RetireGrant."""
    clerk = hire("Clerk", allow=["kms:RetireGrant"], condition=condition)
    request = {"KeyId": make_key(people.ada)["KeyId"], "GranteePrincipal": people.bob.arn, "Operations": ["Decrypt"]}
    constraints = {"EncryptionContextSubset": {"team": "hr"}}
    token = run_as(people.ada, "CreateGrant", {**request, "Constraints": constraints})["GrantToken"]
    if permitted:
        run_as(clerk, "RetireGrant", {"GrantToken": token})
    else:
        assert refused(clerk, "RetireGrant", {"GrantToken": token}).code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("name", "matching"),
    [
        ("kms:KeySpec", "HMAC_256"),
        ("kms:CustomerMasterKeySpec", "HMAC_256"),
        ("kms:KeyUsage", "GENERATE_VERIFY_MAC"),
        ("kms:CustomerMasterKeyUsage", "GENERATE_VERIFY_MAC"),
        ("kms:KeyOrigin", "EXTERNAL"),
        ("kms:MultiRegionKeyType", "PRIMARY"),
    ],
)
@pytest.mark.parametrize("member", ["KeySpec", "CustomerMasterKeySpec"])
def test_what_the_new_key_will_be(people, name, matching, member):
    """Under the old names of spec and usage as well."""
    make_key(people.ada, multi_region=True)  # the service-linked role is there
    maker = hire("Maker", allow=["kms:CreateKey"], condition={"StringEquals": {name: matching}})
    wanted = {member: "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC", "Origin": "EXTERNAL", "MultiRegion": True}
    check(maker, "CreateKey", wanted, [{}])


@pytest.mark.parametrize(
    ("condition", "permitted"),
    [
        ({"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}}, "KEY_MATERIAL_DOES_NOT_EXPIRE"),
        ({"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_EXPIRES"}}, "KEY_MATERIAL_EXPIRES"),
        ({"Null": {"kms:ExpirationModel": "true"}}, None),
    ],
)
def test_the_expiration_model_is_absent_when_it_is_left_out(people, condition, permitted):
    """Source: Developer Guide, kms:ExpirationModel, whose example asks with Null."""
    from tests.operations.imports import external_key, wrapped_members

    key_id = external_key(people.ada)["KeyId"]
    importer = hire("Importer", allow=["kms:ImportKeyMaterial"], condition=condition)
    tomorrow = clock.account_time(0) + timedelta(days=1)
    requests = {
        model: wrapped_members(people.ada, key_id, bytes(32))
        | {
            "ExpirationModel": model,
            "ValidTo": None if model == "KEY_MATERIAL_DOES_NOT_EXPIRE" else tomorrow.timestamp(),
        }
        for model in ("KEY_MATERIAL_DOES_NOT_EXPIRE", "KEY_MATERIAL_EXPIRES", None)
    }
    check(importer, "ImportKeyMaterial", requests.pop(permitted), list(requests.values()))


# --- of the key -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("operator", "name", "matching", "other"),
    [
        ("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT", "RSA_2048"),
        ("StringEquals", "kms:KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
        ("StringEquals", "kms:KeyOrigin", "AWS_KMS", "EXTERNAL"),
        ("Bool", "kms:MultiRegion", "false", "true"),
        ("StringEquals", "aws:ResourceTag/team", "hr", "it"),
        ("StringEquals", "aws:ResourceAccount", ACCOUNT, OTHER_ACCOUNT),
    ],
)
def test_properties_of_the_key(people, operator, name, matching, other):
    permitted = _clerk("Permitted", {operator: {name: matching}})
    denied = _clerk("Refused", {operator: {name: other}})
    key = {"KeyId": make_key(people.ada, tags={"team": "hr"})["Arn"]}
    assert refused(denied, "DescribeKey", key).code == "AccessDeniedException"
    run_as(permitted, "DescribeKey", key)


def test_a_tag_counts_from_the_moment_it_is_set(people):
    clerk = _clerk("Clerk", {"StringEquals": {"aws:ResourceTag/team": "hr"}})
    key = {"KeyId": make_key(people.ada)["Arn"]}
    assert refused(clerk, "DescribeKey", key).code == "AccessDeniedException"
    run_as(people.ada, "TagResource", {**key, "Tags": _tags(team="hr")})
    run_as(clerk, "DescribeKey", key)
    run_as(people.ada, "UntagResource", {**key, "TagKeys": ["team"]})
    assert refused(clerk, "DescribeKey", key).code == "AccessDeniedException"


@pytest.mark.parametrize("operator", ["ForAnyValue:StringLike", "ForAllValues:StringLike"])
def test_the_aliases_of_the_key(people, operator):
    clerk = _clerk("Clerk", {operator: {"kms:ResourceAliases": "alias/hr-*"}})
    alone, mixed, other = (make_key(people.ada, alias=name) for name in ("hr-a", "hr-b", "it"))
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/zzz", "TargetKeyId": mixed["KeyId"]})
    run_as(clerk, "DescribeKey", {"KeyId": alone["Arn"]})
    assert refused(clerk, "DescribeKey", {"KeyId": other["Arn"]}).code == "AccessDeniedException"
    if operator == "ForAnyValue:StringLike":
        run_as(clerk, "DescribeKey", {"KeyId": mixed["Arn"]})
    else:
        assert refused(clerk, "DescribeKey", {"KeyId": mixed["Arn"]}).code == "AccessDeniedException"


# --- of the caller and the surroundings -------------------------------------------------------------------------------
def test_caller_account(people):
    both = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:DescribeKey", "Resource": "*"}
    condition = {"StringEquals": {"kms:CallerAccount": OTHER_ACCOUNT}}
    policy = policy_of(statement(people.ada.arn, "kms:*"), {**both, "Condition": condition})
    key = {"KeyId": make_key(people.ada, policy=policy)["Arn"]}
    assert refused(people.bob, "DescribeKey", key).code == "AccessDeniedException"
    run_as(people.olga, "DescribeKey", key)


@pytest.mark.parametrize(
    ("condition", "options", "other"),
    [
        (
            {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
            {"source_address": "198.51.100.9"},
            {"source_address": "198.51.101.9"},
        ),
        (
            {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}},
            {"source_address": "2001:db8::1"},
            {"source_address": "2001:db9::1"},
        ),
        ({"Bool": {"aws:SecureTransport": "true"}}, {"secure_transport": True}, {"secure_transport": False}),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, {}, None),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, None, {}),
        ({"StringLike": {"aws:UserAgent": "aws-cli/*"}}, {"user_agent": "aws-cli/2.0"}, {"user_agent": "curl/8"}),
    ],
)
def test_the_surroundings_of_the_call(people, guarded_key, condition, options, other):
    scene = guarded_key("DescribeKey", condition)
    call = call_as(people.bob, "DescribeKey", {"KeyId": scene.arn})
    if other is not None:
        with pytest.raises(AccessDeniedException):
            pipeline.run(replace(call, **other))
    if options is not None:
        pipeline.run(replace(call, **options))


def test_the_time_of_the_account(people, guarded_key):
    then = clock.account_time(0)
    limit = f"{then + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    scene = guarded_key("DescribeKey", {"DateLessThan": {"aws:CurrentTime": limit}})
    key = {"KeyId": scene.arn}
    run_as(people.bob, "DescribeKey", key, time=then + timedelta(minutes=59))
    late = then + timedelta(minutes=61)
    assert refused(people.bob, "DescribeKey", key, time=late).code == "AccessDeniedException"


def test_the_condition_of_a_deny_takes_away_what_iam_gives(people):
    without_context = {"StringNotEquals": {"kms:EncryptionContext:team": "hr"}}
    deny = statement("*", "kms:Encrypt", effect="Deny", Condition=without_context)
    request = make_scene(people.ada, policy_of(statement(ACCOUNT, "kms:*"))).request("Encrypt")
    run_as(
        people.ada, "PutKeyPolicy", {"KeyId": request["KeyId"], "Policy": policy_of(statement(ACCOUNT, "kms:*"), deny)}
    )
    check(people.ada, "Encrypt", {**request, "EncryptionContext": {"team": "hr"}}, [request])


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _clerk(name: str, condition: dict):
    return hire(name, allow=["kms:DescribeKey"], condition=condition)


def _tagger(condition: dict):
    return hire("Tagger", allow=["kms:TagResource", "kms:UntagResource", "kms:CreateKey"], condition=condition)
