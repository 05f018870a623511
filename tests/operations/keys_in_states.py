"""A key of every kind and origin in every state that a key of this service can be in, each with its scene."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from django.test import override_settings

from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from tests.builders import run_as
from tests.operations.imports import FOR_EVER, import_into, wrapped_members
from tests.operations.regions import AWAY, replicate
from tests.operations.requests import MADE_BY, MULTI_REGION, OTHER_KEYS, Scene
from tests.people import REGION, Person

ORIGINS = ("AWS_KMS", "EXTERNAL")
STATES = ("Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion", "PendingImport", "Creating", "Updating")
WITH_REPLICA = frozenset({"PendingReplicaDeletion", "Creating", "Updating"})
ELSEWHERE = frozenset({"Creating", "Updating"})  # the key is the copy in the other Region
SYMMETRIC = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
MAKERS: Mapping[tuple[str, str], tuple[str, str]] = {
    SYMMETRIC: ("Encrypt", "CiphertextBlob"),
    **{OTHER_KEYS[action]: maker for action, maker in MADE_BY.items()},
}
AN_HOUR = 3600


class Key(NamedTuple):
    """What a key is, and where it stands."""

    kind: tuple[str, str]  # spec and usage
    multi_region: bool
    origin: str
    state: str

    @property
    def exists(self) -> bool:
        """Tell whether this service has such a key: no custom key stores; ML-KEM is neither imported nor copied."""
        if self.origin not in ORIGINS or self.state not in STATES:
            return False
        if self.kind[0].startswith("ML_KEM") and (self.origin == "EXTERNAL" or self.multi_region):
            return False
        return self.origin == "EXTERNAL" or self.state != "PendingImport"

    @property
    def is_plain(self) -> bool:
        """Tell whether this is the kind of key that operations on aliases and grants are tried on."""
        return self.kind == SYMMETRIC and (not self.multi_region or self.state in WITH_REPLICA)


def key_for(operation: str, origin: str, state: str) -> Key:
    multi_region = operation in MULTI_REGION or state in WITH_REPLICA
    return Key(OTHER_KEYS.get(operation, SYMMETRIC), multi_region, origin, state)


def all_scenes(owner: Person) -> dict[Key, Scene]:
    """Make them all, which takes seconds."""
    names = ("Encrypt", *OTHER_KEYS, *MULTI_REGION)
    keys = {key_for(name, origin, state) for name in names for origin in ORIGINS for state in STATES}
    return {key: _scene(owner, key, f"alias/scene-{number}") for number, key in enumerate(sorted(keys)) if key.exists}


def _scene(owner: Person, key: Key, alias: str) -> Scene:
    with override_settings(KMS_REPLICATION_SECONDS=0):
        scene, material = _enabled(owner, key, alias)
        if key.state in ("PendingReplicaDeletion", "Updating"):
            replicate(owner, scene.key_id)
        if key.state == "Updating" and material:
            import_into(owner, scene.key_id, material, options={"region": AWAY})
            if key.kind == SYMMETRIC:
                scene.wrapped = wrapped_members(owner, scene.key_id, material, region=AWAY)
    with override_settings(KMS_REPLICATION_SECONDS=AN_HOUR):
        _bring_to(owner, scene.key_id, key.state)
    if key.state in ELSEWHERE:
        scene.region = AWAY
        scene.named = scene.arn = scene.arn.replace(REGION, AWAY)
        _add_labels(owner, key, scene)
    if key.kind == SYMMETRIC and (key.origin, key.state) == ("EXTERNAL", "Enabled"):
        import_into(owner, scene.key_id, os.urandom(32), ImportType="NEW_KEY_MATERIAL")  # to rotate to
    return scene


def _enabled(owner: Person, key: Key, alias: str) -> tuple[Scene, bytes]:
    spec, usage = key.kind
    members = {"KeySpec": spec, "KeyUsage": usage, "Origin": key.origin, "MultiRegion": key.multi_region}
    scene = Scene(owner, run_as(owner, "CreateKey", members)["KeyMetadata"]["Arn"], b"", alias=alias)
    scene.named = scene.arn
    scene.wrapped = {"ImportToken": b"token", "EncryptedKeyMaterial": b"material", **FOR_EVER}
    material = b""
    if key.origin == "EXTERNAL":
        material = generate_key_pair(KeySpec(spec))[0] if spec.startswith("ECC") else os.urandom(32)
        scene.wrapped = wrapped_members(owner, scene.arn, material)
        run_as(owner, "ImportKeyMaterial", scene.wrapped)
    if key.kind in MAKERS:
        made_by, member = MAKERS[key.kind]
        scene.blob = run_as(owner, made_by, scene.request(made_by))[member]
    if key.state not in ELSEWHERE:
        _add_labels(owner, key, scene)
    return scene, material


def _add_labels(owner: Person, key: Key, scene: Scene) -> None:
    """Give a plain key an alias and a grant; a key that is being created takes no grant."""
    if not key.is_plain:
        return
    run_as(owner, "CreateAlias", {"AliasName": scene.alias, "TargetKeyId": scene.key_id}, region=scene.region)
    if key.state != "Creating":
        members = {"KeyId": scene.arn, "GranteePrincipal": owner.arn, "Operations": ["RetireGrant"]}
        scene.grant_id = run_as(owner, "CreateGrant", members, region=scene.region)["GrantId"]


def _bring_to(owner: Person, key_id: str, state: str) -> None:
    if state == "Disabled":
        run_as(owner, "DisableKey", {"KeyId": key_id})
    elif state.endswith("Deletion"):
        run_as(owner, "ScheduleKeyDeletion", {"KeyId": key_id})
    elif state == "PendingImport":
        run_as(owner, "DeleteImportedKeyMaterial", {"KeyId": key_id})
    elif state == "Creating":
        replicate(owner, key_id)
    elif state == "Updating":
        run_as(owner, "UpdatePrimaryRegion", {"KeyId": key_id, "PrimaryRegion": AWAY})
