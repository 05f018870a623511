"""KeyMetadata, as DescribeKey and CreateKey give it. Source: kms-semantics 4.2."""

from collections.abc import Mapping
from datetime import datetime

from core.crypto.algorithms import algorithms_member
from core.crypto.key_specs import KeySpec
from core.key_states import KeyState
from operations.snapshots import KeySnapshot


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
    if state is KeyState.PENDING_DELETION:
        metadata["DeletionDate"] = key.deletion_date
    material = key.current_material(now)
    if material is not None and key.key_spec is KeySpec.SYMMETRIC_DEFAULT:
        metadata["CurrentKeyMaterialId"] = material.material_id
    return metadata


def audit_metadata(metadata: Mapping[str, object]) -> dict[str, object]:
    """Return metadata as CloudTrail shows it: member names in lowerCamel, dates as text."""
    return {_audit_name(name): audit_value(value) for name, value in metadata.items()}


def audit_value(value: object) -> object:
    """Return a date as CloudTrail's text (``Aug 10, 2022, 10:38:27 PM``, UTC); anything else unchanged."""
    if isinstance(value, datetime):
        return f"{value:%b} {value.day}, {value.year}, {int(value.strftime('%I'))}:{value:%M:%S %p}"
    return value


def _audit_name(name: str) -> str:
    return name[0].lower() + name[1:]
