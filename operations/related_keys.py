"""What the copies of a multi-Region key have to do with each other. Source: kms-semantics 4.11."""

from datetime import datetime

from audit.changes import Touched
from core.errors import UnsupportedOperationException
from operations.registry import FurtherEvent
from operations.snapshots import KeySnapshot, MaterialSnapshot


def touched_copies(key: KeySnapshot) -> list[tuple[Touched, str]]:
    """Return the key and its copies in other Regions for the change log."""
    return [(Touched.KEY, str(pk)) for pk in (key.pk, *(related.pk for related in key.related))]


def synchronized(key: KeySnapshot, now: datetime) -> list[FurtherEvent]:
    """Return the event that tells of a shared property copied from a primary key to its replicas, if it has any."""
    return [synchronized_by(key.region, key.arn)] if key.is_primary and key.living_relatives(now) else []


def synchronized_by(region: str, arn: str) -> FurtherEvent:
    """Return that event for a primary key. The replicas are not named (Developer Guide, SynchronizeMultiRegionKey)."""
    return FurtherEvent("kms:SynchronizeMultiRegionKey", region, (arn,), elements={"keyId": arn}, internal=True)


def awaits_replicas(key: KeySnapshot, material: MaterialSnapshot, now: datetime) -> bool:
    """Tell whether a material that is pending rotation has yet to be imported into some copy of a multi-Region key."""
    if not key.multi_region:
        return False
    elsewhere = (related.has(material.material_id, now) for related in key.living_relatives(now))
    return not (material.is_present(now) and all(elsewhere))


def refuse_replica(key: KeySnapshot, operation: str) -> None:
    """Raise UnsupportedOperationException for a replica: its primary key is the one that has the setting."""
    if key.is_replica:
        raise UnsupportedOperationException(
            f"{key.arn} is a multi-region replica key which is not valid for {operation}."
        )
