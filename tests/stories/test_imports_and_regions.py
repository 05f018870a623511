"""Imported key material, keys in several Regions, public keys: a student's, a teacher's and a developer's errands."""

import re
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from operations import clock
from tests.builders import make_key, run_as, split_policy
from tests.operations.imports import described, external_key, import_into
from tests.operations.regions import AWAY, metadata
from tests.people import ACCOUNT, REGION
from tests.servers import client_of
from tests.stories.browser import Console

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]
MATERIAL_FILE, TOKEN_FILE = "material.bin", "ImportToken.bin"


def openssl(*arguments: str, folder: Path) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def get_parameters(browser: Console, folder: Path) -> None:
    """Download the wrapping key and the token, and unpack them into a folder."""
    browser.page.get_by_label("Select wrapping key spec").select_option("RSA_2048")
    download = browser.download(
        browser.page.get_by_role("button", name="Download wrapping public key and import token")
    )
    assert re.fullmatch(r"Import_Parameters_.*_\d{14}\.zip", download.suggested_filename)
    with zipfile.ZipFile(download.path()) as archive:
        archive.extractall(folder)
    browser.page.get_by_role("link", name="Next").click()


def wrap(folder: Path) -> None:
    """Wrap the material as AWS's guide says."""
    oaep = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256")
    options = [word for each in oaep for word in ("-pkeyopt", each)]
    key = ("-pubin", "-inkey", "WrappingPublicKey.bin", "-keyform", "DER")
    openssl("pkeyutl", "-encrypt", *key, "-in", MATERIAL_FILE, "-out", "wrapped.bin", *options, folder=folder)


def upload(browser: Console, folder: Path) -> None:
    browser.page.get_by_label("Wrapped key material").set_input_files(folder / "wrapped.bin")
    browser.page.get_by_label("Import token").set_input_files(folder / TOKEN_FILE)


def test_a_student_imports_material_made_with_openssl_deletes_it_and_imports_it_again(people, console, tmp_path):
    key_id = external_key(people.ada)["KeyId"]
    openssl("rand", "-out", MATERIAL_FILE, "32", folder=tmp_path)
    browser = console(people.ada)
    browser.open(f"/kms/keys/{key_id}")
    browser.sees("This key awaits its key material")
    browser.page.get_by_role("button", name="Import key material").first.click()
    assert browser.violations() == []
    get_parameters(browser, tmp_path)
    wrap(tmp_path)

    # A forgotten date costs no file.
    expect(browser.page.get_by_label("Expiration date")).to_be_hidden()
    browser.page.get_by_label("Key material expires", exact=True).check()
    upload(browser, tmp_path)
    browser.go_on("Import key material")
    date = browser.page.get_by_label("Expiration date")
    expect(date).to_be_focused()
    assert browser.violations() == []
    then = clock.account_time(0) + timedelta(days=10)
    date.fill(f"{then:%Y-%m-%d}")
    browser.go_on("Import key material")
    browser.sees("The key is enabled.")
    browser.sees(f"{then:%Y-%m-%d}")
    blob = run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"homework"})["CiphertextBlob"]

    # It is deleted, after a tick.
    browser.choose("Actions", "Delete key material")
    browser.is_off("Delete key material", "")
    assert browser.violations() == []
    browser.tick("I confirm that I want to delete this key material.")
    browser.go_on("Delete key material")
    browser.sees("The key material was deleted.")
    browser.sees("This key awaits its key material")

    # Other material is refused at its field; the same one opens what it encrypted.
    browser.choose("Actions", "Reimport key material")
    get_parameters(browser, tmp_path)
    openssl("rand", "-out", "other.bin", "32", folder=tmp_path)
    (tmp_path / MATERIAL_FILE).rename(tmp_path / "kept.bin")
    (tmp_path / "other.bin").rename(tmp_path / MATERIAL_FILE)
    wrap(tmp_path)
    upload(browser, tmp_path)
    browser.go_on("Import key material")
    wrapped = browser.page.get_by_label("Wrapped key material")
    expect(wrapped).to_have_accessible_description(re.compile("does not have the expected identifier"))
    (tmp_path / "kept.bin").rename(tmp_path / MATERIAL_FILE)
    wrap(tmp_path)
    wrapped.set_input_files(tmp_path / "wrapped.bin")
    browser.go_on("Import key material")
    browser.sees("The key is enabled.")
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"homework"
    assert browser.violations() == []


def test_imported_material_expires(people, console):
    then = clock.account_time(0) + timedelta(days=10)
    key_id = external_key(people.ada)["KeyId"]
    import_into(people.ada, key_id, bytes(32), ValidTo=then.timestamp())
    browser = console(people.ada)
    browser.open(f"/kms/keys/{key_id}?tab=rotations")
    expect(browser.page.locator("main").get_by_text("Enabled").first).to_be_visible()
    call_command("move_clock", ACCOUNT, "--days", "11")
    browser.page.reload()
    browser.sees("Pending import")
    browser.sees("This key awaits its key material")


def test_a_teacher_replicates_a_key_promotes_the_replica_and_deletes_the_old_primary(people, console, settings):
    settings.KMS_REPLICATION_SECONDS = 2
    policy = split_policy(people.alice, people.bob, multi_region=True)
    key_id = make_key(people.ada, alias="classroom", policy=policy, multi_region=True)["KeyId"]
    browser = console(people.ada)
    browser.open(f"/kms/keys/{key_id}?region={REGION}&tab=regionality")
    browser.page.get_by_role("button", name="Create new replica keys").click()
    faults = []

    def look(title: str) -> None:
        expect(browser.page.get_by_role("heading", level=1)).to_contain_text(title)
        faults.extend(f"{title}: {each}" for each in browser.violations())

    look("Select Regions")
    browser.tick(f"Europe (Frankfurt) {AWAY}")
    browser.tick("Europe (Ireland) eu-west-1")
    browser.page.get_by_role("button", name="Remove Europe (Ireland) eu-west-1").click()
    browser.page.get_by_text("Choose Regions").click()
    expect(browser.page.get_by_role("checkbox", name="Europe (Ireland) eu-west-1")).not_to_be_checked()
    expect(browser.page.get_by_role("checkbox", name=f"Europe (Frankfurt) {AWAY}")).to_be_checked()
    browser.go_on("Next")
    look("Add labels")
    expect(browser.page.get_by_label("Alias", exact=True)).to_have_value("classroom")
    browser.go_on("Next")
    look("Define key administrative permissions")
    expect(browser.page.get_by_role("checkbox", name="Select Alice")).to_be_checked()
    browser.go_on("Next")
    look("Define key usage permissions")
    expect(browser.page.get_by_role("checkbox", name="Select Bob")).to_be_checked()
    browser.go_on("Next")
    look("Edit key policy")
    browser.go_on("Next")
    look("Review")
    browser.go_on("Finish")
    browser.sees(f"A replica key is being created in {AWAY}.")
    browser.sees(f"A replica key was created in {AWAY}.")

    # The replica becomes the primary key.
    browser.press("Change primary Region")
    dialog = browser.page.get_by_role("dialog", name="Change primary Region")
    faults.extend(browser.violations())
    with browser.page.expect_navigation():
        dialog.get_by_role("button", name="Change primary Region").click()
    browser.sees(f"The primary Region was changed to {AWAY}.")
    browser.sees("This is a replica key.")
    assert metadata(people.ada, key_id, AWAY)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"

    # What was the primary key goes; the other one stays, alone.
    browser.choose("Key actions", "Schedule key deletion")
    browser.fill("Waiting period (in days)", "7")
    browser.tick("I confirm that this key becomes unusable at once and is deleted after a 7-day waiting period.")
    browser.go_on("Schedule deletion")
    browser.sees("Pending deletion")
    call_command("move_clock", ACCOUNT, "--days", "8")
    browser.open(f"/kms/keys/{key_id}?region={AWAY}&tab=regionality")
    expect(browser.page.get_by_role("table", name="Related multi-Region keys").get_by_role("row")).to_have_count(2)
    assert faults == []


def test_a_developer_verifies_a_signature_with_the_downloaded_public_key(people, console, service, tmp_path):
    kind = {"spec": "RSA_2048", "usage": "SIGN_VERIFY"}
    key_id = make_key(people.ada, policy=split_policy(people.alice, people.bob, **kind), **kind)["KeyId"]
    (tmp_path / "release.txt").write_bytes(b"version 1.0")
    signed = client_of(people.bob, service).sign(
        KeyId=key_id, Message=b"version 1.0", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
    )
    (tmp_path / "release.sig").write_bytes(signed["Signature"])
    browser = console(people.bob)
    browser.open(f"/kms/keys/{key_id}")
    browser.tab("Public key")
    assert browser.page.get_by_role("button", name="Copy", exact=True).count() == 1
    assert browser.violations() == []
    download = browser.download(browser.page.get_by_role("link", name="Download", exact=True))
    assert download.suggested_filename == f"{key_id}.pem"
    download.save_as(tmp_path / "key.pem")
    verify = ("dgst", "-sha256", "-verify", "key.pem", "-signature", "release.sig", "release.txt")
    assert openssl(*verify, folder=tmp_path).strip() == "Verified OK"


# --- who may, and who may not -----------------------------------------------------------------------------------------
def test_bob_who_uses_the_key_reads_why_he_may_neither_import_nor_replicate(people, console):
    key_id = external_key(people.ada, Policy=split_policy(people.alice, people.bob))["KeyId"]
    import_into(people.ada, key_id, bytes(32))
    browser = console(people.bob)
    browser.open(f"/kms/keys/{key_id}")
    refused = re.compile("Neither the key policy nor a grant|no identity-based policy|leaves .* to the IAM policies")
    browser.page.get_by_role("button", name="Key actions").click()
    for item in ("Disable", "Schedule key deletion", "Delete key material"):
        control = browser.page.get_by_role("menuitem", name=item, exact=True)
        expect(control).to_have_attribute("aria-disabled", "true")
        expect(control).to_have_accessible_description(refused)
    browser.page.keyboard.press("Escape")
    browser.is_off("Edit", re.compile("kms:UpdateKeyDescription"))
    browser.open(f"/kms/keys/{key_id}/import")
    browser.sees("This call is refused")
    browser.sees("kms:GetParametersForImport")
    assert browser.violations() == []


def test_mallory_sees_nothing_of_the_key_but_why(people, console):
    key_id = external_key(people.ada, Policy=split_policy(people.alice, people.bob))["KeyId"]
    browser = console(people.mallory)
    for page in ("", "/import", "/import/upload", "/replicate", "/material/delete", "/public-key", "/primary-region"):
        browser.open(f"/kms/keys/{key_id}{page}")
        browser.sees("kms:DescribeKey")
        expect(browser.page.locator("main").get_by_role("heading", level=1)).to_have_count(1)
    assert browser.violations() == []


def test_alice_who_administers_the_key_imports_and_deletes_its_material(people, console, tmp_path):
    policy = split_policy(people.alice, people.bob, origin="EXTERNAL")
    key_id = external_key(people.ada, Policy=policy)["KeyId"]
    openssl("rand", "-out", MATERIAL_FILE, "32", folder=tmp_path)
    browser = console(people.alice)
    browser.open(f"/kms/keys/{key_id}/import")
    get_parameters(browser, tmp_path)
    wrap(tmp_path)
    upload(browser, tmp_path)
    browser.go_on("Import key material")
    browser.sees("The key is enabled.")
    browser.is_on("Import new key material")
    browser.choose("Key actions", "Delete key material")
    browser.tick("I confirm that I want to delete this key material.")
    browser.go_on("Delete key material")
    assert described(people.ada, key_id)["KeyState"] == "PendingImport"
