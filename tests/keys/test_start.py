"""The root key at the start of the service: made once, checked every time, never replaced."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keys.root_key import FileRootKey

ROOT = Path(__file__).parents[2]
ANOTHER_KEY = "oFa2bXGjvIyB2zbH1z5pBWm0lV1l9F5oPmTtO6o0h3c="


def manage(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KMS_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, "KMS_DATA_DIR": str(data), "KMS_DEMO": "0", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> Path:
    """A data folder with one account, as a first start leaves it."""
    data = tmp_path_factory.mktemp("started")
    assert manage(data, "migrate", "--verbosity", "0").returncode == 0
    made = manage(data, "create_account", "111122223333", "--json")
    assert made.returncode == 0, made.stderr
    return data


@pytest.fixture
def data(started, tmp_path) -> Path:
    return Path(shutil.copytree(started, tmp_path / "data"))


def contents(data: Path) -> dict[str, str]:
    """A digest of every file; the database's shared memory is not content."""
    files = (file for file in sorted(data.rglob("*")) if file.is_file() and not file.name.endswith("-shm"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.stat().st_size}


def refused(data: Path, **environment: str) -> str:
    """Start, which must fail in one line and leave everything as it was; return the line."""
    before = contents(data)
    done = manage(data, "run_upkeep", **environment)
    assert done.returncode == 1
    assert contents(data) == before
    (line,) = done.stderr.strip().splitlines()
    return line


def test_the_first_start_makes_a_root_key_that_only_its_owner_may_read(started):
    assert (started / "root.key").stat().st_mode & 0o777 == 0o600


def test_with_its_root_key_the_service_starts_again(data):
    done = manage(data, "run_upkeep", "--json")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_root_key_is_not_made_anew(data):
    (data / "root.key").unlink()
    assert "root key" in refused(data).lower()
    assert not (data / "root.key").exists()


def test_another_root_key_is_told_apart_before_anything_is_opened(data):
    (data / "root.key").unlink()
    FileRootKey(data / "root.key").load(create_if_missing=True)
    assert "not the one that this database was sealed with" in refused(data)


@pytest.mark.parametrize("text", ["", "nonsense\n"])
def test_a_spoilt_root_key_is_named_and_not_shown(data, text):
    (data / "root.key").write_text(text)
    line = refused(data)
    assert "root.key" in line
    assert "nonsense" not in line


@pytest.mark.parametrize(
    "environment",
    [
        {"KMS_ROOT_KEY_SOURCE": "env"},
        {"KMS_ROOT_KEY_SOURCE": "env", "KMS_ROOT_KEY": ANOTHER_KEY},
        {"KMS_ROOT_KEY_SOURCE": "secret-file", "KMS_ROOT_KEY_FILE": "/nonexistent/root.key"},
    ],
)
def test_a_source_without_the_right_root_key_is_refused(data, environment):
    line = refused(data, **environment)
    assert "root key" in line.lower()
    assert ANOTHER_KEY not in line
