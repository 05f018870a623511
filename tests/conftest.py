"""What every test stands on: settings of its own, a database that is as new each time, a browser that stays at home."""

import atexit
import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connection, connections

# Tests never see the data, the secrets or the accounts of whoever starts them. pytest-django reads the settings before
# this file when pytest.ini names them, so it is this file that names them.
DATA_DIR = Path(tempfile.mkdtemp(prefix="kms-tests-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
if os.environ.get("DATABASE_URL") != os.environ.get("KMS_TEST_POSTGRES_URL"):
    os.environ.pop("DATABASE_URL", None)
for name in [name for name in os.environ if name.startswith(("KMS_", "AWS_")) and not name.startswith("KMS_TEST_")]:
    del os.environ[name]
os.environ["KMS_DATA_DIR"] = str(DATA_DIR)
os.environ["KMS_UPKEEP_SECONDS"] = "0"  # tests say when time passes
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "kmsconsole.settings"
# Playwright's synchronous interface keeps an event loop in the thread of the tests, which Django takes for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()
if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
    # A test's database need not survive a power cut; everything else is as in production.
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
settings.PASSWORD_HASHERS = ["tests.passwords.QuickArgon2"]
settings.STATIC_ROOT = DATA_DIR / "static"  # whitenoise warns of a missing folder; files come from the finders
settings.STATIC_ROOT.mkdir()

from audit.names import names  # noqa: E402 - models can be imported only after django.setup()
from audit.trail import trail  # noqa: E402
from operations.installation import prepare  # noqa: E402
from operations.snapshots import cache  # noqa: E402
from tests.databases import PRISTINE_DATABASES, KeptDatabase  # noqa: E402

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(scope="session")
def pristine_database(django_db_setup, django_db_blocker):
    """The database as the migrations left it."""
    with django_db_blocker.unblock():
        pristine = PRISTINE_DATABASES[connection.vendor](connection)
        connection.close()
    return pristine


@pytest.fixture
def _django_db_helper(request, pristine_database, django_db_blocker) -> Iterator[None]:
    """Replace pytest-django's: what `db`, `transactional_db`, `live_server` and the mark `django_db` stand on.

    Writers have connections of their own here and commit for real, so a transaction around the test would hide them;
    and Django's flush would lose the rows that migrations made. Each test gets the database as after the migrations,
    unless it asks for one that holds more.
    """
    with django_db_blocker.unblock():
        if {"installation", "people"}.isdisjoint(request.fixturenames):
            put_back(pristine_database)
        yield
        trail.close()
        connections.close_all()


def put_back(database) -> None:
    """Restore a database and forget, as a process that has just started, what was read from the one before."""
    trail.close()
    cache.forget()
    names.forget()
    database.restore(connection)


@pytest.fixture(scope="session")
def installed_database(pristine_database, django_db_blocker):
    """The database after the first start of the service: root key, secrets and counters are in place."""
    with django_db_blocker.unblock():
        put_back(pristine_database)
        prepare()
        installed = PRISTINE_DATABASES[connection.vendor](connection)
        connection.close()
    return installed


@pytest.fixture
def installation(transactional_db, installed_database) -> None:
    """A service that has been started and has no account yet."""
    put_back(installed_database)
    prepare()


@pytest.fixture(scope="session")
def base_url() -> str | None:
    """No address: whoever starts a server passes its own. pytest-playwright's fixture of this name is deprecated."""
    return None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the system's Chromium; nothing is downloaded, and it calls nobody."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "chromium is missing; run: make setup-dev"
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": executable, "args": quiet + as_root}


@pytest.fixture(scope="session")
def peopled_database(installed_database, django_db_blocker):
    """The installation with two accounts and everybody in them, and who they are."""
    from tests.builders import introduce
    from tests.people import settle

    with django_db_blocker.unblock():
        put_back(installed_database)
        prepare()
        people = settle()
        introduce(people)
        kept = KeptDatabase(connection)
        connection.close()
    return kept, people


@pytest.fixture
def people(transactional_db, peopled_database):
    """Two accounts and everybody in them; see tests/people.py."""
    database, people = peopled_database
    put_back(database)
    return copy.deepcopy(people)


MADE_AT_MOST = 30  # databases that a process keeps, of 600 KB and more


@pytest.fixture(scope="session")
def _made() -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """What `made_once` made in this process: the database afterwards, and what was returned."""
    return {}


@pytest.fixture
def made_once(people, peopled_database, _made):
    """Begin a test with what others begin with too: ``made_once(build, *more)`` is ``build(people, *more)``, which runs
    once in a process; later the database is put back as it left it. Nobody sees what another test does to it.
    """

    def begin(build, *more):
        if (build, *more) not in _made:
            put_back(peopled_database[0])
            returned = build(people, *more)
            _made[build, *more] = KeptDatabase(connection), returned
            if len(_made) > MADE_AT_MOST:
                del _made[next(iter(_made))]
        database, returned = _made[build, *more]
        put_back(database)
        return copy.deepcopy(returned)

    return begin


@pytest.fixture
def ready_scene(made_once):
    """Begin a test with a scene of Ada's that others begin with too: ``ready_scene(action)``, on which the action is
    permitted to her; see tests/operations/requests.py.
    """
    from tests.operations.requests import adas_scene, ready_stage_of

    return lambda action="": made_once(adas_scene, ready_stage_of(action))


@pytest.fixture(scope="session", autouse=True)
def _wrapping_keys_in_turn() -> Iterator[None]:
    from tests.rsa_keys import let_wrapping_keys_come_in_turn

    with pytest.MonkeyPatch.context() as patch:
        let_wrapping_keys_come_in_turn(patch)
        yield


@pytest.fixture
def new_wrapping_keys(monkeypatch) -> None:
    """Draw every wrapping key, as the service does."""
    from tests.rsa_keys import draw_every_wrapping_key

    draw_every_wrapping_key(monkeypatch)


@pytest.fixture
def rsa_keys_in_turn() -> Iterator[None]:
    """Draw few RSA keys for a test that makes many; see tests/rsa_keys.py."""
    from tests import rsa_keys

    with rsa_keys.in_turn():
        yield


@pytest.fixture
def client():
    """Django's test client; replaces pytest-django's, which loads the middleware for every test."""
    from tests.clients import Client

    return Client()


@pytest.fixture
def signed_in(client, people):
    """Sign somebody in: ``signed_in(people.bob)`` returns the test client of Bob's console."""

    def sign_in(person):
        client.force_login(person.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
        return client

    return sign_in


@pytest.fixture
def service(people):
    """The address of the running service, with everybody in it."""
    from tests.servers import running_service

    with running_service() as address:
        yield address


@pytest.fixture(autouse=True)
def english():
    """Begin each test in English: the language of a page stays active in its thread, and tests share one."""
    from django.utils import translation

    translation.deactivate()
