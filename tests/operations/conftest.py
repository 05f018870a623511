"""What several tests of operations use."""

import pytest


@pytest.fixture
def openssl(tmp_path):
    """OpenSSL's command line: see tests/openssl.py."""
    from tests.openssl import OpenSsl

    return OpenSsl(tmp_path)


@pytest.fixture
def kinds(made_once):
    """Ada, and the metadata of one of her keys of every kind, by (kind, spec, usage).

    ``own`` is an ordinary key, ``external`` one that awaits its material, ``everywhere`` a multi-Region primary key.
    """
    return made_once(_keys_of_all_kinds)


def _keys_of_all_kinds(people):
    from tests import rsa_keys
    from tests.builders import make_key
    from tests.operations.kinds import IMPORTABLE, MULTI_REGION, PAIRS

    keys = {}
    with rsa_keys.in_turn():
        for kind, pairs, more in (
            ("own", PAIRS, {}),
            ("external", IMPORTABLE, {"origin": "EXTERNAL"}),
            ("everywhere", MULTI_REGION, {"multi_region": True}),
        ):
            for spec, usage in pairs:
                keys[kind, spec, usage] = make_key(people.ada, spec=spec, usage=usage, **more)
    return people.ada, keys
