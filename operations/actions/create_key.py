"""CreateKey: make a KMS key, its material and its policy.

Source: API Reference, CreateKey; valid combinations: kms-semantics 4.4. Never idempotent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import (
    IMPLEMENTED_ORIGINS,
    KEY_SPECS,
    MULTI_REGION_IMPLEMENTED,
    KeySpec,
    KeyUsage,
    Origin,
    resolve_usage,
)
from core.errors import LimitExceededException, UnsupportedOperationException, ValidationException
from core.messages import CreateKeyRequest
from keys import custody, queries, stored_keys
from keys.custody import SealedMaterial
from keys.models import KmsKey
from operations import key_policies
from operations.facts import facts_of_new_key
from operations.key_tags import checked_tags
from operations.metadata import audit_metadata, key_metadata
from operations.registry import Outcome, kms_operation
from operations.snapshots import key_snapshot

# Source: Developer Guide, "Resource quotas": customer managed keys per account and Region.
MAX_KEYS = 100_000


def _spec_of(request: CreateKeyRequest) -> str:
    """Both names of the spec are recorded, whichever the request used."""
    return request.key_spec or request.customer_master_key_spec or KeySpec.SYMMETRIC_DEFAULT


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is not stored yet, with its sealed material."""

    key: KmsKey
    material: SealedMaterial


def _prepare(call: Call, request: CreateKeyRequest) -> NewKey:
    """Generate the material, which for an RSA key takes up to a second, before the writers' lock is taken."""
    spec, usage = _checked_combination(request)
    checked_tags(request.tags or ())
    key = stored_keys.new_key(
        account_id=call.caller.account_id,
        region=call.region,
        key_spec=spec,
        key_usage=usage,
        origin=Origin(request.origin or Origin.AWS_KMS),
        description=request.description or "",
        now=call.time,
    )
    return NewKey(key, custody.new_material(key))


@kms_operation(
    "CreateKey",
    writes=True,
    prepare=_prepare,
    logged=(
        ("description", ""),
        "policy",
        ("key_usage", "ENCRYPT_DECRYPT"),
        ("key_spec", _spec_of),
        ("customer_master_key_spec", _spec_of),
        ("origin", "AWS_KMS"),
        "custom_key_store_id",
        ("bypass_policy_lockout_safety_check", False),
        "tags",
        ("multi_region", False),
        "xks_key_id",
    ),
)
def create_key(call: Call, request: CreateKeyRequest, new: NewKey) -> Outcome:
    key = new.key
    in_use = queries.count_keys(key.account_id, key.region)
    if in_use >= MAX_KEYS:
        raise LimitExceededException(
            f"Key quota for this account in this region is {MAX_KEYS} but the current usage is {in_use}."
        )
    policy = key_policies.checked_policy(
        call, facts_of_new_key(key), request.policy, bool(request.bypass_policy_lockout_safety_check)
    )
    tags = checked_tags(request.tags or ())
    stored_keys.store_new_key(key, new.material, policy.document, policy.principal_ids, tags, call.time)
    key_policies.rewrite_index(key.pk)
    metadata = key_metadata(key_snapshot(queries.load_whole_key(key.pk)), call.time)
    return Outcome(
        members={"KeyMetadata": metadata},
        elements={"keyMetadata": audit_metadata(metadata)},
        touched=[(Touched.KEY, str(key.pk))],
        created_keys=[key.arn],
    )


def _checked_combination(request: CreateKeyRequest) -> tuple[KeySpec, KeyUsage]:
    if request.key_spec is not None and request.customer_master_key_spec is not None:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
            "deprecated."
        )
    spec = KeySpec(request.key_spec or request.customer_master_key_spec or KeySpec.SYMMETRIC_DEFAULT)
    if not KEY_SPECS[spec].implemented:
        # Source: Developer Guide: SM2 exists in China Regions only; the text is this service's own.
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported in this Region.")
    usage = resolve_usage(spec, KeyUsage(request.key_usage) if request.key_usage else None)
    refused: Mapping[str, bool] = {
        f"Origin {request.origin}": (request.origin or Origin.AWS_KMS) not in IMPLEMENTED_ORIGINS,
        "MultiRegion": bool(request.multi_region) and not MULTI_REGION_IMPLEMENTED,
        "CustomKeyStoreId": request.custom_key_store_id is not None,
        "XksKeyId": request.xks_key_id is not None,
    }
    for what, is_refused in refused.items():
        if is_refused:
            raise UnsupportedOperationException(f"{what} is not available in this installation.")
    return spec, usage
