"""The tables of specs and algorithms, walked in full and compared with the AWS service model."""

import botocore.session
import pytest

from core.crypto.algorithms import (
    ALGORITHMS,
    EncapsulationAlgorithm,
    EncryptionAlgorithm,
    KeyAgreementAlgorithm,
    MacAlgorithm,
    SigningAlgorithm,
)
from core.crypto.key_specs import DATA_KEY_BYTES, KEY_SPECS, DataKeySpec, KeySpec, KeyUsage, Origin, resolve_usage
from core.errors import ValidationException


@pytest.fixture(scope="module")
def service_model():
    return botocore.session.get_session().get_service_model("kms")


@pytest.mark.parametrize(
    ("shape", "vocabulary"),
    [
        ("KeySpec", KeySpec),
        ("KeyUsageType", KeyUsage),
        ("OriginType", Origin),
        ("DataKeySpec", DataKeySpec),
        ("EncryptionAlgorithmSpec", EncryptionAlgorithm),
        ("SigningAlgorithmSpec", SigningAlgorithm),
        ("MacAlgorithmSpec", MacAlgorithm),
        ("KeyAgreementAlgorithmSpec", KeyAgreementAlgorithm),
        ("EncapsulationAlgorithmSpec", EncapsulationAlgorithm),
    ],
)
def test_a_vocabulary_has_the_values_of_the_service_model(service_model, shape, vocabulary):
    assert set(vocabulary) == set(service_model.shape_for(shape).enum)


def test_every_spec_has_a_row_and_every_algorithm_a_place():
    assert set(KEY_SPECS) == set(KeySpec)
    assert set(ALGORITHMS) == set(KeyUsage)
    assert set(DATA_KEY_BYTES) == set(DataKeySpec)
    named = {algorithm for table in ALGORITHMS.values() for row in table.values() for algorithm in row}
    vocabularies = (EncryptionAlgorithm, SigningAlgorithm, MacAlgorithm, KeyAgreementAlgorithm, EncapsulationAlgorithm)
    assert named == {algorithm for vocabulary in vocabularies for algorithm in vocabulary}


@pytest.mark.parametrize("spec", KeySpec)
@pytest.mark.parametrize("usage", KeyUsage)
def test_a_pair_of_spec_and_usage_is_accepted_exactly_if_it_has_algorithms(spec, usage):
    if spec in ALGORITHMS[usage]:
        assert resolve_usage(spec, usage) is usage
    else:
        with pytest.raises(ValidationException) as refusal:
            resolve_usage(spec, usage)
        assert refusal.value.message == f"KeyUsage {usage.value} is not compatible with KeySpec {spec.value}"


@pytest.mark.parametrize("spec", KeySpec)
def test_only_a_symmetric_encryption_key_may_leave_its_usage_out(spec):
    if spec is KeySpec.SYMMETRIC_DEFAULT:
        assert resolve_usage(spec, None) is KeyUsage.ENCRYPT_DECRYPT
    else:
        with pytest.raises(ValidationException, match="You must specify a KeyUsage value for all KMS keys except"):
            resolve_usage(spec, None)
