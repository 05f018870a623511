"""The split that the wizard promises: who administers a key may not use it, who uses it may not administer it."""

import pytest

from core.errors import AccessDeniedException
from tests.builders import make_key, run_as, split_policy


@pytest.fixture
def key(people):
    return make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))


def test_a_key_user_encrypts_and_decrypts(people, key):
    blob = run_as(people.bob, "Encrypt", {"KeyId": "alias/payroll", "Plaintext": b"secret"})["CiphertextBlob"]
    assert run_as(people.bob, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("Encrypt", {"Plaintext": b"secret"}),
        ("GenerateDataKey", {"KeySpec": "AES_256"}),
    ],
)
def test_a_key_administrator_without_iam_permissions_may_not_use_the_key(people, key, action, members):
    run_as(people.bob, action, {"KeyId": key["KeyId"], **members})
    with pytest.raises(AccessDeniedException, match="no identity-based policy allows"):
        run_as(people.alice, action, {"KeyId": key["KeyId"], **members})


@pytest.mark.parametrize(
    ("action", "members"),
    [
        ("PutKeyPolicy", {"Policy": "POLICY"}),
        ("UpdateKeyDescription", {"Description": "mine"}),
        ("ScheduleKeyDeletion", {"PendingWindowInDays": 7}),
    ],
)
def test_a_key_user_may_not_administer_the_key(people, key, action, members):
    if "Policy" in members:
        members = {"Policy": split_policy(people.alice, people.bob)}
    with pytest.raises(AccessDeniedException):
        run_as(people.bob, action, {"KeyId": key["KeyId"], **members})
    run_as(people.alice, action, {"KeyId": key["KeyId"], **members})
