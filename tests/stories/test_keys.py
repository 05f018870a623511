"""The key pages in a browser, told as people's errands."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders import make_key, run_as, split_policy

AXE = (Path(__file__).resolve().parents[1] / "assets" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


class Console:
    """A browser that somebody is signed in with; controls are found by role and name."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def choose(self, menu: str, item: str) -> None:
        self.page.get_by_role("button", name=menu).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def tick(self, name: str) -> None:
        self.page.get_by_role("checkbox", name=name).check()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_role("textbox", name=label).or_(self.page.get_by_role("spinbutton", name=label)).fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main, #flashbar").get_by_text(text).first).to_be_visible()


@pytest.fixture
def console(page, service, signed_in):
    """Sign somebody in: ``console(people.alice)``."""

    def sign_in(person) -> Console:
        cookie = signed_in(person).cookies["kms_session"]
        page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
        return Console(page, service)

    return sign_in


@pytest.fixture
def key_id(people):
    return make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))["KeyId"]


def test_alice_schedules_deletion_and_changes_her_mind(people, console, key_id):
    browser = console(people.alice)
    browser.open(f"/kms/keys/{key_id}")
    browser.choose("Key actions", "Schedule key deletion")
    browser.fill("Waiting period (in days)", "7")
    browser.tick("I confirm that this key becomes unusable at once and is deleted after a 7-day waiting period.")
    browser.press("Schedule deletion")
    browser.sees("Pending deletion")
    browser.choose("Key actions", "Cancel key deletion")
    browser.sees("Disabled")
    browser.choose("Key actions", "Enable")
    browser.sees("1 key enabled.")


def test_bob_encrypts_a_text_and_gets_it_back(people, console, key_id):
    browser = console(people.bob)
    browser.open(f"/kms/keys/{key_id}/encrypt")
    browser.fill("Text", "a small secret")
    browser.press("Add pair")
    browser.fill("Name", "Department")
    browser.fill("Value", "Sales")
    browser.press("Encrypt")
    browser.sees("--encryption-context Department=Sales")
    ciphertext = browser.page.locator("#result .code-view__line").inner_text()
    browser.page.get_by_role("tab", name="Decrypt").click()
    browser.fill("Base64 text", ciphertext)
    browser.press("Add pair")
    browser.fill("Name", "Department")
    browser.fill("Value", "Sales")
    browser.press("Decrypt")
    browser.sees("a small secret")


def test_alice_who_administers_the_key_reads_why_she_may_not_use_it(people, console, key_id):
    browser = console(people.alice)
    browser.open(f"/kms/keys/{key_id}/encrypt")
    browser.sees("This call would be refused")
    browser.sees("Somebody who may change the key policy can add a statement that allows kms:Encrypt")


def test_a_choice_of_keys_outlives_a_filter(people, console, key_id):
    other = make_key(people.ada, alias="invoices")["KeyId"]
    browser = console(people.ada)
    browser.open("/kms/keys")
    browser.tick("Select key payroll")
    field = browser.page.get_by_role("combobox", name="Filter keys by property or tag")
    field.fill("invoices")
    field.press("Enter")
    browser.sees("1 match")
    assert browser.page.locator("#keys").count() == 1
    browser.tick("Select key invoices")
    browser.choose("Key actions", "Disable")
    browser.press("Cancel")
    browser.press("Preferences")
    expect(browser.page.get_by_role("dialog", name="Preferences")).to_be_visible()
    browser.page.keyboard.press("Escape")
    browser.choose("Key actions", "Disable")
    browser.page.get_by_role("checkbox", name="I confirm that I want to disable these keys.").check()
    browser.press("Disable key")
    browser.sees("2 keys disabled.")
    for each in (key_id, other):
        assert run_as(people.ada, "DescribeKey", {"KeyId": each})["KeyMetadata"]["KeyState"] == "Disabled"


def test_a_tab_and_a_dialog_come_without_a_new_page(people, console, key_id):
    browser = console(people.ada)
    browser.open(f"/kms/keys/{key_id}")
    browser.page.evaluate("window.samePage = true")
    browser.page.get_by_role("tab", name="Aliases").click()
    expect(browser.page).to_have_url(f"{browser.address}/kms/keys/{key_id}?region=us-east-1&tab=aliases")
    assert browser.page.locator("#tab-region").count() == 1
    browser.press("Create alias")
    dialog = browser.page.get_by_role("dialog", name="Create alias")
    expect(dialog.get_by_role("textbox", name="Alias")).to_be_focused()
    assert browser.page.evaluate("window.samePage")
    dialog.get_by_role("textbox", name="Alias").fill("wages")
    dialog.get_by_role("button", name="Create alias").click()
    browser.sees("The alias wages was created.")


def test_no_page_of_a_key_breaks_a_rule_of_accessibility(people, console, key_id):
    browser = console(people.ada)
    at = f"/kms/keys/{key_id}"
    tabs = [f"{at}?tab={tab}" for tab in ("policy", "cryptographic-configuration", "tags", "rotations", "aliases")]
    forms = [f"{at}/{form}" for form in ("encrypt", "decrypt", "tags", "rotation", "rotate", "description", "policy")]
    more = [f"{at}/policy/users/add", f"{at}/policy/accounts", f"/kms/keys/schedule-deletion?ids={key_id}"]
    faults = {}
    for path in ("/kms/home", "/kms/keys", "/kms/defaultKeys", *tabs, *forms, *more):
        browser.open(path)
        browser.page.evaluate(AXE)
        # The editor's text has the focus, and its caret scrolls what is around it.
        run = "rules => axe.run({exclude: ['.cm-scroller']}, {runOnly: rules})"
        found = browser.page.evaluate(run, RULES)["violations"]
        if found:
            faults[path] = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    assert faults == {}
