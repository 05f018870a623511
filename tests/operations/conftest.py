"""What several tests of operations use."""

import copy
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


@pytest.fixture(scope="session")
def database_of_kinds(peopled_database, django_db_blocker):
    """A database with one of Ada's keys of every kind, and the metadata of each by (kind, spec, usage).

    ``own`` is an ordinary key, ``external`` one that awaits its material, ``everywhere`` a multi-Region primary key.
    """
    from django.db import connection

    from keys import custody
    from operations.installation import prepare
    from tests.builders import make_key
    from tests.conftest import put_back
    from tests.databases import PRISTINE_DATABASES
    from tests.operations.kinds import IMPORTABLE, MULTI_REGION, PAIRS

    database, people = peopled_database
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        put_back(database)
        prepare()
        # An RSA key of 4,096 bits takes a second; here it does not matter that keys share their material.
        patch.setattr(custody, "generate_for", functools.cache(custody.generate_for))
        keys = {}
        for kind, pairs, more in (
            ("own", PAIRS, {}),
            ("external", IMPORTABLE, {"origin": "EXTERNAL"}),
            ("everywhere", MULTI_REGION, {"multi_region": True}),
        ):
            for spec, usage in pairs:
                keys[kind, spec, usage] = make_key(people.ada, spec=spec, usage=usage, **more)
        pristine = PRISTINE_DATABASES[connection.vendor](connection)
        connection.close()
    return pristine, people, keys


@pytest.fixture
def kinds(transactional_db, database_of_kinds):
    """Ada, and her keys of every kind: see ``database_of_kinds``."""
    from operations.installation import prepare
    from tests.conftest import put_back

    database, people, keys = database_of_kinds
    put_back(database)
    prepare()
    return copy.deepcopy(people).ada, keys
