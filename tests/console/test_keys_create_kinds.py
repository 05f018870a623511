"""The wizard makes a key of every kind: what it offers, what its policy permits. Source: console.md 3.2, 3.3, 3.9."""

import json

import pytest
from django.test import override_settings

from tests.builders import run_as
from tests.console.wizard import Wizard

# type: usage: specs, the preselected one first.
OFFERED = {
    "symmetric": {
        "ENCRYPT_DECRYPT": ["SYMMETRIC_DEFAULT"],
        "GENERATE_VERIFY_MAC": ["HMAC_256", "HMAC_224", "HMAC_384", "HMAC_512"],
    },
    "asymmetric": {
        "ENCRYPT_DECRYPT": ["RSA_2048", "RSA_3072", "RSA_4096"],
        "SIGN_VERIFY": [
            "RSA_2048",
            "RSA_3072",
            "RSA_4096",
            "ECC_NIST_P256",
            "ECC_NIST_P384",
            "ECC_NIST_P521",
            "ECC_SECG_P256K1",
            "ECC_NIST_EDWARDS25519",
            "ML_DSA_44",
            "ML_DSA_65",
            "ML_DSA_87",
        ],
        "KEY_AGREEMENT": ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"],
    },
}
# usage: what a key user is allowed, beside DescribeKey. Source: console.md 3.9.
USES = {
    "ENCRYPT_DECRYPT": {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GetPublicKey"},
    "SIGN_VERIFY": {"kms:Sign", "kms:Verify", "kms:GetPublicKey"},
    "GENERATE_VERIFY_MAC": {"kms:GenerateMac", "kms:VerifyMac"},
    "KEY_AGREEMENT": {"kms:DeriveSharedSecret", "kms:GetPublicKey"},
}
KINDS = [
    ("symmetric", "GENERATE_VERIFY_MAC", "HMAC_512"),
    ("asymmetric", "ENCRYPT_DECRYPT", "RSA_3072"),
    ("asymmetric", "SIGN_VERIFY", "ML_DSA_65"),
    ("asymmetric", "KEY_AGREEMENT", "ECC_NIST_P384"),
]


def choose(wizard: Wizard, **fields) -> Wizard:
    """Choose on the first step as a browser with script does: each choice is taken at once."""
    for name in ("key_type", "key_usage", "key_spec"):
        if name in fields:
            wizard.press({}, **{name: fields[name]})
    return wizard


def offered(wizard: Wizard, name: str) -> list[str]:
    return [option.value for option in wizard.form.options[name]]


@pytest.mark.parametrize("key_type", OFFERED)
def test_each_choice_offers_what_follows_from_it(wizard, key_type):
    choose(wizard, key_type=key_type)
    assert offered(wizard, "key_usage") == list(OFFERED[key_type])
    for usage, specs in OFFERED[key_type].items():
        choose(wizard, key_usage=usage)
        assert offered(wizard, "key_spec") == specs
        assert wizard.form.values["key_spec"] == [specs[0]]
        assert wizard.form.shows_spec == (specs != ["SYMMETRIC_DEFAULT"])


def test_ml_kem_is_offered_only_where_the_installation_says_so(wizard):
    choose(wizard, key_type="asymmetric")
    assert "ENCAPSULATE_DECAPSULATE" not in offered(wizard, "key_usage")
    with override_settings(KMS_ML_KEM_CONSOLE=True):
        choose(wizard, key_type="asymmetric", key_usage="ENCAPSULATE_DECAPSULATE")
        assert offered(wizard, "key_spec") == ["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"]


def test_without_script_another_type_shows_its_choices_before_it_goes_on(wizard):
    wizard.next(key_type="asymmetric")
    assert (wizard.step, wizard.last.status_code) == ("configure", 422)
    assert "Another key type or key usage brings other choices" in wizard.text
    assert offered(wizard, "key_usage") == list(OFFERED["asymmetric"])
    wizard.next(key_usage="SIGN_VERIFY")
    assert (wizard.step, wizard.last.status_code) == ("configure", 422)
    wizard.next(key_spec="ECC_NIST_P256")
    assert wizard.step == "labels"


def test_another_type_begins_usage_and_spec_anew(wizard):
    choose(wizard, key_type="asymmetric", key_usage="SIGN_VERIFY", key_spec="ECC_NIST_P521")
    choose(wizard, key_type="symmetric")
    assert wizard.form.values["key_usage"] == ["ENCRYPT_DECRYPT"]
    assert wizard.form.values["key_spec"] == ["SYMMETRIC_DEFAULT"]


@pytest.mark.parametrize(("key_type", "usage", "spec"), KINDS)
def test_the_wizard_makes_the_key_and_a_policy_that_fits_its_usage(wizard, people, key_type, usage, spec):
    choose(wizard, key_type=key_type, key_usage=usage, key_spec=spec)
    wizard.to(
        "review",
        administrators={"chosen": [people.alice], "allow_deletion": "on"},
        users={"chosen": [people.bob]},
    )
    assert spec in wizard.text
    wizard.finish()
    (alias,) = run_as(people.ada, "ListAliases")["Aliases"]
    key = run_as(people.ada, "DescribeKey", {"KeyId": alias["TargetKeyId"]})["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"], key["KeyState"]) == (spec, usage, "Enabled")
    document = json.loads(run_as(people.ada, "GetKeyPolicy", {"KeyId": key["KeyId"]})["Policy"])
    statements = {statement["Sid"]: statement for statement in document["Statement"]}
    assert set(statements["Allow use of the key"]["Action"]) - {"kms:DescribeKey"} == USES[usage]
    assert "Allow attachment of persistent resources" in statements


def test_who_was_chosen_as_user_signs_and_who_was_not_does_not(wizard, people):
    from tests.builders import refused

    choose(wizard, key_type="asymmetric", key_usage="SIGN_VERIFY", key_spec="ECC_NIST_P256")
    wizard.to("review", users={"chosen": [people.bob]}).finish()
    request = {"KeyId": "alias/orders", "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
    assert run_as(people.bob, "Sign", request)["Signature"]
    assert refused(people.mallory, "Sign", request).code == "AccessDeniedException"


# --- the table of 3.3 -------------------------------------------------------------------------------------------------
WALKED = [
    (key_type, usage, spec) for key_type in OFFERED for usage in OFFERED[key_type] for spec in OFFERED[key_type][usage]
]


@pytest.mark.parametrize(("key_type", "usage", "spec"), WALKED)
def test_each_spec_offers_the_origins_and_regionalities_of_the_table(wizard, key_type, usage, spec):
    choose(wizard, key_type=key_type, key_usage=usage, key_spec=spec)
    made_here_alone = spec.startswith("ML_DSA")
    assert offered(wizard, "origin") == (["AWS_KMS"] if made_here_alone else ["AWS_KMS", "EXTERNAL"])
    for origin in offered(wizard, "origin"):
        wizard.press({}, origin=origin)
        assert offered(wizard, "regionality") == ["single-region", "multi-region"]
    assert wizard.next(acknowledged="on", regionality="multi-region").step == "labels"


def test_ml_kem_is_made_here_and_stays_in_its_region(wizard):
    with override_settings(KMS_ML_KEM_CONSOLE=True):
        for spec in ("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"):
            choose(wizard, key_type="asymmetric", key_usage="ENCAPSULATE_DECAPSULATE", key_spec=spec)
            assert offered(wizard, "origin") == ["AWS_KMS"]
            assert offered(wizard, "regionality") == ["single-region"]


def test_every_choice_says_what_it_means(wizard):
    """Source: console.md 3.2, "Meaning of the helper text"; specs have notes only where 3.3 has one."""
    for key_type in OFFERED:
        choose(wizard, key_type=key_type)
        for name in ("key_type", "key_usage", "origin", "regionality"):
            assert all(str(option.description) for option in wizard.form.options[name]), name
    for topic in ("key-type", "key-usage", "key-spec", "key-material-origin", "regionality"):
        assert f"help={topic}" in wizard.text
        assert "Learn more" in wizard.client.get(f"/console/help/{topic}").content.decode()
