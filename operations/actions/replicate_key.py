"""ReplicateKey: make a copy of a multi-Region primary key in another Region.

Source: API Reference, ReplicateKey; kms-semantics 4.11 and 3.6 (124, 127-131). The copy has the same key id and
material, a policy, tags and a description of its own, and is Creating for a moment.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from msgspec.structs import replace

from audit.changes import Touched
from core.arn import partition
from core.calls import Call
from core.errors import (
    AlreadyExistsException,
    KmsError,
    UnsupportedOperationException,
    ValidationException,
)
from core.messages import ReplicateKeyRequest
from keys import queries
from keys.models import KmsKey
from keys.stored_replicas import new_replica, store_replica
from operations import key_policies
from operations.facts import facts_of_new_key
from operations.key_tags import checked_tags
from operations.metadata import audit_metadata, key_metadata
from operations.registry import FurtherEvent, Outcome, kms_operation
from operations.related_keys import synchronized_by, touched_copies
from operations.resolve import Subject, find_subject_without_alias
from operations.resource_quotas import check_key_quota
from operations.snapshots import KeySnapshot, key_snapshot
from operations.upkeep import run_upkeep_of

NOT_PRIMARY_RULE = "DescribeKey"  # a key that is no primary is refused for that, whatever its state


def resolve_primary(call: Call, request: ReplicateKeyRequest) -> tuple[Subject, ...]:
    checked_tags(request.tags or ())
    subject = find_subject_without_alias(call, request.key_id)
    if subject.key is not None and not subject.key.is_primary:
        subject = replace(subject, state_rule=NOT_PRIMARY_RULE)
    return (subject,)


def make_room(call: Call, request: ReplicateKeyRequest, key: KeySnapshot) -> None:
    """Have upkeep sweep away a copy whose waiting period is over: it is gone, but its row is where the replica goes."""
    if any(gone.region == request.replica_region and gone.is_deleted(call.time) for gone in key.related):
        run_upkeep_of(key.account_id)


@kms_operation(
    "ReplicateKey",
    writes=True,
    logged=(
        "key_id",
        "replica_region",
        "policy",
        ("bypass_policy_lockout_safety_check", False),
        ("description", ""),
        "tags",
    ),
    resolve=resolve_primary,
    prepare=make_room,
)
def replicate_key(call: Call, request: ReplicateKeyRequest, key: KeySnapshot, _: None) -> Outcome:
    check_region(key, request.replica_region, call.time)
    primary = queries.load_key(key.pk)
    replica = new_replica(primary, request.replica_region, request.description or "", call.time)
    check_key_quota(key.account_id, replica.region, call.time)
    tags = checked_tags(request.tags or ())
    policy = key_policies.checked_policy(
        call, facts_of_new_key(replica), request.policy, bool(request.bypass_policy_lockout_safety_check)
    )
    settles_at = call.time + timedelta(seconds=settings.KMS_REPLICATION_SECONDS)
    store_replica(primary, replica, policy.document, policy.principal_ids, tags, settles_at)
    key_policies.rewrite_index(replica.pk)
    metadata = metadata_of_new(replica, key, call)
    members: dict[str, object] = {
        "ReplicaKeyMetadata": metadata,
        "ReplicaPolicy": key_policies.shown_policy(replica.pk),
    }
    if tags:
        members["ReplicaTags"] = [{"TagKey": tag_key, "TagValue": value} for tag_key, value in tags]
    elements = {"replicaKeyMetadata": audit_metadata(metadata), "replicaPolicy": members["ReplicaPolicy"]}
    return Outcome(
        members=members,
        elements=elements,
        touched=[*touched_copies(key), (Touched.KEY, str(replica.pk))],
        further=[further_event(replica, metadata), synchronized_by(key.region, key.arn)],
    )


def check_region(key: KeySnapshot, region: str, now: datetime) -> None:
    """Raise unless the key may have a replica in this Region. A replica that is pending deletion is still one."""
    if not key.is_primary:
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")
    if region == key.region:
        raise ValidationException(f"{region} cannot have a replica because it contains the primary.")
    if partition(region) != partition(key.region):
        raise ValidationException("The replica key Region must be in the same AWS partition as the primary key Region.")
    if region not in settings.KMS_REGIONS:
        raise ValidationException(
            f"Region {region} is not a valid Region or multi-Region keys are not supported in Region {region}."
        )
    if any(related.region == region for related in key.living_relatives(now)):
        raise AlreadyExistsException("You can create only one replica of each primary key in each AWS Region.")


def region_refusal(key: KeySnapshot, region: str, now: datetime) -> KmsError | None:
    """Return why a key can have no replica in a Region, or None. Permission and state are not looked at."""
    try:
        check_region(key, region, now)
    except KmsError as refusal:
        return refusal
    return None


def metadata_of_new(replica: KmsKey, primary: KeySnapshot, call: Call) -> dict[str, object]:
    """Return the metadata of a replica that is being created, however short that takes.

    Recorded: only this answer shows the primary key's ExpirationModel.
    """
    replica.settles_at = call.time + timedelta(seconds=max(1, settings.KMS_REPLICATION_SECONDS))
    row = queries.load_whole_key(replica.pk)
    row.settles_at = replica.settles_at
    metadata = key_metadata(key_snapshot(row), call.time)
    model = key_metadata(primary, call.time).get("ExpirationModel")
    return metadata if model is None else {**metadata, "ExpirationModel": model}


def further_event(replica: KmsKey, metadata: Mapping[str, object]) -> FurtherEvent:
    """Return the event in the replica's Region: the key is created there."""
    elements = {"keyMetadata": audit_metadata(metadata)}
    parameters = {
        "description": replica.description,
        "keyUsage": replica.key_usage,
        "keySpec": replica.key_spec,
        "customerMasterKeySpec": replica.key_spec,
        "origin": replica.origin,
        "multiRegion": True,
    }
    return FurtherEvent("kms:CreateKey", replica.region, (replica.arn,), parameters, elements)
