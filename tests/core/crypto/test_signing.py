"""The table of messages: which algorithm takes which type, and the words of a refusal. Source: kms-semantics 3.4."""

import pytest

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.key_specs import KeySpec
from core.crypto.signing import SIGNING, MessageType, check_message
from core.errors import ValidationException
from tests.core.crypto.private_keys import SIGNING_PAIRS

RAW, DIGEST, MU = MessageType.RAW, MessageType.DIGEST, MessageType.EXTERNAL_MU
DIGEST_BYTES = {"256": 32, "384": 48, "512": 64}


def test_every_algorithm_that_a_key_may_have_has_a_row():
    assert set(SIGNING) == set(SigningAlgorithm) - {SigningAlgorithm.SM2DSA} == {pair[1] for pair in SIGNING_PAIRS}


def refusal(spec, algorithm, message_type, message) -> str | None:
    try:
        check_message(spec, algorithm, message_type, message)
    except ValidationException as error:
        return error.message
    return None


@pytest.mark.parametrize(("spec", "algorithm"), SIGNING_PAIRS)
@pytest.mark.parametrize("message_type", MessageType)
def test_a_type_is_taken_or_refused_in_aws_words(spec, algorithm, message_type):
    ml_dsa, ed25519 = spec.startswith("ML_DSA"), spec is KeySpec.ECC_NIST_EDWARDS25519
    message = b"x" * (DIGEST_BYTES.get(algorithm[-3:], 64) if not ml_dsa else 64)
    expected = None
    if message_type is MU and not ml_dsa or message_type is DIGEST and ml_dsa:
        expected = f"Message type {message_type} is incompatible with key spec {spec}."
    elif ed25519 and (message_type is DIGEST) != (algorithm is SigningAlgorithm.ED25519_PH_SHA_512):
        expected = f"Message type {message_type} is incompatible with algorithm {algorithm}."
    assert refusal(spec, algorithm, message_type, message) == expected
    # The type is looked at before the length.
    if message_type is not RAW or expected:
        shorter = expected or f"Digest is invalid length for algorithm {algorithm}."
        assert refusal(spec, algorithm, message_type, message[1:]) == shorter
