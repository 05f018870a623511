"""The records of imported key material and multi-Region keys, member by member. Source: kms-semantics 5.2 and 5.4."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from operations.upkeep import run_upkeep
from tests.builders import run_as
from tests.golden_records import check_golden
from tests.operations.imports import external_key, import_into, imported_key, wrapped_members
from tests.operations.regions import AWAY, primary_key, replicated_key

pytestmark = pytest.mark.django_db
MATERIAL = bytes(range(32))


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.KMS_REPLICATION_SECONDS = settings.KMS_ROTATION_SECONDS = 0


def recorded(person, action, members, **options):
    """Return the records that one call leaves."""
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    run_as(person, action, members, **options)
    return render_events(AuditEvent.objects.filter(sequence__gt=last).order_by("sequence"))


def test_the_parameters_leave_neither_token_nor_key(people):
    members = {
        "KeyId": external_key(people.ada)["KeyId"],
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    }
    check_golden("GetParametersForImport/permitted", recorded(people.ada, "GetParametersForImport", members))


def test_an_import_leaves_its_expiration_and_no_material(people):
    key_id = external_key(people.ada)["KeyId"]
    members = wrapped_members(people.ada, key_id, MATERIAL)
    del members["ExpirationModel"]
    members["ValidTo"] = (datetime.now(UTC) + timedelta(days=30)).timestamp()
    check_golden("ImportKeyMaterial/permitted", recorded(people.ada, "ImportKeyMaterial", members))


def test_a_deletion_names_the_material(people):
    members = {"KeyId": imported_key(people.ada, MATERIAL)["KeyId"]}
    check_golden("DeleteImportedKeyMaterial/permitted", recorded(people.ada, "DeleteImportedKeyMaterial", members))


def test_a_replica_is_recorded_in_both_regions(people):
    members = {"KeyId": primary_key(people.ada)["KeyId"], "ReplicaRegion": AWAY}
    check_golden("ReplicateKey/permitted", recorded(people.ada, "ReplicateKey", members))


def test_a_new_primary_is_recorded_in_both_regions(people):
    members = {"KeyId": replicated_key(people.ada), "PrimaryRegion": AWAY}
    check_golden("UpdatePrimaryRegion/permitted", recorded(people.ada, "UpdatePrimaryRegion", members))


def test_the_first_multi_region_key_makes_a_role(people):
    check_golden("CreateKey/first_multi_region", recorded(people.ada, "CreateKey", {"MultiRegion": True}))


def test_expired_material_is_deleted_by_the_service_itself(people):
    key_id = external_key(people.ada)["KeyId"]
    import_into(people.ada, key_id, MATERIAL, ValidTo=(datetime.now(UTC) + timedelta(hours=1)).timestamp())
    run_as(people.ada, "MoveClock", {"Days": 1})
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    run_upkeep()
    (event,) = render_events(AuditEvent.objects.filter(sequence__gt=last))
    check_golden("service_events/DeleteExpiredKeyMaterial", event)
