"""The three sources of the root key: what they accept and refuse; a refusal shows no secret and changes nothing."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto.sealing import RootKey, root_key_id
from keys.root_key import (
    EnvironmentRootKey,
    FileRootKey,
    RootKeyError,
    SecretFileRootKey,
    parse_root_keys,
    render_root_keys,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
BARE = base64.b64encode(NEW).decode()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "root.key"


def write(path, text, mode=0o600):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


# --- the format -------------------------------------------------------------------------------------------------------
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4))
def test_what_is_written_can_be_read(newest_first):
    assert parse_root_keys(render_root_keys(newest_first), "here") == newest_first


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda line: line.replace(" v1 ", " v2 "), "reads root keys of version v1"),
        (lambda line: line.replace(root_key_id(NEW), root_key_id(OLD)), "the id does not belong to the root key"),
        (lambda line: line.replace(BARE, BARE[:-1]), "not base64"),
        (lambda line: line.replace(BARE, base64.b64encode(NEW[:31]).decode()), "of 32 bytes, not of 31"),
        (lambda line: line.replace("8=", "9="), "not written in canonical base64"),
        (lambda line: line.replace(" ", "  "), "expected"),
        (lambda line: line.rstrip() + " more\n", "expected"),
        (lambda line: "#" + line, "there is no root key"),
        (lambda line: "", "there is no root key"),
    ],
)
def test_a_spoilt_line_is_refused_without_showing_the_key(spoil, complaint):
    line = render_root_keys([NEW]).splitlines(keepends=True)[-1]
    assert parse_root_keys(line, "here") == [NEW]
    with pytest.raises(RootKeyError, match=complaint) as refusal:
        parse_root_keys(spoil(line), "here")
    assert BARE[:8] not in str(refusal.value)
    assert "\n" not in str(refusal.value)


# --- a file of our own ------------------------------------------------------------------------------------------------
def test_a_missing_file_is_made_only_when_asked_for(path):
    with pytest.raises(RootKeyError, match=r"root\.key is missing, and sealed key material exists"):
        FileRootKey(path).load(create_if_missing=False)
    assert not path.parent.exists()
    made = FileRootKey(path).load(create_if_missing=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileRootKey(path).load(create_if_missing=False).ids == made.ids
    assert os.listdir(path.parent) == ["root.key"]


def test_an_existing_file_is_never_replaced(path):
    write(path, render_root_keys([OLD]))
    assert FileRootKey(path).load(create_if_missing=True).ids == (root_key_id(OLD),)


def test_a_spoilt_file_is_refused_and_left_alone(path):
    write(path, "nonsense")
    with pytest.raises(RootKeyError, match="line 1: expected"):
        FileRootKey(path).load(create_if_missing=True)
    assert path.read_text() == "nonsense"


def test_workers_that_start_together_agree_on_one_root_key(path):
    with ThreadPoolExecutor(8) as workers:
        loaded = list(workers.map(lambda _: FileRootKey(path).load(create_if_missing=True).ids, range(8)))
    assert len(set(loaded)) == 1
    assert os.listdir(path.parent) == ["root.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o777])
def test_a_file_that_others_may_open_is_refused(path, mode):
    write(path, render_root_keys([OLD]), mode)
    with pytest.raises(RootKeyError, match=f"has mode {mode:04o}: only its owner may read it. Run: chmod 600"):
        FileRootKey(path).load(create_if_missing=True)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file_is_accepted(path, mode):
    write(path, render_root_keys([OLD]), mode)
    assert FileRootKey(path).load(create_if_missing=False).ids == (root_key_id(OLD),)


def test_a_folder_in_its_place_is_refused(path):
    path.mkdir(parents=True)
    with pytest.raises(RootKeyError, match="cannot be read: Is a directory"):
        FileRootKey(path).load(create_if_missing=True)


def test_a_new_root_key_is_put_in_front_and_the_old_ones_can_be_removed(path):
    provider = FileRootKey(path)
    write(path, render_root_keys([OLD]))
    sealed = RootKey(OLD).seal(b"secret", b"")
    both = provider.add()
    assert both.ids[1:] == (root_key_id(OLD),)
    assert both.open(sealed, b"") == b"secret"
    assert provider.load(create_if_missing=False).ids == both.ids
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert provider.keep([root_key_id(OLD)]).ids == both.ids
    assert provider.keep([]).ids == provider.load(create_if_missing=False).ids == both.ids[:1]
    assert os.listdir(path.parent) == ["root.key"]


def test_adding_to_a_missing_file_is_refused(path):
    for change in (FileRootKey(path).add, lambda: FileRootKey(path).keep([])):
        with pytest.raises(RootKeyError, match="is missing"):
            change()


# --- an environment variable ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "newest_first"),
    [
        (BARE, [NEW]),
        (f"{BARE},{base64.b64encode(OLD).decode()}", [NEW, OLD]),
        (f" {BARE}\n{base64.b64encode(OLD).decode()}\n", [NEW, OLD]),
        (render_root_keys([NEW, OLD]), [NEW, OLD]),
    ],
    ids=["one", "comma", "lines", "versioned"],
)
def test_a_variable_may_hold_one_root_key_or_several(value, newest_first):
    loaded = EnvironmentRootKey(value).load(create_if_missing=False)
    assert loaded.ids == tuple(root_key_id(revealed) for revealed in newest_first)
    assert BARE not in repr(EnvironmentRootKey(value))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("", "Environment variable KMS_ROOT_KEY: it is empty"),
        ("correct horse battery staple", "not base64"),
        (base64.b64encode(bytes(16)).decode(), "not of 16"),
        (f"{BARE},{BARE}", "listed twice"),
    ],
)
def test_an_unusable_variable_is_refused(value, complaint):
    with pytest.raises(RootKeyError, match=complaint) as refusal:
        EnvironmentRootKey(value).load(create_if_missing=True)
    assert not value or value not in str(refusal.value)


# --- a mounted secret -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", [0o400, 0o444, 0o600, 0o644])
def test_a_mounted_secret_may_be_readable(path, mode):
    assert SecretFileRootKey(write(path, BARE + "\n", mode)).load(create_if_missing=False).ids == (root_key_id(NEW),)


@pytest.mark.parametrize("mode", [0o660, 0o602, 0o666])
def test_a_mounted_secret_that_others_may_write_is_refused(path, mode):
    with pytest.raises(RootKeyError, match="may write to it"):
        SecretFileRootKey(write(path, BARE, mode)).load(create_if_missing=False)


def test_a_missing_secret_is_refused_and_never_made(path):
    with pytest.raises(RootKeyError, match="is missing; nothing has been changed"):
        SecretFileRootKey(path).load(create_if_missing=True)
    assert not path.parent.exists()
