"""Where the root key comes from: a file, an environment variable, or a mounted secret file. No models, no settings.

A root key file, and any of the other two sources, may hold several keys, newest first: the first seals, the others
only open, so that sealed material can move to a new root key while the service is up. The file is text:

    # Root keys of this KMS, newest first. Whoever reads this file can open every key.
    kms-root-key v1 1a2b3c4d5e6f7081 mJ0…=
    kms-root-key v1 90a1b2c3d4e5f607 5tY…=

Parsing is strict: the version, the id, the canonical base64 of exactly 32 bytes, and that the id belongs to the bytes.
No error quotes a key.
"""

import base64
import binascii
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from core.crypto.sealing import ROOT_KEY_BYTES, RootKey, RootKeys, draw_root_key, root_key_id

_WORD = "kms-root-key"
_VERSION = "v1"
_HEADING = "# Root keys of this KMS, newest first. Whoever reads this file can open every key.\n"


class RootKeyError(Exception):
    """The root key cannot be used. The text is for the operator, on one line, and holds no secret."""


class RootKeyProvider(Protocol):
    """A source of root keys. One for PKCS#11 would return :class:`RootKeys` over keys that never leave the token."""

    def load(self, *, create_if_missing: bool) -> RootKeys:
        """Return the root keys as they are now; raises :class:`RootKeyError`.

        `create_if_missing` may be true only if nothing has been sealed yet: otherwise a lost root key would be replaced
        by a useless one. Sources that the operator writes never make a key.
        """


def _decode(text: str, where: str) -> bytes:
    try:
        revealed = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise RootKeyError(f"{where}: the root key is not base64.") from None
    if len(revealed) != ROOT_KEY_BYTES:
        raise RootKeyError(f"{where}: a root key is the base64 of {ROOT_KEY_BYTES} bytes, not of {len(revealed)}.")
    if base64.b64encode(revealed).decode() != text:
        raise RootKeyError(f"{where}: the root key is not written in canonical base64.")
    return revealed


def _root_keys(newest_first: Iterable[bytes], where: str) -> RootKeys:
    try:
        return RootKeys([RootKey(revealed) for revealed in newest_first])
    except ValueError as error:
        raise RootKeyError(f"{where}: {error}") from None


def parse_root_keys(text: str, where: str) -> list[bytes]:
    """Parse the versioned text; `where` begins every error."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        here = f"{where}, line {number}"
        match line.split(" "):
            case [word, version, key_id, encoded] if word == _WORD:
                if version != _VERSION:
                    raise RootKeyError(f"{here}: this version of the service reads root keys of version {_VERSION}.")
                revealed = _decode(encoded, here)
                if root_key_id(revealed) != key_id:
                    raise RootKeyError(f"{here}: the id does not belong to the root key; one of them was altered.")
                found.append(revealed)
            case _:
                raise RootKeyError(f'{here}: expected "{_WORD} {_VERSION} ID BASE64".')
    if not found:
        raise RootKeyError(f"{where}: there is no root key in it.")
    return found


def render_root_keys(newest_first: Iterable[bytes]) -> str:
    """Write the versioned text."""
    lines = [
        f"{_WORD} {_VERSION} {root_key_id(revealed)} {base64.b64encode(revealed).decode()}\n"
        for revealed in newest_first
    ]
    return _HEADING + "".join(lines)


def _read(path: Path, forbidden_mode: int, advice: str) -> str:
    """Read a secret file; the mode is that of the opened file, so that it cannot be exchanged in between."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(65_536)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RootKeyError(f"Root key file {path} cannot be read: {error.strerror}.") from None
    if mode & forbidden_mode:
        raise RootKeyError(f"Root key file {path} has mode {mode:04o}: {advice}")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise RootKeyError(f"Root key file {path}: not a text file.") from None


def _missing(path: Path) -> RootKeyError:
    return RootKeyError(
        f"Root key file {path} is missing, and sealed key material exists. Put the file back from your backup; "
        "nothing has been changed."
    )


def _write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600 durably; FileExistsError if there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class FileRootKey:
    """A file of the service's own, mode 0600, in a folder that it may write to."""

    path: Path

    def load(self, *, create_if_missing: bool) -> RootKeys:
        try:
            return _root_keys(self._read(), str(self.path))
        except FileNotFoundError:
            if not create_if_missing:
                raise _missing(self.path) from None
        self._create()
        return _root_keys(self._read(), str(self.path))

    def add(self) -> RootKeys:
        """Draw a new root key and put it in front; the earlier ones stay, to open what they sealed."""
        return self._replace([draw_root_key(), *self._read_existing()])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the right to change the file, for one process at a time: two could overwrite each other's root key."""
        descriptor = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RootKeyError(f"Root key file {self.path}: another process is changing it.") from None
        try:
            yield
        finally:
            os.close(descriptor)

    def keep(self, ids: Sequence[str]) -> RootKeys:
        """Remove the root keys whose ids are not in `ids`; the newest cannot be removed."""
        newest, *older = self._read_existing()
        return self._replace([newest, *[revealed for revealed in older if root_key_id(revealed) in ids]])

    def _read(self) -> list[bytes]:
        advice = f"only its owner may read it. Run: chmod 600 {self.path}"
        return parse_root_keys(_read(self.path, 0o077, advice), f"Root key file {self.path}")

    def _read_existing(self) -> list[bytes]:
        try:
            return self._read()
        except FileNotFoundError:
            raise _missing(self.path) from None

    def _create(self) -> None:
        """Make the file as a whole or not at all; if another process was first, its file counts."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = self._write_temporary([draw_root_key()])
            try:
                os.link(temporary, self.path)
            except FileExistsError:
                return
            finally:
                temporary.unlink()
            _sync_folder(self.path.parent)
        except OSError as error:
            raise RootKeyError(f"Root key file {self.path} cannot be made: {error.strerror}.") from None

    def _replace(self, newest_first: Sequence[bytes]) -> RootKeys:
        try:
            temporary = self._write_temporary(newest_first)
            temporary.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise RootKeyError(f"Root key file {self.path} cannot be written: {error.strerror}.") from None
        return _root_keys(newest_first, str(self.path))

    def _write_temporary(self, newest_first: Iterable[bytes]) -> Path:
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        _write_private(temporary, render_root_keys(newest_first))
        return temporary


def _parse_given(text: str, where: str) -> list[bytes]:
    """Parse what an operator supplies: the versioned text, or bare base64, one or several (comma or line break)."""
    if _WORD in text:
        return parse_root_keys(text, where)
    parts = [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]
    if not parts:
        raise RootKeyError(f"{where}: it is empty; give the base64 of {ROOT_KEY_BYTES} random bytes.")
    return [_decode(part, where) for part in parts]


@dataclass(frozen=True, slots=True)
class EnvironmentRootKey:
    """The value of an environment variable: base64 of 32 bytes; several, newest first, separated by commas."""

    value: str = field(repr=False)
    name: str = "KMS_ROOT_KEY"

    def load(self, *, create_if_missing: bool) -> RootKeys:
        """Return the root keys; the operator makes them, so `create_if_missing` changes nothing."""
        return _root_keys(_parse_given(self.value, f"Environment variable {self.name}"), self.name)


@dataclass(frozen=True, slots=True)
class SecretFileRootKey:
    """A secret that the platform mounts, never written here.

    Others may read it (Docker and Kubernetes mount secrets so, inside a container of one service), nobody else may
    write it.
    """

    path: Path

    def load(self, *, create_if_missing: bool) -> RootKeys:
        """Return the root keys; the operator makes them, so `create_if_missing` changes nothing."""
        where = f"Root key file {self.path}"
        try:
            text = _read(self.path, 0o022, "others than its owner may write to it; mount it read-only.")
        except FileNotFoundError:
            raise RootKeyError(f"{where} is missing; nothing has been changed.") from None
        return _root_keys(_parse_given(text, where), str(self.path))
