"""Key material from outside, wrapped as an owner of it would wrap it."""

import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.builders import run_as
from tests.people import REGION, Person

FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
OAEP = "RSAES_OAEP_SHA_256"


def external_key(person: Person, *, region: str = REGION, **members: Any) -> dict[str, Any]:
    """Make a key that awaits its material; return its metadata."""
    return dict(run_as(person, "CreateKey", {"Origin": "EXTERNAL", **members}, region=region)["KeyMetadata"])


def parameters(person: Person, key_id: str, algorithm: str = OAEP, spec: str = "RSA_2048", **options: Any) -> Any:
    """Ask for a wrapping key and a token."""
    members = {"KeyId": key_id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec}
    return run_as(person, "GetParametersForImport", members, **options)


def wrap(public_key: bytes, material: bytes, algorithm: str = OAEP) -> bytes:
    """Wrap material by another road than the service's own code."""
    hash_algorithm = SHA1() if algorithm.endswith("SHA_1") else SHA256()
    oaep = padding.OAEP(padding.MGF1(hash_algorithm), hash_algorithm, None)
    public: Any = load_der_public_key(public_key)
    if algorithm.startswith("RSAES_OAEP"):
        return public.encrypt(material, oaep)
    aes_key = os.urandom(32)
    return public.encrypt(aes_key, oaep) + aes_key_wrap_with_padding(aes_key, material)


def wrapped_members(person: Person, key_id: str, material: bytes, algorithm: str = OAEP, **options: Any) -> Any:
    """Return the members of ImportKeyMaterial for a material that never expires."""
    given = parameters(person, key_id, algorithm, **options)
    return {
        "KeyId": key_id,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": wrap(given["PublicKey"], material, algorithm),
        **FOR_EVER,
    }


def import_into(
    person: Person, key_id: str, material: bytes, *, algorithm: str = OAEP, options: Any = None, **more: Any
) -> Any:
    """Import material that never expires, unless ``more`` says so; ``options``: Region and time of the calls."""
    options = options or {}
    members = wrapped_members(person, key_id, material, algorithm, **options)
    if "ValidTo" in more:
        del members["ExpirationModel"]
    return run_as(person, "ImportKeyMaterial", {**members, **more}, **options)


def imported_key(person: Person, material: bytes | None = None, **members: Any) -> dict[str, Any]:
    """Make a key with imported material; return its metadata."""
    key = external_key(person, **members)
    import_into(person, key["KeyId"], material or os.urandom(32))
    return described(person, key["KeyId"])


def described(person: Person, key_id: str, **options: Any) -> dict[str, Any]:
    return dict(run_as(person, "DescribeKey", {"KeyId": key_id}, **options)["KeyMetadata"])


def materials(person: Person, key_id: str, **options: Any) -> list[dict[str, Any]]:
    members = {"KeyId": key_id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    return list(run_as(person, "ListKeyRotations", members, **options)["Rotations"])
