"""CreateKey: make a KMS key, its material and its policy.

Source: API Reference, CreateKey; valid combinations: kms-semantics 4.4. Never idempotent.
"""

from dataclasses import dataclass

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import KeySpec, Origin
from core.messages import CreateKeyRequest
from keys import custody, queries, stored_keys
from keys.custody import UnsealedMaterial
from keys.models import KmsKey
from operations import key_policies, service_linked_role
from operations.custom_key_stores import refuse_unknown_store
from operations.facts import facts_of_new_key
from operations.key_kinds import checked_kind
from operations.key_tags import checked_tags
from operations.metadata import audit_metadata, key_metadata
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.resource_quotas import check_key_quota
from operations.snapshots import key_snapshot
from operations.stored_text import refuse_nul


def _spec_of(request: CreateKeyRequest) -> str:
    """Both names of the spec are recorded, whichever the request used."""
    return request.key_spec or request.customer_master_key_spec or KeySpec.SYMMETRIC_DEFAULT


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is not stored yet, with its material; None if that is to be imported."""

    key: KmsKey
    material: UnsealedMaterial | None


def check_request(call: Call, request: CreateKeyRequest) -> tuple[Subject, ...]:
    """There is no key to look for; what is wrong with the request alone is told before permission is asked."""
    checked_kind(request)
    checked_tags(request.tags or ())
    refuse_nul([request.description or ""])
    return ()


def _prepare(call: Call, request: CreateKeyRequest) -> NewKey:
    """Generate the material, which for an RSA key takes up to a second, before the writers' lock is taken."""
    kind = checked_kind(request)
    if request.custom_key_store_id is not None:
        refuse_unknown_store(request.custom_key_store_id)
    key = stored_keys.new_key(
        account_id=call.caller.account_id,
        region=call.region,
        key_spec=kind.spec,
        key_usage=kind.usage,
        origin=kind.origin,
        description=request.description or "",
        multi_region=bool(request.multi_region),
        now=call.time,
    )
    return NewKey(key, None if kind.origin is Origin.EXTERNAL else custody.drawn_material(kind.spec))


@kms_operation(
    "CreateKey",
    writes=True,
    resolve=check_request,
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
    check_key_quota(key.account_id, key.region, call.time)
    policy = key_policies.checked_policy(
        call, facts_of_new_key(key), request.policy, bool(request.bypass_policy_lockout_safety_check)
    )
    tags = checked_tags(request.tags or ())
    material = custody.sealed_material(key, new.material) if new.material else None
    stored_keys.store_new_key(key, material, policy.document, policy.principal_ids, tags, call.time)
    key_policies.rewrite_index(key.pk)
    metadata = key_metadata(key_snapshot(queries.load_whole_key(key.pk)), call.time)
    touched, further = [(Touched.KEY, str(key.pk))], []
    if key.multi_region and service_linked_role.is_missing(key.account_id):
        further.append(service_linked_role.create(call))
        touched.append((Touched.IAM, key.account_id))
    return Outcome(
        members={"KeyMetadata": metadata},
        elements={"keyMetadata": audit_metadata(metadata)},
        touched=touched,
        created_keys=[key.arn],
        further=further,
    )
