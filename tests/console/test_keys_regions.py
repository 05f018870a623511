"""The tab Regionality and the change of the primary Region. Source: console.md 2.9."""

import pytest

from tests.builders import make_key, run_as
from tests.operations.imports import import_into
from tests.operations.regions import AWAY, FAR, metadata, primary_key, replicated_key, state
from tests.people import ACCOUNT, REGION


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.KMS_REPLICATION_SECONDS = 0


@pytest.fixture
def key_id(people):
    made = primary_key(people.ada, Description="payroll", Tags=[{"TagKey": "team", "TagValue": "hr"}])["KeyId"]
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/payroll", "TargetKeyId": made})
    return made


def tab(client, key_id: str, region: str = REGION) -> str:
    return client.get(f"/kms/keys/{key_id}", {"tab": "regionality", "region": region}).content.decode()


def test_a_single_region_key_has_no_such_tab(people, signed_in):
    page = signed_in(people.ada).get(f"/kms/keys/{make_key(people.ada)['KeyId']}").content.decode()
    assert "tab=regionality" not in page


def test_the_primary_offers_replicas_and_a_replica_leads_to_its_primary(people, signed_in, key_id):
    client = signed_in(people.ada)
    assert "Create new replica keys" in tab(client, key_id)
    run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY})
    primary, replica = tab(client, key_id), tab(client, key_id, AWAY)
    for page in (primary, replica):
        assert f"arn:aws:kms:{AWAY}:{ACCOUNT}:key/{key_id}" in page
        assert f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}" in page
    assert f"Open the primary key in {REGION}" in replica
    assert "Create new replica keys" not in replica


def test_a_primary_without_replicas_cannot_be_moved(people, signed_in):
    page = tab(signed_in(people.ada), str(primary_key(people.ada)["KeyId"]))
    assert "The key has no replica." in page


def test_the_primary_region_is_changed_in_a_dialog(people, signed_in):
    key_id, client = replicated_key(people.ada), signed_in(people.ada)
    address = f"/kms/keys/{key_id}/primary-region?region={REGION}"
    assert AWAY in client.get(address).content.decode()
    assert client.post(address, {"region": FAR}).status_code == 422
    client.post(address, {"region": AWAY})
    assert metadata(people.ada, key_id, AWAY)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert "Change primary Region" not in tab(client, key_id)


def test_a_primary_that_waits_for_its_replicas_says_so(people, signed_in):
    key_id, client = replicated_key(people.ada), signed_in(people.ada)
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 9})
    page = client.get(f"/kms/keys/{key_id}").content.decode()
    assert "9 days after its last replica is gone" in page
    assert state(people.ada, key_id) == "PendingReplicaDeletion"


def test_an_imported_primary_tells_how_many_replicas_have_its_material(people, signed_in):
    key_id, client = primary_key(people.ada, Origin="EXTERNAL")["KeyId"], signed_in(people.ada)
    import_into(people.ada, key_id, bytes(32))
    for region in (AWAY, FAR):
        run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": region})
    import_into(people.ada, key_id, bytes(32), options={"region": FAR})
    assert "1 of 2 imported" in client.get(f"/kms/keys/{key_id}", {"tab": "rotations"}).content.decode()


def test_the_list_tells_primary_from_replica(people, signed_in):
    key_id, client = replicated_key(people.ada), signed_in(people.ada)
    rows = {region: client.get("/kms/keys", {"region": region}).content.decode() for region in (REGION, AWAY)}
    assert key_id in rows[REGION]
    assert key_id in rows[AWAY]
    from keys.views.labels import regionality_label
    from operations.snapshots import find_key

    labels = [str(regionality_label(find_key(ACCOUNT, region, key_id))) for region in (REGION, AWAY)]
    assert labels == ["Primary", "Replica"]
