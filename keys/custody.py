"""Custody: the only code, beside the stores, that sees key material. It seals, opens and hands out handles."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from accounts.models import AccessKey
from core.crypto.handles import KeyHandle
from core.crypto.importing import material_from_outside
from core.crypto.key_pairs import generate_for
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.material import KeyMaterial, material_id, open_material, reseal_material, seal_material
from core.crypto.opening import open_handle as open_material_handle
from core.crypto.sealing import (
    RootKeys,
    UnknownRootKeyError,
    associated_data,
    make_check_value,
    verify_check_value,
)
from core.crypto.wrapping import WrappingAlgorithm, unwrap
from keys.models import KeyMaterial as KeyMaterialRow
from keys.models import KmsKey, SealedSecret

Opened = TypeVar("Opened")
AUDIT_CHAIN = "audit-chain"
MARKERS = "markers"
ROOT_KEY_CHECK = "root-key-check"
SECRET_BYTES = 32
_ACCESS_KEY_PURPOSE = "secret access key"
_INSTALLATION_PURPOSE = "installation secret"
_TOKEN_PURPOSE = "import token"  # noqa: S105 - what is sealed, not a secret


class _Loaded:
    """The root keys and opened secrets of this process."""

    root_keys: RootKeys | None = None
    load: Callable[[], RootKeys] | None = None
    secrets: dict[str, bytes] = {}


def use_root_keys(root_keys: RootKeys, load: Callable[[], RootKeys] | None = None) -> None:
    """Take the root keys of this process at start; ``load`` reads them again from where they came."""
    _Loaded.root_keys = root_keys
    _Loaded.load = load
    _Loaded.secrets = {}


def reload_root_keys() -> bool:
    """Read the root keys again and tell whether there is a new one; another process may have added it.

    Called inside every transaction that may seal and sees that the configuration has changed: nothing may be sealed
    under a root key that a rotation is about to remove. Keys that are gone from their source still open, until this
    process ends, what it has read before.
    """
    if _Loaded.load is None:
        return False
    fresh, known = _Loaded.load(), root_keys()
    if fresh.current.id == known.current.id:
        return False
    _Loaded.root_keys = fresh.followed_by(known)
    return True


def _opened(open_with: Callable[[RootKeys], Opened]) -> Opened:
    """Open something; if its root key is not known yet, read the root keys again."""
    try:
        return open_with(root_keys())
    except UnknownRootKeyError:
        if not reload_root_keys():
            raise
        return open_with(root_keys())


def root_keys() -> RootKeys:
    if _Loaded.root_keys is None:
        raise RuntimeError("No root key is loaded; the installation is not prepared.")
    return _Loaded.root_keys


# --- key material -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SealedMaterial:
    """New material, sealed for its place; the bytes in clear are gone."""

    material_id: str
    sealed: bytes
    root_key_id: str


UnsealedMaterial = KeyMaterial  # for annotations: nobody else can look into one


class Place(Protocol):
    """Where material rests: one key in one Region. A row or a snapshot of the key says it."""

    @property
    def account_id(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def key_id(self) -> str: ...


def new_material(key: KmsKey) -> SealedMaterial:
    """Draw material for a key, which is sealed at once; only for keys whose material is drawn in no time."""
    return _seal(key, drawn_material(KeySpec(key.key_spec)))


def drawn_material(spec: KeySpec) -> UnsealedMaterial:
    """Draw material for a key of a spec.

    An RSA key takes up to a second: call it where nothing is locked, and seal it where it is stored.
    """
    return generate_for(spec)


def unwrapped_material(
    spec: KeySpec, algorithm: WrappingAlgorithm, private_key: bytes, wrapped: bytes
) -> UnsealedMaterial:
    """Unwrap material from outside for a key of a spec.

    Raises ValidationException for a length that cannot be, InvalidCiphertextException for anything else that is wrong.
    An RSA key takes up to 200 ms: call it where nothing is locked, and seal it where it is stored.
    """
    return material_from_outside(spec, unwrap(algorithm, private_key, wrapped))


def sealed_material(place: Place, material: UnsealedMaterial) -> SealedMaterial:
    """Seal material for a place; call it in the transaction that stores it (see :func:`reload_root_keys`)."""
    return _seal(place, material)


def copied_material(source: KmsKey, material: KeyMaterialRow, place: Place) -> SealedMaterial:
    """Return the material of a multi-Region key, sealed for its copy in another Region."""
    return _seal(place, _open(source, material))


def _seal(place: Place, material: KeyMaterial) -> SealedMaterial:
    identity = material_id(place.key_id, material)
    sealed = seal_material(
        material,
        root_keys(),
        account_id=place.account_id,
        region=place.region,
        key_id=place.key_id,
        material_id=identity,
    )
    return SealedMaterial(identity, sealed, root_keys().current.id)


def _open(key: KmsKey, material: KeyMaterialRow) -> KeyMaterial:
    assert material.sealed is not None  # whoever asks knows that the material is present
    sealed = bytes(material.sealed)
    return _opened(
        lambda keys: open_material(
            sealed,
            keys,
            account_id=key.account_id,
            region=key.region,
            key_id=key.key_id,
            material_id=material.material_id,
        )
    )


def open_handle(key: KmsKey, material: KeyMaterialRow) -> KeyHandle:
    """Return the handle of a stored material; raises :class:`core.crypto.sealing.SealError` if it was altered."""
    return open_material_handle(
        _open(key, material),
        spec=KeySpec(key.key_spec),
        usage=KeyUsage(key.key_usage),
        account_id=key.account_id,
        key_id=key.key_id,
    )


def reseal(key: KmsKey, material: KeyMaterialRow) -> None:
    """Put a stored material under the current root key (not saved)."""
    assert material.sealed is not None
    material.sealed = reseal_material(
        bytes(material.sealed),
        root_keys(),
        account_id=key.account_id,
        region=key.region,
        key_id=key.key_id,
        material_id=material.material_id,
    )
    material.root_key_id = root_keys().current.id


# --- import tokens ----------------------------------------------------------------------------------------------------
def _token_place(place: Place) -> bytes:
    return associated_data(_TOKEN_PURPOSE, place.account_id, place.region, place.key_id)


def seal_token(place: Place, contents: bytes) -> bytes:
    """Seal what an import token holds; a rotation of the root key ends all tokens that are out."""
    return root_keys().seal(contents, _token_place(place))


def open_token(place: Place, token: bytes) -> bytes:
    """Open a token; raises :class:`core.crypto.sealing.SealError` for another place's, or other bytes."""
    return _opened(lambda keys: keys.open(token, _token_place(place)))


# --- secret access keys -----------------------------------------------------------------------------------------------
def _access_key_place(access_key_id: str) -> bytes:
    return associated_data(_ACCESS_KEY_PURPOSE, access_key_id)


def seal_access_key(access_key_id: str, secret: str) -> bytes:
    return root_keys().seal(secret.encode(), _access_key_place(access_key_id))


def open_access_key(row: AccessKey) -> str:
    return _opened(lambda keys: keys.open(bytes(row.sealed_secret), _access_key_place(row.access_key_id))).decode()


def reseal_access_key(row: AccessKey) -> None:
    """Put a secret access key under the current root key (not saved)."""
    row.sealed_secret = root_keys().reseal(bytes(row.sealed_secret), _access_key_place(row.access_key_id))


# --- secrets of the installation --------------------------------------------------------------------------------------
def _secret_place(name: str) -> bytes:
    return associated_data(_INSTALLATION_PURPOSE, name)


def create_secrets() -> None:
    """Store what a new installation needs: the root key's check value and fresh secrets. Existing ones stay."""
    keys = root_keys()
    made = {ROOT_KEY_CHECK: make_check_value(keys)}
    for name in (AUDIT_CHAIN, MARKERS):
        made[name] = keys.seal(os.urandom(SECRET_BYTES), _secret_place(name))
    SealedSecret.objects.bulk_create(
        [SealedSecret(name=name, sealed=sealed, root_key_id=keys.current.id) for name, sealed in made.items()],
        ignore_conflicts=True,
    )


def check_root_keys() -> None:
    """Raise :class:`core.crypto.sealing.SealError` unless the loaded root keys open what this installation sealed."""
    verify_check_value(root_keys(), bytes(SealedSecret.objects.get(name=ROOT_KEY_CHECK).sealed))


def secret(name: str) -> bytes:
    """Return an installation secret (32 bytes)."""
    opened = _Loaded.secrets.get(name)
    if opened is None:
        sealed = bytes(SealedSecret.objects.get(name=name).sealed)
        opened = _Loaded.secrets[name] = _opened(lambda keys: keys.open(sealed, _secret_place(name)))
    return opened


def marker_key() -> bytes:
    """Return the key that authenticates pagination markers (32 bytes)."""
    return secret(MARKERS)


def is_current(sealed: bytes) -> bool:
    """Tell whether the newest root key sealed this."""
    return root_keys().is_current(sealed)


def reseal_secrets() -> int:
    """Put the installation's secrets under the current root key; returns how many were moved."""
    current = root_keys().current.id
    rows = list(SealedSecret.objects.exclude(root_key_id=current))
    for row in rows:
        if row.name == ROOT_KEY_CHECK:
            row.sealed = make_check_value(root_keys())
        else:
            row.sealed = root_keys().reseal(bytes(row.sealed), _secret_place(row.name))
        row.root_key_id = current
        row.save(update_fields=["sealed", "root_key_id"])
    return len(rows)
