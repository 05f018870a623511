"""The tab Regionality, the replicate wizard, and the change of the primary Region. Source: console.md 2.9 and 2.13."""

import pytest

from tests.builders import make_key, policy_of, run_as, statement
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


class Steps:
    """Stands at a step of the replicate wizard and posts what the page holds."""

    def __init__(self, client, key_id: str) -> None:
        self.client, self.address = client, f"/kms/keys/{key_id}/replicate?region={REGION}"
        self.last = client.get(self.address)

    def go(self, button: str, **fields):
        entered = self.last.context["entered"]
        shown = {**entered.labels, "regions": list(entered.regions), "policy": entered.policy}
        posted = {"step": self.last.context["current"], "go": button, **shown, **fields}
        self.last = self.client.post(self.address, posted)
        return self.last

    @property
    def step(self) -> int:
        return self.last.context["current"]

    @property
    def text(self) -> str:
        return self.last.content.decode()


def test_replicas_are_made_in_four_steps_with_the_primarys_labels(people, signed_in, key_id):
    steps = Steps(signed_in(people.ada), key_id)
    assert f'value="{REGION}"' not in steps.text.split("Regions")[-1]
    steps.go("next", regions=[AWAY, FAR])
    assert steps.last.context["form"].values["alias"] == ["payroll"]
    steps.go("next", description="a copy")
    steps.go("next")
    assert steps.step == 4
    assert "a copy" in steps.text
    answer = steps.go("next")
    assert answer.headers["Location"].endswith("tab=regionality")
    for region in (AWAY, FAR):
        assert metadata(people.ada, key_id, region)["Description"] == "a copy"
        (alias,) = run_as(people.ada, "ListAliases", region=region)["Aliases"]
        assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/payroll", key_id)
        assert run_as(people.ada, "ListResourceTags", {"KeyId": key_id}, region=region)["Tags"] == [
            {"TagKey": "team", "TagValue": "hr"}
        ]


def test_each_step_is_checked_on_next(people, signed_in, key_id):
    steps = Steps(signed_in(people.ada), key_id)
    assert steps.go("next").status_code == 422
    assert "Choose at least one Region." in steps.text
    steps.go("next", regions=[AWAY])
    assert steps.go("next", alias=["aws/mine"]).status_code == 422
    assert steps.step == 2
    steps.go("next", alias=["mine"])
    assert steps.go("next", policy="none").status_code == 422
    assert steps.go("previous", policy="default").context["current"] == 2


def test_a_taken_alias_is_found_in_every_chosen_region(people, signed_in, key_id):
    make_key(people.ada, alias="payroll", region=FAR)
    steps = Steps(signed_in(people.ada), key_id)
    steps.go("next", regions=[AWAY, FAR])
    assert steps.go("next").status_code == 422
    assert "already exists" in steps.text


@pytest.mark.parametrize("choice", ["primary", "default"])
def test_the_policy_is_the_primarys_or_the_default(people, signed_in, choice):
    own = policy_of(statement(ACCOUNT, "kms:*", Sid="Own"))
    made = primary_key(people.ada, Policy=own)["KeyId"]
    steps = Steps(signed_in(people.ada), made)
    for fields in ({"regions": [AWAY]}, {"alias": ["mine"]}, {"policy": choice}, {}):
        steps.go("next", **fields)
    policy = run_as(people.ada, "GetKeyPolicy", {"KeyId": made}, region=AWAY)["Policy"]
    assert ('"Own"' in policy) == (choice == "primary")


def test_a_refusal_is_told_region_by_region(people, signed_in, key_id):
    client = signed_in(people.ada)
    steps = Steps(client, key_id)
    for fields in ({"regions": [AWAY, FAR]}, {}, {}):
        steps.go("next", **fields)
    run_as(people.ada, "DisableKey", {"KeyId": key_id})
    steps.go("next")
    page = tab(client, key_id)
    for region in (AWAY, FAR):
        assert f"Failed to create a replica key in {region}" in page


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
