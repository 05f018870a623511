"""The tutorial of 2021, from the sign-in page to a decrypted configuration value: the main job, end to end."""

import base64
import json
import re
import subprocess
import sys

from playwright.sync_api import Page, expect

from accounts.models import Principal
from audit.changes import Touched
from operations.changes import configuration_change

REGION = "ap-northeast-2"
PASSWORD = "tutorial-Password-1"
CONFIGURATION = '{"database": "orders", "password": "s3cret"}'

# What the tutorial's reader saves as decrypt.py and runs as the key user.
DECRYPT = """
import base64, sys, boto3
kms = boto3.client("kms")
with open(sys.argv[1], encoding="ascii") as file:
    answer = kms.decrypt(CiphertextBlob=base64.b64decode(file.read()))
sys.stdout.write(answer["Plaintext"].decode())
"""


def give_password(person) -> None:
    with configuration_change((Touched.IAM, person.account_id)):
        principal = Principal.objects.get(pk=person.principal.pk)
        principal.set_password(PASSWORD)
        principal.save()


def sign_in(page: Page, service: str, person) -> None:
    page.goto(f"{service}/signin")
    page.get_by_label("IAM user", exact=True).check()
    page.get_by_label("Account ID (12 digits) or account alias").fill(person.account_id)
    page.get_by_label("IAM user name").fill(person.name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("signin"))


def test_a_reader_creates_a_key_encrypts_a_configuration_and_decrypts_it_with_boto3(
    page: Page, browser, service, people, tmp_path
):
    for person in (people.ada, people.bob):
        give_password(person)
    sign_in(page, service, people.ada)
    page.goto(f"{service}/kms/home?region={REGION}")
    page.get_by_role("link", name="Create a key").click()
    page.get_by_role("radio", name="Symmetric", exact=True).check()
    page.get_by_text("Advanced options").click()
    page.get_by_role("radio", name="KMS - recommended").check()
    page.get_by_role("radio", name="Single-Region key").check()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Alias", exact=True).fill("app-settings")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("checkbox", name="Select Alice").check()
    expect(page.get_by_role("checkbox", name="Allow key administrators to delete this key")).to_be_checked()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("checkbox", name="Select Bob").check()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("link", name="app-settings")).to_be_visible()
    page.get_by_role("link", name="app-settings").click()
    key_page = page.url.partition("?")[0]

    bobs = browser.new_context(accept_downloads=True).new_page()
    sign_in(bobs, service, people.bob)
    bobs.goto(f"{key_page}/encrypt?region={REGION}")
    bobs.get_by_label("Text", exact=True).fill(CONFIGURATION)
    bobs.get_by_role("button", name="Encrypt", exact=True).click()
    with bobs.expect_download() as download:
        bobs.get_by_role("button", name="Download base64").click()
    saved = tmp_path / "settings.b64"
    download.value.save_as(saved)
    assert saved.read_text().startswith("AQIC")
    assert CONFIGURATION.encode() not in base64.b64decode(saved.read_text())

    script = tmp_path / "decrypt.py"
    script.write_text(DECRYPT)
    environment = {
        "AWS_ACCESS_KEY_ID": people.bob.access_key_id,
        "AWS_SECRET_ACCESS_KEY": people.bob.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": service,
        "HOME": str(tmp_path),
        "PATH": "",
    }
    done = subprocess.run([sys.executable, str(script), str(saved)], env=environment, capture_output=True, text=True)
    assert json.loads(done.stdout) == json.loads(CONFIGURATION), done.stderr
