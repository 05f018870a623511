"""Creating a key in a browser: the tutorial's errand, and what only a browser can show of the wizard."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from keys.models import KmsKey
from tests.builders import run_as
from tests.people import new_person
from tests.stories.browser import AXE, RULES

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


class CreateKey:
    """Ada's browser at the wizard; controls are found by role and name."""

    def __init__(self, page: Page, service: str) -> None:
        self.page, self.service = page, service
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{service}/kms/keys?region=ap-northeast-2")
        page.get_by_role("link", name="Create key").first.click()

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def stands_at(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(title)
        current = self.page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")
        expect(current).to_contain_text(title)

    def names_the_key(self, alias: str) -> None:
        self.press("Next")
        self.page.get_by_label("Alias", exact=True).fill(alias)
        self.press("Next")

    def violations(self) -> list[str]:
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]

    @property
    def is_wider_than_the_window(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture
def wizard(page: Page, service: str, signed_in, people):
    """Ada at the first step; whatever the browser complains about is a fault."""
    cookie = signed_in(people.ada).cookies["kms_session"]
    page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    yield CreateKey(page, service)
    assert [text for text in said if "status of 422" not in text] == []


def test_ada_creates_a_signing_key_and_its_choices_follow_one_another(wizard, people):
    page = wizard.page
    page.get_by_role("radio", name="Asymmetric", exact=True).check()
    expect(page.get_by_role("radio", name="Sign and verify", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="Asymmetric", exact=True)).to_be_focused()
    expect(page.get_by_role("radio", name="RSA_2048", exact=True)).to_be_checked()
    page.get_by_role("radio", name="Sign and verify", exact=True).check()
    page.get_by_role("radio", name="ML_DSA_65", exact=True).check()
    assert wizard.violations() == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert not wizard.is_wider_than_the_window
    wizard.names_the_key("releases")
    for _ in range(3):
        wizard.press("Next")
    expect(page.locator("main")).to_contain_text("ML_DSA_65")
    wizard.press("Finish")
    assert KmsKey.objects.get().key_spec == "ML_DSA_65"
    page.get_by_role("region", name="Notifications").get_by_role("link", name="View key").click()
    page.get_by_role("tab", name="Public key").click()
    expect(page.get_by_role("region", name="Public key")).to_contain_text("BEGIN PUBLIC KEY")
    assert wizard.violations() == []
    assert not wizard.is_wider_than_the_window
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == f"{KmsKey.objects.get().key_id}.pem"


def test_ada_creates_a_key_as_the_tutorial_says(wizard, people):
    page = wizard.page
    wizard.stands_at("Configure key")
    page.get_by_role("radio", name="Symmetric", exact=True).check()
    page.get_by_role("radio", name="Encrypt and decrypt").check()
    page.get_by_text("Advanced options").click()
    page.get_by_role("radio", name="KMS - recommended").check()
    page.get_by_role("radio", name="Single-Region key").check()
    wizard.press("Next")
    wizard.stands_at("Add labels")
    page.get_by_label("Alias", exact=True).fill("myEncrypotionKey")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_label("Tag key").fill("Department")
    page.get_by_label("Tag value").fill("Sales")
    wizard.press("Next")
    wizard.stands_at("Define key administrative permissions")
    page.get_by_role("checkbox", name="Select Alice").check()
    expect(page.get_by_role("checkbox", name="Allow key administrators to delete this key")).to_be_checked()
    wizard.press("Next")
    wizard.stands_at("Define key usage permissions")
    page.get_by_role("checkbox", name="Select Bob").check()
    page.get_by_role("button", name="Add another AWS account").click()
    page.get_by_label("AWS account ID").fill("444455556666")
    wizard.press("Next")
    wizard.stands_at("Edit key policy")
    wizard.press("Next")
    wizard.stands_at("Review")
    expect(page.get_by_role("region", name="Key policy JSON")).to_contain_text("key-consolepolicy-3")
    wizard.press("Finish")
    key = KmsKey.objects.get()
    message = page.get_by_role("region", name="Notifications")
    text = f"Your AWS KMS key was created with alias myEncrypotionKey and key ID {key.key_id}"
    expect(message).to_contain_text(text)
    expect(page.get_by_role("link", name="myEncrypotionKey")).to_be_visible()
    policy = json.loads(run_as(people.ada, "GetKeyPolicy", {"KeyId": key.key_id}, region="ap-northeast-2")["Policy"])
    assert [each["Principal"]["AWS"] for each in policy["Statement"]] == [
        "arn:aws:iam::111122223333:root",
        people.alice.arn,
        [people.bob.arn, "arn:aws:iam::444455556666:root"],
        [people.bob.arn, "arn:aws:iam::444455556666:root"],
    ]
    message.get_by_role("link", name="View key").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(key.key_id)


def test_the_focus_goes_to_the_first_error_and_then_to_the_next_title(wizard):
    page = wizard.page
    wizard.names_the_key("aws/mine")
    alias = page.get_by_label("Alias", exact=True)
    expect(alias).to_be_focused()
    expect(alias).to_have_accessible_description(re.compile("Alias must not begin with aws/"))
    alias.fill("mine")
    wizard.press("Next")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_ticks_survive_search_pages_and_the_back_button(wizard, people):
    for number in range(12):
        new_person(f"worker-{number:02}")
    page = wizard.page
    wizard.names_the_key("orders")
    page.get_by_role("checkbox", name="Select Alice").check()
    page.get_by_role("button", name="Page 2").click()
    page.get_by_role("checkbox", name="Select worker-11").check()
    expect(page.get_by_role("heading", name="Key administrators")).to_contain_text("(2/17)")
    search = page.get_by_role("searchbox", name="Search users and roles")
    search.press_sequentially("worker-0")
    expect(page.get_by_text("10 matches").first).to_be_visible()
    expect(search).to_be_focused()
    expect(page).to_have_url(re.compile("filter=worker-0"))
    search.press("Enter")
    wizard.stands_at("Define key administrative permissions")
    page.get_by_role("checkbox", name="Select worker-03").check()
    wizard.press("Next")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="Key administrators")).to_contain_text("(3/17)")
    page.go_forward()
    wizard.press("Next")
    wizard.press("Next")
    administrators = page.get_by_role("table", name="Key administrators")
    expect(administrators.get_by_role("row")).to_have_count(4)


def test_the_policy_editor_adds_a_statement_and_asks_before_removing_one(wizard, people):
    page = wizard.page
    wizard.names_the_key("orders")
    wizard.press("Next")
    wizard.press("Next")
    page.get_by_role("link", name="Edit", exact=True).click()
    editor = page.get_by_role("textbox", name="Key policy")
    expect(editor).to_contain_text("Enable IAM User Permissions")
    page.get_by_role("button", name="Add new statement").click()
    expect(editor).to_contain_text("Statement1")
    page.get_by_role("checkbox", name="kms:Decrypt", exact=True).check()
    page.get_by_role("button", name="Apply actions").click()
    expect(editor).to_contain_text("kms:Decrypt")
    page.get_by_label("Principal", exact=True).fill(people.bob.arn)
    page.get_by_label("Principal", exact=True).press("Enter")
    expect(editor).to_contain_text(people.bob.arn)
    page.get_by_role("button", name="Enable IAM User Permissions").click()
    expect(page.get_by_role("heading", name="Edit statement Enable IAM User Permissions")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove statement").click()
    expect(editor).not_to_contain_text("Enable IAM User Permissions")
    wizard.press("Next")
    expect(page.get_by_role("alert")).to_contain_text("you could not change the key policy any more")


def test_every_step_is_accessible_in_both_modes_and_fits_a_phone(wizard):
    page = wizard.page
    wrong = []

    def look(title: str) -> None:
        wizard.stands_at(title)
        for mode in ("light", "dark"):
            page.evaluate("mode => document.documentElement.dataset.mode = mode", mode)
            wrong.extend(f"{title}, {mode}: {each}" for each in wizard.violations())
        page.set_viewport_size({"width": 390, "height": 844})
        if wizard.is_wider_than_the_window:
            wrong.append(f"{title} is wider than a phone")
        page.set_viewport_size({"width": 1440, "height": 900})

    look("Configure key")
    wizard.press("Next")
    wizard.press("Next")
    look("Add labels")
    page.get_by_label("Alias", exact=True).fill("orders")
    wizard.press("Next")
    look("Define key administrative permissions")
    wizard.press("Next")
    page.get_by_role("button", name="Add another AWS account").click()
    wizard.press("Next")
    wizard.press("Previous")
    look("Define key usage permissions")
    wizard.press("Next")
    look("Edit key policy")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("button", name="Add new statement").click()
    expect(page.get_by_role("button", name="Add a condition")).to_be_visible()
    look("Edit key policy")
    wizard.press("Restore generated policy")
    wizard.press("Next")
    look("Review")
    assert not wrong, "\n".join(wrong)


def test_without_script_the_wizard_works(browser, service, signed_in, people):
    cookie = signed_in(people.ada).cookies["kms_session"]
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
    wizard = CreateKey(context.new_page(), service)
    page = wizard.page
    wizard.press("Next")
    page.get_by_label("Alias", exact=True).fill("plain")
    wizard.press("Add tag")
    expect(page.get_by_label("Alias", exact=True)).to_have_value("plain")
    page.get_by_label("Tag key").fill("Team")
    page.get_by_label("Tag key").press("Enter")
    wizard.stands_at("Define key administrative permissions")
    page.get_by_role("checkbox", name="Select Alice").check()
    page.get_by_role("searchbox", name="Search users and roles").fill("bob")
    page.get_by_role("searchbox", name="Search users and roles").press("Enter")
    expect(page.get_by_text("1 match", exact=True).first).to_be_visible()
    page.get_by_role("checkbox", name="Select Bob").check()
    for _step in range(3):
        wizard.press("Next")
    expect(page.get_by_role("table", name="Key administrators").get_by_role("row")).to_have_count(3)
    wizard.press("Finish")
    expect(page.get_by_role("link", name="plain")).to_be_visible()
    context.close()
