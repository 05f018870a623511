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
