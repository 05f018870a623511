"""Settings come from the environment only; a wrong value stops the start with one clear line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.utils.module_loading import import_string

from kmsconsole import settings as written

ROOT = Path(__file__).parents[2]


def start(tmp_path, command="check", **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KMS_", "DATABASE", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env={**clean, "KMS_DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("KMS_TLS", "perhaps", "KMS_TLS: 'perhaps' is not a boolean; use 1 or 0."),
        ("KMS_THREADS", "many", "KMS_THREADS: 'many' is not a whole number."),
        ("KMS_THREADS", "1", "KMS_THREADS: 1 is outside 2-256."),
        ("DATABASE_URL", "mysql://localhost/kms", "DATABASE_URL: only sqlite and postgres are supported."),
        ("KMS_ROOT_KEY_SOURCE", "hsm", "KMS_ROOT_KEY_SOURCE: 'hsm' is not one of file, env, secret-file."),
        ("KMS_LOG_LEVEL", "loud", "KMS_LOG_LEVEL: 'LOUD' is not one of DEBUG, INFO, WARNING, ERROR."),
        ("KMS_DEFAULT_REGION", "mars-1", "KMS_DEFAULT_REGION: 'mars-1' is not among KMS_REGIONS."),
        ("KMS_MAX_KEYS", "0", "KMS_MAX_KEYS: 0 is outside 1-10000000."),
        (
            "KMS_REQUEST_RATES",
            "CreateKey",
            "KMS_REQUEST_RATES: 'CreateKey' is not a quota, an equals sign and a number.",
        ),
        ("KMS_REQUEST_RATES", "CreateKey=0", "KMS_REQUEST_RATES: the rate of 'CreateKey=0' is outside 0-1000000."),
        ("KMS_REQUEST_RATES", "MakeKey=5", "KMS_REQUEST_RATES: MakeKey is no request quota."),
        ("KMS_SECRET_KEY", "short", "KMS_SECRET_KEY: at least 32 characters are needed."),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_clear_line(tmp_path, name, value, line):
    done = start(tmp_path, **{name: value})
    assert done.returncode != 0
    assert line in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_root_key_value_is_a_system_check(tmp_path):
    done = start(tmp_path, KMS_ROOT_KEY_SOURCE="env")
    assert done.returncode != 0
    assert "kms.E001" in done.stderr


def test_files_of_the_data_folder_are_private(tmp_path):
    data = tmp_path / "data"
    assert start(data).returncode == 0
    assert oct(data.stat().st_mode & 0o777) == "0o700"
    assert oct((data / "secret.key").stat().st_mode & 0o777) == "0o600"


def test_passwords_cost_whoever_guesses_them_at_least_what_owasp_asks():
    """Source: OWASP, Password Storage Cheat Sheet: Argon2id with 19 MiB of memory and 2 iterations, or more."""
    hasher = import_string(written.PASSWORD_HASHERS[0])()  # tests have a quicker one in django.conf.settings
    facts = hasher.decode(make_password("correct Horse 7 battery", hasher=hasher))
    assert facts["variety"] == "argon2id"
    assert facts["memory_cost"] >= 19 * 1024
    assert facts["time_cost"] >= 2


def test_the_readme_lists_every_setting():
    source = (ROOT / "kmsconsole" / "settings.py").read_text()
    names = set(re.findall(r'(?:env\.\w+|_bool|_int|_names)\(\s*"([A-Z_]+)"', source))
    assert {"KMS_DATA_DIR", "DATABASE_URL", "KMS_DEMO"} <= names
    readme = (ROOT / "README.md").read_text()
    assert names - set(re.findall(r"`([A-Z_]+)`", readme)) == set()


def test_a_command_on_an_empty_data_folder_makes_the_database_first(tmp_path):
    done = start(tmp_path, "create_account 111122223333 --json")
    assert done.returncode == 0, done.stderr
    assert '"account_id": "111122223333"' in done.stdout


def test_the_service_does_not_start_on_a_database_that_is_not_migrated(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import kmsconsole.wsgi"],
        cwd=ROOT,
        env={**os.environ, "KMS_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kmsconsole.settings"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "The database is not migrated." in done.stderr
