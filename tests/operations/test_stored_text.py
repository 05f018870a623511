"""Text that one of the databases could not store is refused by both alike."""

import pytest

from core.errors import ValidationException
from tests.builders import make_key, run_as


@pytest.mark.postgres
def test_a_nul_character_is_refused_wherever_text_is_stored(people):
    key = make_key(people.ada)["KeyId"]
    grant = {"KeyId": key, "GranteePrincipal": people.bob.arn, "Operations": ["Encrypt"]}
    for action, members in (
        ("CreateKey", {"Description": "a\x00b"}),
        ("UpdateKeyDescription", {"KeyId": key, "Description": "a\x00b"}),
        ("CreateGrant", {**grant, "Constraints": {"EncryptionContextEquals": {"a": "\x00"}}}),
    ):
        with pytest.raises(ValidationException, match=r"U\+0000"):
            run_as(people.ada, action, members)
    blob = run_as(people.ada, "Encrypt", {"KeyId": key, "Plaintext": b"x", "EncryptionContext": {"a": "\x00"}})
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": blob["CiphertextBlob"], "EncryptionContext": {"a": "\x00"}})
