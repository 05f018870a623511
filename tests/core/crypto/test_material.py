import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.material import (
    KeyMaterial,
    generate_material,
    material_id,
    open_material,
    reseal_material,
    seal_material,
)
from core.crypto.sealing import BrokenSealError, RootKey, RootKeys, UnknownRootKeyError, draw_root_key

PLACE = {
    "account_id": "111122223333",
    "region": "us-east-1",
    "key_id": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "material_id": "ab" * 32,
}


def test_generated_material_has_the_length_asked_for_and_never_repeats():
    drawn = [generate_material(32) for _ in range(100)]
    assert {len(material) for material in drawn} == {32}
    assert len({material.reveal() for material in drawn}) == 100


def test_empty_material_is_refused():
    with pytest.raises(ValueError, match="empty"):
        KeyMaterial(b"")


def test_a_material_id_is_64_hex_digits_and_stays_the_same():
    identity = material_id("key", KeyMaterial(bytes(range(32))))
    assert re.fullmatch("[0-9a-f]{64}", identity)
    assert identity == material_id("key", KeyMaterial(bytes(range(32))))
    assert identity == "442e802ac9fe0a2606868aa33cf024b92bbedfe409002f6e3c5808ee29fe312b"


@given(st.lists(st.tuples(st.text("ab", max_size=4), st.binary(min_size=1, max_size=4)), unique=True, max_size=8))
def test_another_key_or_other_bytes_give_another_material_id(pairs):
    assert len({material_id(key_id, KeyMaterial(revealed)) for key_id, revealed in pairs}) == len(pairs)


def test_sealed_material_opens_in_its_place():
    material, root_keys = generate_material(32), RootKeys([RootKey(draw_root_key())])
    sealed = seal_material(material, root_keys, **PLACE)
    assert material.reveal() not in sealed
    assert open_material(sealed, root_keys, **PLACE).reveal() == material.reveal()


@pytest.mark.parametrize("moved", PLACE)
def test_sealed_material_does_not_open_in_another_place(moved):
    root_keys = RootKeys([RootKey(draw_root_key())])
    sealed = seal_material(generate_material(32), root_keys, **PLACE)
    with pytest.raises(BrokenSealError):
        open_material(sealed, root_keys, **{**PLACE, moved: PLACE[moved] + "0"})


def test_resealing_moves_material_to_the_newest_root_key_and_is_safe_to_repeat():
    old, new, material = RootKey(draw_root_key()), RootKey(draw_root_key()), generate_material(32)
    sealed = seal_material(material, RootKeys([old]), **PLACE)
    both = RootKeys([new, old])
    assert not both.is_current(sealed)
    resealed = reseal_material(sealed, both, **PLACE)
    assert both.is_current(resealed)
    assert reseal_material(resealed, both, **PLACE) == resealed
    assert open_material(resealed, RootKeys([new]), **PLACE).reveal() == material.reveal()
    with pytest.raises(UnknownRootKeyError):
        open_material(resealed, RootKeys([old]), **PLACE)


def test_resealing_refuses_a_damaged_blob_instead_of_passing_it_on():
    root_keys = RootKeys([RootKey(draw_root_key())])
    sealed = seal_material(generate_material(32), root_keys, **PLACE)
    with pytest.raises(BrokenSealError):
        reseal_material(sealed[:-1] + bytes([sealed[-1] ^ 1]), root_keys, **PLACE)
