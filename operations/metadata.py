"""KeyMetadata, as DescribeKey and CreateKey give it. Source: kms-semantics 4.2."""

from collections.abc import Mapping
from datetime import datetime

from core.crypto.algorithms import algorithms_member
from core.crypto.key_specs import KeySpec, Origin
from core.key_states import KeyState
from operations.snapshots import KeySnapshot

# ExpirationModel on the wire.
EXPIRES = "KEY_MATERIAL_EXPIRES"
DOES_NOT_EXPIRE = "KEY_MATERIAL_DOES_NOT_EXPIRE"


def key_metadata(key: KeySnapshot, now: datetime) -> dict[str, object]:
    """Return the members by wire name; absent ones are left out."""
    state = key.state(now)
    metadata: dict[str, object] = {
        "AWSAccountId": key.account_id,
        "KeyId": key.key_id,
        "Arn": key.arn,
        "CreationDate": key.created_at,
        "Enabled": state is KeyState.ENABLED,
        "Description": key.description,
        "KeyUsage": key.key_usage,
        "KeyState": state,
        "Origin": key.origin,
        "KeyManager": key.key_manager,
        "CustomerMasterKeySpec": key.key_spec,
        "KeySpec": key.key_spec,
        **algorithms_member(key.key_spec, key.key_usage),
        "MultiRegion": key.multi_region,
    }
    if key.multi_region:
        metadata["MultiRegionConfiguration"] = multi_region_configuration(key, now)
    if state is KeyState.PENDING_DELETION:
        metadata["DeletionDate"] = key.deletion_date
    if state is KeyState.PENDING_REPLICA_DELETION:
        metadata["PendingDeletionWindowInDays"] = key.pending_window_days
    if key.origin is Origin.EXTERNAL and not key.lacks_material(now):
        metadata |= _expiration(key, now)
    material = key.current_material(now)
    if material is not None and state is not KeyState.CREATING and key.key_spec is KeySpec.SYMMETRIC_DEFAULT:
        metadata["CurrentKeyMaterialId"] = material.material_id
    return metadata


def _expiration(key: KeySnapshot, now: datetime) -> dict[str, object]:
    """Return when the first of the materials that the key needs expires."""
    dates = [item.valid_to for item in key.materials if item.is_permanent(now) and item.valid_to is not None]
    if not dates:
        return {"ExpirationModel": DOES_NOT_EXPIRE}
    return {"ExpirationModel": EXPIRES, "ValidTo": min(dates)}


def multi_region_configuration(key: KeySnapshot, now: datetime) -> dict[str, object]:
    """Return the primary key and its replicas, by Region. A replica lists itself too (recorded)."""
    arns = {related.region: related.arn for related in key.living_relatives(now)} | {key.region: key.arn}
    places = [{"Arn": arns[region], "Region": region} for region in sorted(arns)]
    return {
        "MultiRegionKeyType": "PRIMARY" if key.is_primary else "REPLICA",
        "PrimaryKey": next((place for place in places if place["Region"] == key.primary_region), None),
        "ReplicaKeys": [place for place in places if place["Region"] != key.primary_region],
    }


def audit_metadata(metadata: Mapping[str, object]) -> dict[str, object]:
    """Return metadata as CloudTrail shows it: member names in lowerCamel, dates as text."""
    return {_audit_name(name): _audit_members(value) for name, value in metadata.items()}


def _audit_members(value: object) -> object:
    if isinstance(value, Mapping):
        return audit_metadata(value)
    if isinstance(value, list):
        return [_audit_members(item) for item in value]
    return audit_value(value)


def audit_value(value: object) -> object:
    """Return a date as CloudTrail's text (``Aug 10, 2022, 10:38:27 PM``, UTC); anything else unchanged."""
    if isinstance(value, datetime):
        return f"{value:%b} {value.day}, {value.year}, {int(value.strftime('%I'))}:{value:%M:%S %p}"
    return value


def _audit_name(name: str) -> str:
    return name[0].lower() + name[1:]
