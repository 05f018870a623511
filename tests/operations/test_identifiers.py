"""How requests name keys: id, ARN, alias, alias ARN, and the answers to wrong ones. Source: kms-semantics 1.9."""

import pytest

from tests.builders import Refused, days, hire, make_key, refused, run_as
from tests.operations.requests import ON_ALIASES, WITHOUT_KEY, adas_scene, kms_actions, stage_of
from tests.people import ACCOUNT, OTHER_ACCOUNT, REGION

UNKNOWN = "12345678-1234-4234-8234-123456789012"
UNKNOWN_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UNKNOWN}"
BY_ALIAS_TOO = {
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
}
BY_KEY_ONLY = sorted(set(kms_actions()) - BY_ALIAS_TOO - WITHOUT_KEY - ON_ALIASES) + ["ListAliases"]


@pytest.mark.parametrize("action", sorted(BY_ALIAS_TOO))
def test_every_form_of_name_leads_to_the_key(people, ready_scene, action):
    scene = ready_scene(action)
    alias_arn = scene.arn.replace(f"key/{scene.key_id}", "alias/scene")
    for name in (scene.key_id, scene.arn, "alias/scene", alias_arn):
        scene.named = name
        run_as(people.ada, action, scene.request(action))


@pytest.mark.parametrize("action", BY_KEY_ONLY)
def test_an_alias_is_refused_where_only_a_key_is_meant(people, ready_scene, action):
    scene = ready_scene(action)
    request = {"KeyId": scene.named} if action == "ListAliases" else scene.request(action)
    expected = Refused("InvalidArnException", "Key Aliases are not supported for this operation.")
    for alias in ("alias/scene", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/scene"):
        assert refused(people.ada, action, {**request, "KeyId": alias}) == expected
    run_as(people.ada, action, {**request, "KeyId": scene.key_id})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (UNKNOWN, f"Key '{UNKNOWN_ARN}' does not exist"),
        (UNKNOWN_ARN, f"Key '{UNKNOWN_ARN}' does not exist"),
        (f"mrk-{'0' * 32}", f"Key 'arn:aws:kms:{REGION}:{ACCOUNT}:key/mrk-{'0' * 32}' does not exist"),
        ("0" * 32, f"Invalid keyId '{'0' * 32}'"),
        ("mrk-fake", "Invalid keyId 'mrk-fake'"),
        (UNKNOWN.upper().replace("1", "A"), f"Invalid keyId '{UNKNOWN.upper().replace('1', 'A')}'"),
        (f" {UNKNOWN}", f"Invalid keyId ' {UNKNOWN}'"),
        ("arn:", "Invalid arn arn:"),
        ("arn:aws:s3:::bucket", "Invalid arn arn:aws:s3:::bucket"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{UNKNOWN}", "Invalid arn eu-west-1"),
        (f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:key/{UNKNOWN}", "Invalid arn eu-west-1"),
        ("alias/none", f"Alias arn:aws:kms:{REGION}:{ACCOUNT}:alias/none is not found."),
        (
            f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/none",
            f"Alias arn:aws:kms:{REGION}:{ACCOUNT}:alias/none is not found.",
        ),
    ],
)
def test_a_wrong_name_is_not_found(people, name, sentence):
    assert refused(people.ada, "DescribeKey", {"KeyId": name}) == Refused("NotFoundException", sentence)


@pytest.mark.parametrize(
    "name", [UNKNOWN, UNKNOWN_ARN, "alias/none", f"arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:key/{UNKNOWN}"]
)
def test_who_is_not_allowed_does_not_learn_that_there_is_no_key(people, name):
    assert refused(people.mallory, "DescribeKey", {"KeyId": name}) == Refused(
        "AccessDeniedException",
        f"User: {people.mallory.arn} is not authorized to perform: kms:DescribeKey on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
        "explicitly denies access",
    )


@pytest.mark.parametrize("action", ["DeleteAlias", "UpdateAlias"])
def test_only_who_may_change_an_alias_learns_that_there_is_none(people, ready_scene, action):
    scene = ready_scene()
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/none"
    request = {**scene.request(action), "AliasName": "alias/none"}
    assert refused(people.ada, action, request) == Refused("NotFoundException", f"Alias {arn} is not found.")
    assert refused(people.mallory, action, request).code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("action", "alias"), [("CreateAlias", "alias/new"), ("DeleteAlias", "alias/none"), ("UpdateAlias", "alias/none")]
)
def test_the_alias_is_asked_for_before_a_key_that_does_not_exist(people, ready_scene, action, alias):
    """Its ARN is no secret: it is of the caller's own account. Source: kms-semantics 1.8."""
    request = {**ready_scene().request(action), "AliasName": alias}
    if action == "CreateAlias":
        request["TargetKeyId"] = UNKNOWN
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:{alias}"
    assert refused(people.mallory, action, request) == Refused(
        "AccessDeniedException",
        f"User: {people.mallory.arn} is not authorized to perform: kms:{action} on resource: {arn} because no "
        f"identity-based policy allows the kms:{action} action",
    )
    assert refused(people.ada, action, request).code == "NotFoundException"


@pytest.mark.parametrize(
    ("condition", "request_with", "request_without"),
    [
        ({"kms:EncryptionContext:team": "hr"}, {"EncryptionContext": {"team": "hr"}}, {}),
        ({"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}, {}, {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}),
        ({"kms:RequestAlias": "alias/none"}, {"KeyId": "alias/none"}, {}),
    ],
)
def test_who_may_under_a_condition_learns_of_a_missing_key_when_it_is_met(
    people, condition, request_with, request_without
):
    clerk = hire("Clerk", allow=["kms:Encrypt"], condition={"StringEquals": condition})
    request = {"KeyId": UNKNOWN, "Plaintext": b"x"}
    assert refused(clerk, "Encrypt", {**request, **request_with}).code == "NotFoundException"
    assert refused(clerk, "Encrypt", {**request, **request_without}).code == "AccessDeniedException"


def test_each_half_of_re_encrypt_asks_for_its_own_context_where_a_key_is_missing(people):
    key_id = make_key(people.ada)["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})["CiphertextBlob"]
    condition = {"StringEquals": {"kms:EncryptionContext:team": "hr"}}
    clerk = hire("Clerk", allow=["kms:ReEncrypt*"], condition=condition)
    request = {"CiphertextBlob": blob, "DestinationKeyId": UNKNOWN}
    met = {**request, "DestinationEncryptionContext": {"team": "hr"}}
    assert refused(clerk, "ReEncrypt", met).code == "NotFoundException"
    other_half = {**request, "SourceEncryptionContext": {"team": "hr"}}
    refusal = refused(clerk, "ReEncrypt", other_half)
    assert (refusal.code, "kms:ReEncryptTo" in (refusal.message or "")) == ("AccessDeniedException", True)


def test_a_key_is_found_in_its_own_region_only(people):
    here = make_key(people.ada)
    assert refused(people.ada, "DescribeKey", {"KeyId": here["KeyId"]}, region="eu-west-1") == Refused(
        "NotFoundException", f"Key 'arn:aws:kms:eu-west-1:{ACCOUNT}:key/{here['KeyId']}' does not exist"
    )
    assert refused(people.ada, "DescribeKey", {"KeyId": here["Arn"]}, region="eu-west-1") == Refused(
        "NotFoundException", f"Invalid arn {REGION}"
    )


def test_a_key_id_or_alias_name_is_looked_up_in_the_callers_account(people):
    mine = make_key(people.ada, alias="payroll")
    theirs = make_key(people.olga, alias="payroll")
    assert run_as(people.olga, "DescribeKey", {"KeyId": "alias/payroll"})["KeyMetadata"]["Arn"] == theirs["Arn"]
    assert run_as(people.ada, "DescribeKey", {"KeyId": "alias/payroll"})["KeyMetadata"]["Arn"] == mine["Arn"]
    assert refused(people.olga, "DescribeKey", {"KeyId": mine["KeyId"]}).code == "NotFoundException"


def scene_of_a_doomed_key_and_another(people, stage):
    scene, other = adas_scene(people, stage), make_key(people.ada)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": scene.key_id, "PendingWindowInDays": 7})
    return scene, other


@pytest.mark.parametrize("action", sorted(set(kms_actions()) - WITHOUT_KEY))
def test_after_its_waiting_period_a_key_is_gone_for_every_operation(people, made_once, action):
    ada = people.ada
    scene, other = made_once(scene_of_a_doomed_key_and_another, stage_of(action))
    run_as(ada, "DescribeKey", {"KeyId": scene.arn}, time=_after(ada, 6.9))
    request = scene.request(action)
    refusal = refused(ada, action, request, time=_after(ada, 7.01))
    assert refusal.code == "NotFoundException"
    gone = [f"Key '{scene.arn}' does not exist", f"Alias {scene.arn.split(':key/')[0]}:alias/scene is not found."]
    assert refusal.message in gone
    assert other["KeyState"] == "Enabled"


def test_lists_leave_out_a_key_whose_waiting_period_is_over(people, ready_scene):
    ada = people.ada
    scene = ready_scene()
    other = make_key(ada, alias="other")
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": scene.key_id, "PendingWindowInDays": 7})

    def listed(when: float) -> tuple[set[str], set[str]]:
        keys = run_as(ada, "ListKeys", time=_after(ada, when))["Keys"]
        aliases = run_as(ada, "ListAliases", time=_after(ada, when))["Aliases"]
        return {key["KeyId"] for key in keys}, {alias["AliasName"] for alias in aliases}

    assert listed(6.99) == ({scene.key_id, other["KeyId"]}, {"alias/scene", "alias/other"})
    assert listed(7.01) == ({other["KeyId"]}, {"alias/other"})
    run_as(ada, "CreateAlias", {"AliasName": "alias/scene", "TargetKeyId": other["KeyId"]}, time=_after(ada, 7.01))


def test_the_filter_of_list_aliases_does_not_tell_about_keys_of_other_accounts(people):
    theirs = make_key(people.olga)
    missing = theirs["Arn"].replace(theirs["KeyId"], UNKNOWN)
    assert refused(people.ada, "ListAliases", {"KeyId": missing}) == Refused(
        "NotFoundException", f"Key '{missing}' does not exist"
    )
    assert refused(people.ada, "ListAliases", {"KeyId": theirs["Arn"]}) == Refused(
        "NotFoundException", f"Key '{theirs['Arn']}' does not exist"
    )


def _after(person, number: float):
    from operations import clock

    return clock.account_time(0) + days(number)
