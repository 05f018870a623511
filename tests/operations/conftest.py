"""What several tests of operations use."""

import functools

import pytest

from core.crypto.wrapping import generate_wrapping_key

_drawn_once = functools.cache(generate_wrapping_key)


@pytest.fixture
def openssl(tmp_path):
    """OpenSSL's command line: see tests/openssl.py."""
    from tests.openssl import OpenSsl

    return OpenSsl(tmp_path)


@pytest.fixture
def one_wrapping_key_of_a_size(monkeypatch):
    """Draw a wrapping key once for each size, as one of 4,096 bits takes half a second. Tokens are as new as ever."""
    from operations.actions import get_parameters_for_import

    monkeypatch.setattr(get_parameters_for_import, "generate_wrapping_key", _drawn_once)


@pytest.fixture
def kinds(made_once):
    """Ada, and the metadata of one of her keys of every kind, by (kind, spec, usage).

    ``own`` is an ordinary key, ``external`` one that awaits its material, ``everywhere`` a multi-Region primary key.
    """
    return made_once(_keys_of_all_kinds)


def _keys_of_all_kinds(people):
    from keys import custody
    from tests.builders import make_key
    from tests.operations.kinds import IMPORTABLE, MULTI_REGION, PAIRS

    keys = {}
    with pytest.MonkeyPatch.context() as patch:
        # An RSA key of 4,096 bits takes a second; here it does not matter that keys share their material.
        patch.setattr(custody, "generate_for", functools.cache(custody.generate_for))
        for kind, pairs, more in (
            ("own", PAIRS, {}),
            ("external", IMPORTABLE, {"origin": "EXTERNAL"}),
            ("everywhere", MULTI_REGION, {"multi_region": True}),
        ):
            for spec, usage in pairs:
                keys[kind, spec, usage] = make_key(people.ada, spec=spec, usage=usage, **more)
    return people.ada, keys
