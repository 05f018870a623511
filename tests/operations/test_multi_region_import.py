"""Multi-Region keys whose material is imported: into each Region, the primary first. Source: kms-semantics 4.11."""

import pytest

from operations.upkeep import run_upkeep
from tests.builders import Refused, call_as, days, refused, run_as
from tests.operations.imports import import_into, materials, wrapped_members
from tests.operations.regions import AWAY, FAR, metadata, primary_key, replicate, state
from tests.people import ACCOUNT, REGION

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
NEW = {"ImportType": "NEW_KEY_MATERIAL"}
THERE = {"region": AWAY}
BOTH = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"


@pytest.fixture(autouse=True)
def at_once(settings):
    """Replication and rotation take no time."""
    settings.KMS_REPLICATION_SECONDS = settings.KMS_ROTATION_SECONDS = 0


@pytest.fixture
def key_id(people) -> str:
    """An imported primary key with a replica that awaits its material."""
    made = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    import_into(people.ada, made, FIRST)
    replicate(people.ada, made)
    return str(made)


@pytest.fixture
def complete(people, key_id) -> str:
    import_into(people.ada, key_id, FIRST, options=THERE)
    return key_id


def states(person, key_id: str, region: str) -> list[tuple[str, str]]:
    return [(each["KeyMaterialState"], each["ImportState"]) for each in materials(person, key_id, region=region)]


def test_a_primary_without_material_is_not_replicated(people):
    key = primary_key(people.ada, Origin="EXTERNAL")
    assert refused(people.ada, "ReplicateKey", {"KeyId": key["KeyId"], "ReplicaRegion": AWAY}) == Refused(
        "KMSInvalidStateException", f"{key['Arn']} is pending import."
    )


@pytest.mark.postgres
def test_a_replica_awaits_the_material_of_its_primary(people, key_id):
    replica = metadata(people.ada, key_id, AWAY)
    assert (replica["KeyState"], "ExpirationModel" in replica) == ("PendingImport", False)
    assert replica["CurrentKeyMaterialId"] == metadata(people.ada, key_id)["CurrentKeyMaterialId"]
    assert states(people.ada, key_id, AWAY) == [("CURRENT", "PENDING_IMPORT")]
    import_into(people.ada, key_id, FIRST, options=THERE)
    assert states(people.ada, key_id, AWAY) == [("CURRENT", "IMPORTED")]
    blob = run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}, region=AWAY)["CiphertextBlob"]
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"x"


def test_the_answer_to_replicate_alone_shows_the_primarys_expiration_model(people, key_id):
    answer = replicate(people.ada, key_id, FAR)["ReplicaKeyMetadata"]
    assert answer["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ExpirationModel" not in metadata(people.ada, key_id, FAR)


def test_a_replica_takes_only_its_primarys_material(people, key_id):
    current = metadata(people.ada, key_id)["CurrentKeyMaterialId"]
    members = wrapped_members(people.ada, key_id, SECOND, region=AWAY)
    assert refused(people.ada, "ImportKeyMaterial", members, region=AWAY) == Refused(
        "IncorrectKeyMaterialException", f"Imported key material does not have the expected identifier ({current})."
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (NEW, "Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys"),
        (
            {"KeyMaterialDescription": "vault"},
            "Key material description can only be specified on primary Multi-Region keys",
        ),
    ],
)
def test_what_is_new_and_what_it_is_called_is_said_at_the_primary(people, key_id, more, text):
    members = wrapped_members(people.ada, key_id, FIRST, region=AWAY)
    assert refused(people.ada, "ImportKeyMaterial", {**members, **more}, region=AWAY) == Refused(
        "ValidationException", text
    )


def test_a_token_is_good_in_its_region_alone(people, key_id):
    members = wrapped_members(people.ada, key_id, FIRST)
    assert refused(people.ada, "ImportKeyMaterial", members, region=AWAY) == Refused(
        "InvalidImportTokenException", None
    )


@pytest.mark.postgres
def test_new_material_is_rotated_to_when_every_region_has_it(people, complete):
    ada, key_id = people.ada, complete
    second = import_into(ada, key_id, SECOND, **NEW, KeyMaterialDescription="2027")["KeyMaterialId"]
    assert states(ada, key_id, REGION) == [("CURRENT", "IMPORTED"), (BOTH, "IMPORTED")]
    assert states(ada, key_id, AWAY) == [("CURRENT", "IMPORTED"), (BOTH, "PENDING_IMPORT")]
    assert materials(ada, key_id, region=AWAY)[1]["KeyMaterialDescription"] == "2027"
    assert refused(ada, "RotateKeyOnDemand", {"KeyId": key_id}) == Refused(
        "KMSInvalidStateException",
        "Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region "
        "key.",
    )
    import_into(ada, key_id, SECOND, options=THERE)
    for region in (REGION, AWAY):
        assert states(ada, key_id, region) == [("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id})
    for region in (REGION, AWAY):
        assert states(ada, key_id, region) == [("NON_CURRENT", "IMPORTED"), ("CURRENT", "IMPORTED")]
        assert metadata(ada, key_id, region)["CurrentKeyMaterialId"] == second
        assert state(ada, key_id, region) == "Enabled"


def test_pending_material_deleted_at_the_primary_is_forgotten_everywhere(people, complete):
    ada, key_id = people.ada, complete
    second = import_into(ada, key_id, SECOND, **NEW)["KeyMaterialId"]
    run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key_id, "KeyMaterialId": second})
    for region in (REGION, AWAY):
        assert states(ada, key_id, region) == [("CURRENT", "IMPORTED")]


def test_pending_material_deleted_at_a_replica_is_awaited_there(people, complete):
    ada, key_id = people.ada, complete
    second = import_into(ada, key_id, SECOND, **NEW)["KeyMaterialId"]
    import_into(ada, key_id, SECOND, options=THERE)
    members = {"KeyId": key_id, "KeyMaterialId": second}
    run_as(ada, "DeleteImportedKeyMaterial", members, region=AWAY)
    assert states(ada, key_id, AWAY)[1] == (BOTH, "PENDING_IMPORT")
    assert state(ada, key_id, AWAY) == "Enabled"


@pytest.mark.parametrize("region", [REGION, AWAY])
@pytest.mark.parametrize("swept", [False, True])
def test_pending_material_that_expired_in_one_region_is_awaited_there(people, complete, region, swept):
    """Reads tell what time has done, whether upkeep has made it permanent or not."""
    ada, key_id, now = people.ada, complete, call_as(people.ada, "ListKeys").time
    for place in (REGION, AWAY):
        ends = {"ValidTo": (now + days(1)).timestamp()} if place == region else {}
        more = {**NEW, **ends} if place == REGION else ends
        import_into(ada, key_id, SECOND, options={"region": place}, **more)
    assert states(ada, key_id, region)[1] == ("PENDING_ROTATION", "IMPORTED")
    run_as(ada, "MoveClock", {"Days": 2})
    if swept:
        run_upkeep()
    for place in (REGION, AWAY):
        found = "PENDING_IMPORT" if place == region else "IMPORTED"
        assert states(ada, key_id, place) == [("CURRENT", "IMPORTED"), (BOTH, found)]
    assert refused(ada, "RotateKeyOnDemand", {"KeyId": key_id}).code == "KMSInvalidStateException"


@pytest.mark.parametrize("region", [REGION, AWAY])
def test_material_deleted_in_one_region_is_missing_there_alone(people, complete, region):
    ada, key_id, other = people.ada, complete, AWAY if region == REGION else REGION
    run_as(ada, "DeleteImportedKeyMaterial", {"KeyId": key_id}, region=region)
    assert (state(ada, key_id, region), state(ada, key_id, other)) == ("PendingImport", "Enabled")


def test_a_replica_made_after_a_rotation_awaits_every_material(people, complete):
    ada, key_id = people.ada, complete
    for options in ({}, THERE):
        import_into(ada, key_id, SECOND, **({} if options else NEW), options=options)
    run_as(ada, "RotateKeyOnDemand", {"KeyId": key_id})
    replicate(ada, key_id, FAR)
    import_into(ada, key_id, SECOND, options={"region": FAR})
    assert state(ada, key_id, FAR) == "PendingImport"
    import_into(ada, key_id, FIRST, options={"region": FAR})
    assert state(ada, key_id, FAR) == "Enabled"


def test_the_copies_of_a_key_are_sealed_each_for_its_place(people, complete):
    from keys.models import KeyMaterial

    sealed = {bytes(row.sealed) for row in KeyMaterial.objects.filter(key__key_id=complete)}
    assert len(sealed) == 2
    assert metadata(people.ada, complete)["Arn"].split(":")[4] == ACCOUNT
