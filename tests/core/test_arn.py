"""ARNs and key ids: strict reading, and writing what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import arn

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MULTI_REGION_ID = "mrk-" + "0123456789abcdef" * 2

regions = st.sampled_from(["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])
accounts = st.from_regex(r"\A[0-9]{12}\Z")
key_ids = st.uuids().map(str) | st.from_regex(r"\Amrk-[0-9a-f]{32}\Z")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("us-east-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_region_lies_in_one_partition(region, partition):
    assert arn.partition(region) == partition
    assert arn.is_region(region)


@pytest.mark.parametrize("text", [KEY_ID, MULTI_REGION_ID])
def test_a_key_id_is_recognised(text):
    assert arn.is_key_id(text)
    assert arn.is_multi_region_id(text) is text.startswith("mrk-")
    assert arn.is_single_region_id(text) is not text.startswith("mrk-")


@pytest.mark.parametrize(
    "text",
    [
        KEY_ID.upper(),
        KEY_ID.replace("-", ""),
        f" {KEY_ID}",
        f"{KEY_ID}\n",
        "mrk-fake",
        MULTI_REGION_ID[:-1],
        MULTI_REGION_ID.upper(),
        f"mrk-{KEY_ID}",
        "",
        "alias/payroll",
    ],
)
def test_other_text_is_no_key_id(text):
    assert not arn.is_key_id(text)


@given(regions, accounts, key_ids)
def test_a_key_arn_is_read_as_it_was_written(region, account, key_id):
    text = arn.key_arn(region, account, key_id)
    assert arn.parse_key_arn(text) == (region, account, key_id)
    assert str(arn.parse_arn(text)) == text
    with pytest.raises(ValueError, match="alias"):
        arn.parse_alias_arn(text)


@given(regions, accounts, st.from_regex(r"\A[a-zA-Z0-9:/_-]{1,40}\Z"))
def test_an_alias_arn_is_read_as_it_was_written(region, account, name):
    text = arn.alias_arn(region, account, f"alias/{name}")
    assert arn.parse_alias_arn(text) == (region, account, f"alias/{name}")
    with pytest.raises(ValueError, match="KMS key"):
        arn.parse_key_arn(text)


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}\n",
        f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID.upper()}",
        f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}/x",
        f"arn:aws:kms:eu-west-1:11112222333:key/{KEY_ID}",
        f"arn:aws:kms::111122223333:key/{KEY_ID}",
        f"arn:aws:kms:eu-west-1::key/{KEY_ID}",
        f"arn:aws-cn:kms:eu-west-1:111122223333:key/{KEY_ID}",
        f"arn:aws:s3:eu-west-1:111122223333:key/{KEY_ID}",
        f"ARN:aws:kms:eu-west-1:111122223333:key/{KEY_ID}",
        "arn:aws:kms:eu-west-1:111122223333:key/",
        "arn:aws:kms:eu-west-1:111122223333:alias/",
        "arn:aws:kms:eu-west-1:111122223333",
        KEY_ID,
        "",
    ],
)
def test_a_malformed_arn_is_refused(text):
    for parse in (arn.parse_key_arn, arn.parse_alias_arn):
        with pytest.raises(ValueError, match="ARN"):
            parse(text)


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (arn.root_arn("111122223333"), "arn:aws:iam::111122223333:root"),
        (arn.user_arn("111122223333", "alice"), "arn:aws:iam::111122223333:user/alice"),
        (arn.user_arn("111122223333", "bob", "/lab/"), "arn:aws:iam::111122223333:user/lab/bob"),
        (arn.role_arn("111122223333", "App", "/x/y/"), "arn:aws:iam::111122223333:role/x/y/App"),
        (arn.assumed_role_arn("111122223333", "App", "s"), "arn:aws:sts::111122223333:assumed-role/App/s"),
        (arn.federated_user_arn("111122223333", "F"), "arn:aws:sts::111122223333:federated-user/F"),
        (arn.root_arn("111122223333", "aws-cn"), "arn:aws-cn:iam::111122223333:root"),
    ],
)
def test_the_arns_of_principals(built, text):
    assert built == text
    assert str(arn.parse_arn(built)) == text
