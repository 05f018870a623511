import pytest

from core.crypto.random_bytes import generate_random


@pytest.mark.parametrize("length", [1, 32, 1024])
def test_random_bytes_have_the_length_asked_for(length):
    assert len(generate_random(length)) == length


def test_random_bytes_do_not_repeat():
    assert len({generate_random(16) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("length", [-1, 0, 1025])
def test_other_lengths_are_refused(length):
    with pytest.raises(ValueError, match=str(length)):
        generate_random(length)
