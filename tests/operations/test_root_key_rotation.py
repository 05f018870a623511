"""Moving to a new root key: everything is moved, nothing is lost, and the service does not notice."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import AccessKey
from core.crypto.sealing import parse_sealed
from keys import custody
from keys.models import KeyMaterial, SealedSecret
from keys.root_key import EnvironmentRootKey, FileRootKey, RootKeyError
from operations.installation import ROOT_KEY_FILE, prepare
from operations.root_key_rotation import rotate_root_key
from operations.snapshots import cache
from tests.builders import make_key, run_as
from tests.servers import client_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root_key_file(people, settings, tmp_path):
    """A root key file of the test's own: the others' stays as it is."""
    shutil.copy(Path(settings.DATA_DIR) / ROOT_KEY_FILE, tmp_path / ROOT_KEY_FILE)
    settings.DATA_DIR = tmp_path
    prepare()
    return FileRootKey(tmp_path / ROOT_KEY_FILE)


def ids_in_use() -> set[str]:
    """The root keys that stored things are sealed under, by what the blobs themselves say."""
    blobs = [
        *KeyMaterial.objects.values_list("sealed", flat=True),
        *SealedSecret.objects.values_list("sealed", flat=True),
    ]
    blobs += AccessKey.objects.values_list("sealed_secret", flat=True)
    return {parse_sealed(bytes(blob)).root_key_id for blob in blobs}


def sealed_under(person, key) -> bytes:
    return run_as(person, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"kept"})["CiphertextBlob"]


def test_everything_is_moved_and_the_old_root_key_is_gone(root_key_file, people):
    (old,) = root_key_file.load(create_if_missing=False).ids
    key = make_key(people.ada)
    blob = sealed_under(people.ada, key)
    done = rotate_root_key()
    assert done.added and done.removed == [old]
    assert (done.materials, done.access_keys, done.secrets) == (1, AccessKey.objects.count(), 3)
    assert ids_in_use() == {done.root_key_id} == set(root_key_file.load(create_if_missing=False).ids)
    cache.forget()
    prepare()  # as a process that starts now and knows the new root key alone
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"kept"


def test_an_interrupted_rotation_is_continued_and_makes_no_third_root_key(root_key_file, people):
    make_key(people.ada)
    newest = root_key_file.add().current.id
    custody.reload_root_keys()
    make_key(people.ada)
    done = rotate_root_key()
    assert not done.added
    assert (done.root_key_id, done.materials) == (newest, 1)
    assert ids_in_use() == {newest}


def test_a_row_that_cannot_be_opened_stops_the_rotation_before_anything_is_removed(root_key_file, people):
    make_key(people.ada)
    row = KeyMaterial.objects.get()
    KeyMaterial.objects.update(sealed=bytes(row.sealed)[:-1] + b"\0")
    with pytest.raises(Exception, match="altered"):
        rotate_root_key()
    assert len(root_key_file.load(create_if_missing=False).ids) == 2


def test_two_rotations_do_not_run_at_once(root_key_file, people):
    with root_key_file.changing(), pytest.raises(RootKeyError, match="another process"):
        rotate_root_key()


def test_a_source_that_the_operator_writes_is_not_changed(root_key_file, people, settings):
    make_key(people.ada)
    text = "\n".join(
        line.split(" ")[3] for line in root_key_file.path.read_text().splitlines() if not line.startswith("#")
    )
    fresh = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    settings.KMS_ROOT_KEY_SOURCE, settings.KMS_ROOT_KEY = "env", f"{fresh},{text}"
    prepare()
    done = rotate_root_key()
    newest, old = EnvironmentRootKey(settings.KMS_ROOT_KEY).load(create_if_missing=False).ids
    assert (done.root_key_id, done.removable, done.removed) == (newest, [old], [])
    assert ids_in_use() == {newest}


def test_a_process_that_has_not_heard_yet_seals_under_the_new_root_key(root_key_file, people):
    before = custody.root_keys()
    done = rotate_root_key()
    custody.use_root_keys(before, lambda: root_key_file.load(create_if_missing=False))
    cache.forget()
    make_key(people.ada)
    assert ids_in_use() == {done.root_key_id}


@pytest.mark.skipif(
    "postgresql" in os.environ.get("DATABASE_URL", ""), reason="the command needs the test's own database"
)
def test_another_process_rotates_while_the_service_answers(root_key_file, service, people):
    kms = client_of(people.ada, service)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"kept")["CiphertextBlob"]
    for _ in range(20):
        kms.create_key()
    stop, answers, faults = threading.Event(), [], []

    def work() -> None:
        client = client_of(people.ada, service)
        while not stop.is_set():
            try:
                client.create_key()
                answers.append(client.decrypt(CiphertextBlob=blob)["Plaintext"])
            except Exception as error:  # noqa: BLE001 - whatever it is, the service should not have noticed
                faults.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        environment = {
            **os.environ,
            "KMS_DATA_DIR": str(root_key_file.path.parent),
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        }
        command = [sys.executable, "manage.py", "rotate_root_key", "--json"]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    finally:
        stop.set()
        worker.join()
    assert run.returncode == 0, run.stderr
    done = json.loads(run.stdout)
    assert faults == []
    assert answers and set(answers) == {b"kept"}
    assert kms.create_key()["KeyMetadata"]
    assert ids_in_use() == {done["root_key_id"]}
    assert root_key_file.load(create_if_missing=False).ids == (done["root_key_id"],)
