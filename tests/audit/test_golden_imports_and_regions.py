"""The records of imported key material and multi-Region keys, member by member. Source: kms-semantics 5.2 and 5.4."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from operations.upkeep import run_upkeep
from tests.builders import run_as
from tests.golden_records import check_golden
from tests.operations.imports import external_key, import_into

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
