"""Multi-Region keys for tests: a primary key at home and replicas elsewhere."""

from typing import Any

from tests.builders import run_as
from tests.people import REGION, Person

AWAY, FAR = "eu-central-1", "ap-northeast-2"  # offered by default, as REGION is


def primary_key(person: Person, *, region: str = REGION, **members: Any) -> dict[str, Any]:
    return dict(run_as(person, "CreateKey", {"MultiRegion": True, **members}, region=region)["KeyMetadata"])


def replicate(person: Person, key_id: str, region: str = AWAY, *, home: str = REGION, **members: Any) -> Any:
    return run_as(person, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": region, **members}, region=home)


def replicated_key(person: Person, *regions: str, **members: Any) -> str:
    """Make a primary key with replicas in these Regions (one, if none is named); return its id."""
    key_id = primary_key(person, **members)["KeyId"]
    for region in regions or (AWAY,):
        replicate(person, key_id, region)
    return str(key_id)


def metadata(person: Person, key_id: str, region: str = REGION, **options: Any) -> dict[str, Any]:
    return dict(run_as(person, "DescribeKey", {"KeyId": key_id}, region=region, **options)["KeyMetadata"])


def state(person: Person, key_id: str, region: str = REGION, **options: Any) -> str:
    return str(metadata(person, key_id, region, **options)["KeyState"])
