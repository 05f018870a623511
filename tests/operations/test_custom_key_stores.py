"""Custom key store operations, as AWS answers them in an account that has no store."""

import pytest

from core.errors import (
    AccessDeniedException,
    CustomKeyStoreNotFoundException,
    InvalidMarkerException,
    UnsupportedOperationException,
    ValidationException,
)
from tests.builders import run_as

STORE = "cks-1234567890abcdef0"


def test_there_is_no_store(people):
    assert run_as(people.ada, "DescribeCustomKeyStores") == {"CustomKeyStores": [], "Truncated": False}


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("ConnectCustomKeyStore", {"CustomKeyStoreId": STORE}),
        ("DisconnectCustomKeyStore", {"CustomKeyStoreId": STORE}),
        ("DeleteCustomKeyStore", {"CustomKeyStoreId": STORE}),
        ("UpdateCustomKeyStore", {"CustomKeyStoreId": STORE, "NewCustomKeyStoreName": "new"}),
        ("DescribeCustomKeyStores", {"CustomKeyStoreId": STORE}),
        ("DescribeCustomKeyStores", {"CustomKeyStoreName": "mine"}),
    ],
)
def test_no_id_or_name_names_a_store(people, action, members):
    with pytest.raises(CustomKeyStoreNotFoundException):
        run_as(people.ada, action, members)
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, action, members)


def test_a_store_cannot_be_made(people):
    with pytest.raises(UnsupportedOperationException):
        run_as(people.ada, "CreateCustomKeyStore", {"CustomKeyStoreName": "mine"})


def test_a_search_names_one_thing_and_has_one_page(people):
    with pytest.raises(ValidationException):
        run_as(people.ada, "DescribeCustomKeyStores", {"CustomKeyStoreId": STORE, "CustomKeyStoreName": "mine"})
    with pytest.raises(InvalidMarkerException):
        run_as(people.ada, "DescribeCustomKeyStores", {"Marker": "x"})


@pytest.mark.parametrize(
    ("action", "members", "store"),
    [
        ("CreateKey", {"Origin": "AWS_CLOUDHSM"}, {"CustomKeyStoreId": STORE}),
        ("CreateKey", {"Origin": "EXTERNAL_KEY_STORE", "XksKeyId": "bb8562717f809024"}, {"CustomKeyStoreId": STORE}),
        ("GenerateRandom", {"NumberOfBytes": 8}, {"CustomKeyStoreId": STORE}),
    ],
)
def test_keys_and_random_bytes_are_not_made_in_a_store_that_does_not_exist(people, action, members, store):
    with pytest.raises(CustomKeyStoreNotFoundException):
        run_as(people.ada, action, {**members, **store})
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, action, {**members, **store})


IN_HSM = {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": STORE}
IN_XKS = {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": STORE, "XksKeyId": "bb8562717f809024"}


@pytest.mark.parametrize(
    "members",
    [
        {"Origin": "AWS_CLOUDHSM"},
        {"CustomKeyStoreId": STORE},
        {"Origin": "EXTERNAL", "CustomKeyStoreId": STORE},
        {**IN_XKS, "XksKeyId": None},
        {**IN_HSM, "XksKeyId": "bb8562717f809024"},
        {"XksKeyId": "bb8562717f809024"},
        {**IN_HSM, "MultiRegion": True},
        {**IN_HSM, "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    ],
    ids=str,
)
def test_a_key_in_a_store_is_symmetric_of_one_region_and_names_its_store(people, members):
    with pytest.raises(ValidationException):
        run_as(people.ada, "CreateKey", members)
    for whole in (IN_HSM, IN_XKS):
        with pytest.raises(CustomKeyStoreNotFoundException):
            run_as(people.ada, "CreateKey", whole)
