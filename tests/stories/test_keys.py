"""The key pages in a browser, told as people's errands."""

import pytest
from playwright.sync_api import expect

from tests.builders import make_key, run_as, split_policy

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


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
        if found := browser.violations():
            faults[path] = found
    assert faults == {}
