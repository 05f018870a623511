"""The pages that import key material, and what the key's page shows of imported material. Source: console.md 2.14."""

import base64
import io
import os
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from operations import clock
from tests.builders import days, make_key, run_as
from tests.operations.imports import described, external_key, import_into, imported_key, materials, parameters, wrap
from tests.operations.regions import AWAY, FAR, primary_key

MATERIAL = bytes(range(32))


@pytest.fixture
def key(people):
    return external_key(people.ada)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def upload(client, person, key_id: str, material: bytes, query: str = "", **fields):
    given = parameters(person, key_id)
    posted = {
        "wrapped": file("wrapped.bin", wrap(given["PublicKey"], material)),
        "token": file("ImportToken.bin", given["ImportToken"]),
        "description": "",
        "expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "expires_on": "",
        "expires_at": "",
        **fields,
    }
    return client.post(f"/kms/keys/{key_id}/import/upload{query}", posted)


def test_the_page_of_a_pending_key_leads_to_the_import(people, signed_in, key):
    text = signed_in(people.ada).get(f"/kms/keys/{key['KeyId']}", {"tab": "rotations"}).content.decode()
    assert "This key awaits its key material" in text
    assert f"/kms/keys/{key['KeyId']}/import" in text
    assert "Import initial key material" in text
    assert "Automatic rotation" not in text


def test_only_wrappings_that_fit_the_key_are_offered(people, signed_in, key):
    form = signed_in(people.ada).get(f"/kms/keys/{key['KeyId']}/import").context["form"]
    offered = [[value for value, _ in form.fields[name].choices] for name in form.fields]
    assert offered == [["RSA_4096", "RSA_3072", "RSA_2048"], ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"]]


def test_the_download_is_a_zip_whose_parts_import(people, signed_in, key):
    client = signed_in(people.ada)
    chosen = {"wrapping_key_spec": "RSA_2048", "wrapping_algorithm": "RSAES_OAEP_SHA_256"}
    answer = client.post(f"/kms/keys/{key['KeyId']}/import", chosen)
    assert answer.headers["Content-Type"] == "application/zip"
    assert f"Import_Parameters_{key['KeyId']}_" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert set(archive.namelist()) == {"WrappingPublicKey.bin", "ImportToken.bin", "README.txt"}
    assert "RSAES_OAEP_SHA_256" in archive.read("README.txt").decode()
    answer = client.post(
        f"/kms/keys/{key['KeyId']}/import/upload",
        {
            "wrapped": file("w", wrap(archive.read("WrappingPublicKey.bin"), MATERIAL)),
            "token": file("t", archive.read("ImportToken.bin")),
            "expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        },
    )
    assert answer.status_code == 302
    assert described(people.ada, key["KeyId"])["KeyState"] == "Enabled"


def test_the_expiration_is_a_date_and_a_time(people, signed_in, key):
    client, then = signed_in(people.ada), clock.account_time(0) + days(30)
    chosen = {"expiration": "KEY_MATERIAL_EXPIRES"}
    missing = upload(client, people.ada, key["KeyId"], MATERIAL, **chosen)
    assert missing.status_code == 422
    assert "expires_on" in missing.context["form"].errors
    far = upload(client, people.ada, key["KeyId"], MATERIAL, **chosen, expires_on=f"{then + days(400):%Y-%m-%d}")
    assert far.status_code == 422
    assert "less than 365 days" in far.content.decode()
    upload(client, people.ada, key["KeyId"], MATERIAL, **chosen, expires_on=f"{then:%Y-%m-%d}", expires_at="12:30")
    valid_to = described(people.ada, key["KeyId"])["ValidTo"]
    assert f"{valid_to:%Y-%m-%d %H:%M}" == f"{then:%Y-%m-%d} 12:30"
    assert "Expiration date" in client.get(f"/kms/keys/{key['KeyId']}").content.decode()


@pytest.mark.parametrize(("field", "content"), [("token", b"x" * 64), ("wrapped", b"x" * 256)])
def test_a_wrong_file_is_told_at_its_field(people, signed_in, key, field, content):
    answer = upload(signed_in(people.ada), people.ada, key["KeyId"], MATERIAL, **{field: file("f", content)})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_new_material_waits_for_rotate_now_and_the_table_shows_it(people, signed_in):
    ada, client, key_id = people.ada, signed_in(people.ada), imported_key(people.ada, MATERIAL)["KeyId"]
    page = client.get(f"/kms/keys/{key_id}", {"tab": "rotations"}).content.decode()
    assert f"/kms/keys/{key_id}/import?region=us-east-1&amp;material=new" in page
    answer = upload(client, ada, key_id, os.urandom(32), "?material=new", description="from the vault")
    assert answer.status_code == 302
    assert materials(ada, key_id)[1]["KeyMaterialState"] == "PENDING_ROTATION"
    page = client.get(f"/kms/keys/{key_id}", {"tab": "rotations"}).content.decode()
    for words in ("from the vault", "Pending rotation", "Reimport key material", "Delete key material"):
        assert words in page


def test_reimporting_another_material_is_refused_at_the_field(people, signed_in):
    key = imported_key(people.ada, MATERIAL)
    query = f"?material={key['CurrentKeyMaterialId']}"
    answer = upload(signed_in(people.ada), people.ada, key["KeyId"], os.urandom(32), query)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["wrapped"]


def test_deleting_asks_first(people, signed_in):
    ada, client, key = people.ada, signed_in(people.ada), imported_key(people.ada, MATERIAL)
    address = f"/kms/keys/{key['KeyId']}/material/delete?material={key['CurrentKeyMaterialId']}"
    assert "everything that is encrypted under it is lost" in client.get(address).content.decode()
    unconfirmed = client.post(address)
    assert unconfirmed.status_code == 422
    assert "Confirm that you want to delete the key material." in unconfirmed.content.decode()
    assert described(ada, key["KeyId"])["KeyState"] == "Enabled"
    client.post(address, {"confirm": "on"})
    assert described(ada, key["KeyId"])["KeyState"] == "PendingImport"


def test_the_menu_of_the_list_leads_to_the_dialog_of_the_one_chosen_key(people, signed_in):
    key = imported_key(people.ada, MATERIAL)
    make_key(people.ada)
    client = signed_in(people.ada)
    rows = client.get("/kms/keys").context["rows"]
    assert [("material" in row.allowed.split()) for row in rows] == [row.key_id == key["KeyId"] for row in rows]
    assert {row.refused.get("material") for row in rows} == {None, "Only imported key material can be deleted."}
    answer = client.get("/kms/keys/delete-material", {"ids": key["KeyId"]}, headers={"HX-Request": "true"})
    assert answer.headers["Location"] == f"/kms/keys/{key['KeyId']}/material/delete?region=us-east-1"
    assert client.get("/kms/keys/delete-material").headers["Location"].startswith("/kms/keys?")


# --- nothing is lost --------------------------------------------------------------------------------------------------
def test_files_need_not_be_chosen_again_after_an_error(people, signed_in, key):
    client = signed_in(people.ada)
    wrong = upload(client, people.ada, key["KeyId"], MATERIAL, expiration="KEY_MATERIAL_EXPIRES", description="a vault")
    assert list(wrong.context["form"].errors) == ["expires_on"]
    kept = {
        f"{name}_{part}": value
        for name, file in wrong.context["form"].kept.items()
        for part, value in (("kept", file.encoded), ("name", file.name))
    }
    text = wrong.content.decode()
    assert all(f'value="{value}"' in text for value in kept.values())
    assert 'value="a vault"' in text
    again = {"expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE", "description": "a vault", **kept}
    answer = client.post(f"/kms/keys/{key['KeyId']}/import/upload", again)
    assert answer.status_code == 302
    assert described(people.ada, key["KeyId"])["KeyState"] == "Enabled"


def test_a_file_that_is_sent_anew_replaces_the_kept_one(people, signed_in, key):
    client = signed_in(people.ada)
    kept = {"wrapped_kept": base64.b64encode(b"old").decode(), "token_kept": "not base64!"}
    answer = client.post(
        f"/kms/keys/{key['KeyId']}/import/upload",
        {"expiration": "KEY_MATERIAL_DOES_NOT_EXPIRE", "wrapped": file("w", b"new"), **kept},
    )
    form = answer.context["form"]
    assert form.kept["wrapped"].content == b"new"
    assert list(form.errors) == ["token"]


def test_a_file_too_large_for_the_service_is_told_at_its_field_and_not_sent_back(people, signed_in, key):
    answer = upload(signed_in(people.ada), people.ada, key["KeyId"], MATERIAL, token=file("t", bytes(7000)))
    assert list(answer.context["form"].errors) == ["token"]
    assert "less than or equal to 6144" in answer.content.decode()
    assert base64.b64encode(bytes(7000)).decode()[:400] not in answer.content.decode()


def test_a_first_import_tells_that_the_key_is_enabled(people, signed_in, key):
    client = signed_in(people.ada)
    upload(client, people.ada, key["KeyId"], MATERIAL)
    assert "The key is enabled." in client.get(f"/kms/keys/{key['KeyId']}").content.decode()


# --- replicas ---------------------------------------------------------------------------------------------------------
def test_the_import_state_of_replicas_leads_to_each_import(people, signed_in, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    import_into(people.ada, key_id, MATERIAL)
    for region in (AWAY, FAR):
        run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": region})
    import_into(people.ada, key_id, MATERIAL, options={"region": FAR})
    client = signed_in(people.ada)
    material = described(people.ada, key_id)["CurrentKeyMaterialId"]
    address = f"/kms/keys/{key_id}/material/replicas?region=us-east-1&material={material}"
    assert address.replace("&", "&amp;") in client.get(f"/kms/keys/{key_id}", {"tab": "rotations"}).content.decode()
    dialog = client.get(address, headers={"HX-Request": "true"})
    assert "<dialog" in dialog.content.decode()
    assert {each.region: each.imported for each in dialog.context["replicas"]} == {AWAY: False, FAR: True}
    (there,) = [each.import_href for each in dialog.context["replicas"] if each.region == AWAY]
    assert there == f"/kms/keys/{key_id}/import?region={AWAY}&material={material}"
    assert client.get(there).status_code == 200
    assert "Close" in client.get(address).content.decode()


def test_a_replica_takes_no_description_of_its_material(people, signed_in, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    import_into(people.ada, key_id, MATERIAL)
    run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY})
    client = signed_in(people.ada)
    pages = [client.get(f"/kms/keys/{key_id}/import/upload", {"region": region}) for region in ("us-east-1", AWAY)]
    assert ["Key material description" in page.content.decode() for page in pages] == [True, False]


def test_an_hmac_key_has_a_tab_of_its_one_material(people, signed_in):
    key_id = external_key(people.ada, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    client = signed_in(people.ada)
    assert "Pending import" in client.get(f"/kms/keys/{key_id}", {"tab": "material"}).content.decode()
    import_into(people.ada, key_id, MATERIAL)
    page = client.get(f"/kms/keys/{key_id}", {"tab": "material"}).content.decode()
    assert "Does not expire" in page
    assert "Reimport key material" in page


def test_who_may_not_import_is_told_why(people, signed_in, key):
    answer = signed_in(people.mallory).get(f"/kms/keys/{key['KeyId']}/import")
    assert answer.status_code == 403
    assert "kms:DescribeKey" in answer.content.decode()


# --- every kind -------------------------------------------------------------------------------------------------------
OAEP = ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"]
AES = ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"]
KINDS = [
    *[(f"HMAC_{bits}", "GENERATE_VERIFY_MAC", OAEP) for bits in (224, 256, 384, 512)],
    *[(f"RSA_{bits}", "SIGN_VERIFY", AES) for bits in (2048, 3072, 4096)],
    *[(spec, "SIGN_VERIFY", AES + OAEP) for spec in ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")],
    *[(spec, "SIGN_VERIFY", AES + OAEP) for spec in ("ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519")],
]


@pytest.mark.parametrize(("spec", "usage", "algorithms"), KINDS)
def test_each_kind_offers_its_wrappings(people, signed_in, spec, usage, algorithms):
    """Source: console.md 2.14."""
    key_id = external_key(people.ada, KeySpec=spec, KeyUsage=usage)["KeyId"]
    client = signed_in(people.ada)
    page = client.get(f"/kms/keys/{key_id}/import")
    offered = [[value for value, _ in field.choices] for field in page.context["form"].fields.values()]
    assert offered == [["RSA_4096", "RSA_3072", "RSA_2048"], algorithms]
    assert "RSA_4096 - recommended" in page.content.decode()
    assert "Key material description" not in client.get(f"/kms/keys/{key_id}/import/upload").content.decode()


def test_a_pair_that_cannot_wrap_is_told_at_the_algorithm_in_the_services_words(people, signed_in):
    key_id = external_key(people.ada, KeySpec="ECC_NIST_P521", KeyUsage="SIGN_VERIFY")["KeyId"]
    chosen = {"wrapping_key_spec": "RSA_2048", "wrapping_algorithm": "RSAES_OAEP_SHA_256"}
    answer = signed_in(people.ada).post(f"/kms/keys/{key_id}/import", chosen)
    assert answer.status_code == 422
    words = (
        "Wrapping algorithm RSAES_OAEP_SHA_256 and wrapping key spec RSA_2048 cannot be used to import a "
        "ECC_NIST_P521 key."
    )
    assert answer.context["form"].errors == {"wrapping_algorithm": [words]}


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"wrapped": bytes(100)}, "wrapped", "Invalid encrypted key size."),
        ({"wrapped": bytes(7000)}, "wrapped", "less than or equal to 6144"),
        ({"wrapped": b""}, "wrapped", "empty"),
        ({"description": "from, the vault"}, "description", "failed to satisfy constraint"),
        ({"expiration": "KEY_MATERIAL_EXPIRES", "expires_on": "2020-01-01"}, "expires_on", "must be in the future"),
    ],
)
def test_a_refusal_stands_at_its_field_in_the_services_words(people, signed_in, key, fields, at, words):
    fields = {name: file("f", value) if isinstance(value, bytes) else value for name, value in fields.items()}
    answer = upload(signed_in(people.ada), people.ada, key["KeyId"], MATERIAL, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [at]
    assert words in str(answer.context["form"].errors[at])


def test_new_material_that_waits_for_replicas_says_so_at_rotate_now(people, signed_in, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    import_into(people.ada, key_id, MATERIAL)
    run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY})
    client = signed_in(people.ada)
    tab = {"tab": "rotations"}
    assert client.get(f"/kms/keys/{key_id}", tab).context["rotate_reason"] == "Import new key material first."
    import_into(people.ada, key_id, os.urandom(32), ImportType="NEW_KEY_MATERIAL")
    reason = client.get(f"/kms/keys/{key_id}", tab).context["rotate_reason"]
    assert reason == "Import the new key material into every replica first."
    at_replica = client.get(f"/kms/keys/{key_id}", {**tab, "region": AWAY}).context["rotate_reason"]
    assert at_replica == "Managed at the primary key in us-east-1."
