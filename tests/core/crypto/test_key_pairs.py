"""Generated material: of every spec, in the encodings that clients expect. Sizes: kms-semantics 4.17."""

import pytest
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from core.crypto.algorithms import ALGORITHMS
from core.crypto.asymmetric import AsymmetricHandle
from core.crypto.key_pairs import GENERATE, generate_for, generate_key_pair
from core.crypto.key_specs import KEY_SPECS, KeySpec, KeyType, key_type
from core.crypto.opening import HANDLES, open_handle
from tests.core.crypto.private_keys import handle_of_bytes

PUBLIC_BYTES = {
    KeySpec.RSA_2048: 294,
    KeySpec.RSA_3072: 422,
    KeySpec.RSA_4096: 550,
    KeySpec.ECC_NIST_P256: 91,
    KeySpec.ECC_NIST_P384: 120,
    KeySpec.ECC_NIST_P521: 158,
    KeySpec.ECC_SECG_P256K1: 88,
    KeySpec.ECC_NIST_EDWARDS25519: 44,
    KeySpec.ML_DSA_44: 1334,
    KeySpec.ML_DSA_65: 1974,
    KeySpec.ML_DSA_87: 2614,
    KeySpec.ML_KEM_512: 822,
    KeySpec.ML_KEM_768: 1206,
    KeySpec.ML_KEM_1024: 1590,
}


def test_the_tables_of_specs_generation_and_handles_agree():
    made = {spec for spec, row in KEY_SPECS.items() if row.implemented}
    asymmetric = {spec for spec in made if key_type(spec) is KeyType.ASYMMETRIC}
    assert set(KeySpec) - made == {KeySpec.SM2}
    assert set(GENERATE) == asymmetric == set(PUBLIC_BYTES)
    assert set(HANDLES) == made - {KeySpec.SYMMETRIC_DEFAULT}
    for spec, handles in HANDLES.items():
        assert (
            set(handles) == set(KEY_SPECS[spec].usages) == {use for use, table in ALGORITHMS.items() if spec in table}
        )


@pytest.mark.parametrize(("spec", "public_bytes"), PUBLIC_BYTES.items())
def test_a_pair_is_fresh_and_its_halves_belong_together(spec, public_bytes):
    private, public = generate_key_pair(spec)
    assert len(public) == public_bytes
    usage = KEY_SPECS[spec].usages[0]
    assert handle_of_bytes(private, spec, usage).public_key == public
    assert generate_key_pair(spec)[1] != public
    if spec is not KeySpec.ML_KEM_512:  # the library has it not
        assert type(load_der_private_key(private, None).public_key()) is type(load_der_public_key(public))


@pytest.mark.parametrize(
    ("spec", "private_bytes"),
    [
        (KeySpec.ECC_NIST_P256, 150),
        (KeySpec.ECC_NIST_P384, 194),
        (KeySpec.ECC_NIST_P521, 250),
        (KeySpec.ECC_SECG_P256K1, 144),  # recorded from AWS; the others are this form for their curves
    ],
)
def test_a_private_key_on_a_named_curve_names_the_curve_twice(spec, private_bytes):
    private, _ = generate_key_pair(spec)
    assert len(private) == private_bytes
    whole = PrivateKeyInfo.load(private, strict=True)
    assert whole["private_key"].parsed["parameters"].native == whole["private_key_algorithm"]["parameters"].native


@pytest.mark.parametrize("spec", [KeySpec.RSA_2048, KeySpec.RSA_3072, KeySpec.RSA_4096])
def test_an_rsa_key_has_the_usual_exponent_and_a_modulus_of_its_spec(spec):
    numbers = load_der_public_key(generate_key_pair(spec)[1]).public_numbers()
    assert (numbers.e, numbers.n.bit_length()) == (65537, int(spec.rpartition("_")[2]))


@pytest.mark.parametrize("spec", HANDLES)
def test_a_handle_shows_no_private_byte(spec):
    material = generate_for(spec)
    for usage in HANDLES[spec]:
        handle = open_handle(material, spec=spec, usage=usage, account_id="111122223333", key_id="key")
        assert repr(handle) == str(handle) == f"<{type(handle).__name__}>"
        assert not hasattr(handle, "__dict__")
        if isinstance(handle, AsymmetricHandle):
            assert material.reveal() not in handle.public_key
