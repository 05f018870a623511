"""RSA keys of tests: two of each size are drawn in a process, then they come in turn, one and the next never the same.

Looking for the primes of one takes up to a second, and hundreds of tests import something or make a key. Wrapping keys
come in turn everywhere but in tests with the fixture ``new_wrapping_keys``; KMS keys and data key pairs where a test
makes many and does not compare them, with the fixture ``rsa_keys_in_turn``.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.crypto.key_pairs import generate_for, generate_key_pair
from core.crypto.wrapping import generate_wrapping_key
from keys import custody
from operations import data_key_pairs
from operations.actions import get_parameters_for_import

OF_EACH_SIZE = 2


class InTurn:
    """Stands in for a function that draws a key of a spec; what is not RSA is drawn as ever."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw
        self._turns: defaultdict[str, itertools.count[int]] = defaultdict(itertools.count)
        self._drawn: dict[tuple[str, int], Any] = {}

    def __call__(self, spec: Any) -> Any:
        if not spec.startswith("RSA"):
            return self._draw(spec)
        place = spec, next(self._turns[spec]) % OF_EACH_SIZE
        if place not in self._drawn:
            self._drawn[place] = self._draw(spec)
        return self._drawn[place]


_WRAPPING_KEYS, _MATERIALS, _PAIRS = InTurn(generate_wrapping_key), InTurn(generate_for), InTurn(generate_key_pair)


def let_wrapping_keys_come_in_turn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(get_parameters_for_import, "generate_wrapping_key", _WRAPPING_KEYS)


def draw_every_wrapping_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(get_parameters_for_import, "generate_wrapping_key", generate_wrapping_key)


@contextmanager
def in_turn() -> Iterator[None]:
    """Let the material of KMS keys, and data key pairs, come in turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(custody, "generate_for", _MATERIALS)
        patch.setattr(data_key_pairs, "generate_key_pair", _PAIRS)
        yield
