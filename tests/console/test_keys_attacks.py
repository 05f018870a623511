"""Imports, replicas, public keys: who comes to their addresses without permission is refused, and it is on record.

Nothing of this is decided by the pages: each refusal is the pipeline's, so it stands in the audit trail.
"""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from audit.models import AuditEvent
from keys.models import KmsKey, WizardDraft
from tests.builders import run_as, split_policy
from tests.console.wizard import Wizard
from tests.operations.imports import import_into, wrapped_members
from tests.operations.regions import AWAY, FAR, metadata, primary_key, replicate
from tests.people import ACCOUNT, REGION

MATERIAL = bytes(range(32))


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.KMS_REPLICATION_SECONDS = 0


@pytest.fixture
def key_id(people):
    """A primary key with imported material and a replica: Alice administers it, Bob uses it."""
    policy = split_policy(people.alice, people.bob, origin="EXTERNAL", multi_region=True)
    made = primary_key(people.ada, Origin="EXTERNAL", Policy=policy)["KeyId"]
    import_into(people.ada, made, MATERIAL)
    replicate(people.ada, made)
    return made


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("f", content)


def upload(person, key_id: str) -> dict:
    """The fields of an upload that would be accepted."""
    given = wrapped_members(person, key_id, MATERIAL)
    return {
        "wrapped": file(given["EncryptedKeyMaterial"]),
        "token": file(given["ImportToken"]),
        "expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


# The path below the key, the fields, and the action that is refused to who may describe the key but not do this.
ATTACKS = {
    "GetParametersForImport": (
        "/import",
        {"wrapping_key_spec": "RSA_2048", "wrapping_algorithm": "RSAES_OAEP_SHA_256"},
    ),
    "ImportKeyMaterial": ("/import/upload", None),
    "DeleteImportedKeyMaterial": ("/material/delete", {"confirm": "on"}),
    "UpdatePrimaryRegion": ("/primary-region", {"region": AWAY}),
}
PAGES = ["", "/import", "/import/upload", "/material/delete", "/material/replicas?material=x", "/replicate"]
PAGES += ["/primary-region", "/public-key", "?tab=regionality", "?tab=rotations", "/rotate", "/rotation"]


def fields_of(person, key_id: str, action: str) -> dict:
    fields = ATTACKS[action][1]
    return upload(person, key_id) if fields is None else fields


def newest(person, number: int = 1) -> list[tuple[str, str, str]]:
    """The newest records of the account: user name, action and error."""
    events = run_as(person, "LookupEvents", {"MaxResults": 20})["Events"]
    told = [json.loads(event["CloudTrailEvent"]) for event in events if event["EventName"] != "LookupEvents"]
    return [(each["userIdentity"].get("userName"), each["eventName"], each.get("errorCode", "")) for each in told][
        :number
    ]


def state_of(key_id: str) -> list:
    """What an attack must not change."""
    keys = KmsKey.objects.filter(key_id=key_id).order_by("region")
    rows = [(key.region, key.state, key.primary_region, key.key_policy.document) for key in keys]
    materials = [material.sealed is not None for key in keys for material in key.materials.order_by("pk")]
    return [rows, materials, WizardDraft.objects.count()]


def post(client, person, key_id: str, action: str):
    return client.post(f"/kms/keys/{key_id}{ATTACKS[action][0]}?region={REGION}", fields_of(person, key_id, action))


# --- who is not signed in ---------------------------------------------------------------------------------------------
def key_addresses(key_id: str) -> list[str]:
    """Every address of the KMS pages, with this key, a draft of nobody and a Region in them."""
    _prefix, resolver = get_resolver().namespace_dict["keys"]
    given = {"key_id": key_id, "draft_id": uuid.uuid4(), "step_key": "labels", "which": "users"}
    given |= {"replica_region": AWAY}
    found = []
    for name in [name for name in resolver.reverse_dict if isinstance(name, str)]:
        for pattern, parameters in resolver.reverse_dict.getlist(name)[0][0]:
            found.append("/kms/" + pattern % {each: given[each] for each in parameters})
    return sorted(set(found))


def test_who_is_not_signed_in_comes_to_no_page_and_leaves_no_record(people, client, key_id):
    before, records = state_of(key_id), AuditEvent.objects.count()
    addresses = key_addresses(key_id)
    assert len(addresses) >= 40
    for address in addresses:
        for answer in (client.get(address), client.post(address, {"confirm": "on"})):
            refused = answer.status_code == 405 or answer.headers.get("Location", "").startswith("/signin")
            assert refused, address
    assert state_of(key_id) == before
    assert AuditEvent.objects.count() == records


# --- who may use the key ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ATTACKS)
def test_a_key_user_is_refused_by_the_service_and_it_is_on_record(people, signed_in, key_id, action):
    before = state_of(key_id)
    answer = post(signed_in(people.bob), people.ada, key_id, action)
    assert answer.status_code in (403, 422)
    assert f"kms:{action}" in answer.content.decode()
    assert newest(people.ada)[0] == ("Bob", action, "AccessDenied")
    assert state_of(key_id) == before


def test_a_key_user_begins_no_replicas(people, signed_in, key_id):
    client, before = signed_in(people.bob), state_of(key_id)
    assert client.get(f"/kms/keys/{key_id}/replicate").status_code == 403
    draft = f"/kms/keys/{key_id}/replicate/{uuid.uuid4()}"
    assert client.post(f"{draft}/regions?region={REGION}", {"go": "next", "regions": [FAR]}).status_code == 403
    # A later step of a draft that does not exist leads back to its first one, whatever is posted.
    answer = client.post(f"{draft}/review?region={REGION}", {"go": "next"})
    assert answer.headers["Location"].split("?")[0] == f"{draft}/regions"
    assert state_of(key_id) == before


def test_finish_is_refused_by_the_service_when_the_permission_is_gone(people, signed_in, key_id):
    """Who was an administrator at the first step and is none at the last."""
    wizard = Wizard(signed_in(people.ada), f"/kms/keys/{key_id}/replicate?region={REGION}").next(regions=[FAR])
    wizard.to("review", labels={"alias": "mine"})
    run_as(people.ada, "PutUserPolicy", {"UserName": "Ada", "PolicyName": "no", "PolicyDocument": deny("ReplicateKey")})
    wizard.finish()
    assert f"Failed to create a replica key in {FAR}" in wizard.text
    assert ("Ada", "ReplicateKey", "AccessDenied") in newest(people.carol, 20)
    assert not KmsKey.objects.filter(key_id=key_id, region=FAR).exists()


def deny(action: str) -> str:
    statement = {"Effect": "Deny", "Action": f"kms:{action}", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


# --- strangers, and other accounts ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["mallory", "olga"])
@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_no_page_of_the_key(people, signed_in, key_id, name, page):
    person = getattr(people, name)
    answer = signed_in(person).get(f"/kms/keys/{key_id}{page}")
    assert answer.status_code in (403, 404)
    assert "payroll" not in answer.content.decode()
    user, action, error = newest(people.ada if name == "mallory" else people.olga)[0]
    assert (user, action) == (person.name, "DescribeKey")
    assert error in ("AccessDenied", "NotFoundException")


@pytest.mark.parametrize("name", ["mallory", "olga"])
@pytest.mark.parametrize("action", ATTACKS)
@pytest.mark.parametrize("named", ["{}", f"arn:aws:kms:{REGION}:{ACCOUNT}:key%2F{{}}"], ids=["by id", "by ARN"])
def test_a_stranger_changes_nothing(people, signed_in, key_id, name, action, named):
    before, fields = state_of(key_id), fields_of(people.ada, key_id, action)
    path = f"/kms/keys/{named.format(key_id)}{ATTACKS[action][0]}?region={REGION}"
    answer = signed_in(getattr(people, name)).post(path, fields)
    assert answer.status_code in (403, 404)
    assert state_of(key_id) == before


# --- what is forged ---------------------------------------------------------------------------------------------------
def test_a_token_of_another_key_imports_nothing(people, signed_in, key_id):
    other = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    answer = signed_in(people.ada).post(f"/kms/keys/{other}/import/upload", upload(people.ada, key_id))
    assert answer.status_code == 422
    assert metadata(people.ada, other)["KeyState"] == "PendingImport"


def test_a_material_id_in_the_address_is_a_name_and_nothing_else(people, signed_in, key_id):
    client = signed_in(people.ada)
    for material in ("'; --", "<script>alert(1)</script>", "../../x", "0" * 5000):
        page = client.get(f"/kms/keys/{key_id}/material/replicas", {"material": material})
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert all(not each.imported for each in page.context["replicas"])
        refused = client.post(f"/kms/keys/{key_id}/material/delete?material={material}", {"confirm": "on"})
        assert refused.status_code == 422
    assert metadata(people.ada, key_id)["KeyState"] == "Enabled"


def test_regions_that_are_none_are_no_choice(people, signed_in, key_id):
    wizard = Wizard(signed_in(people.ada), f"/kms/keys/{key_id}/replicate?region={REGION}")
    for regions in (["mars-1"], [AWAY], [REGION], ["cn-north-1"], [FAR, "'; --"]):
        assert wizard.next(regions=regions).last.status_code == 422
        assert wizard.step == "regions"
    client = signed_in(people.ada)
    assert client.post(f"/kms/keys/{key_id}/primary-region", {"region": "mars-1"}).status_code == 422


def test_a_kept_file_is_what_somebody_sent_and_nothing_of_the_servers(people, signed_in, key_id):
    fields = {"wrapped_kept": "/etc/passwd", "wrapped_name": "<b>x</b>", "token_kept": "Li4vLi4=", "token_name": "x"}
    answer = signed_in(people.ada).post(
        f"/kms/keys/{key_id}/import/upload", {"expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE", **fields}
    )
    assert answer.status_code == 422
    assert "<b>x</b>" not in answer.content.decode()
    assert "root:" not in answer.content.decode()
