"""An auditor in a browser: finds a use of a key that the history hides at first."""

import pytest
from playwright.sync_api import Page, expect

from tests.builders import make_key, run_as, split_policy

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def console(page: Page, service: str, signed_in, people) -> Page:
    """A browser signed in as Carol, who audits; what the browser complains about is a fault."""
    key = make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))
    run_as(people.bob, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"salary"})
    cookie = signed_in(people.carol).cookies["kms_session"]
    page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(service)
    yield page
    assert said == []


def test_carol_finds_who_encrypted_though_reads_are_hidden_at_first(console):
    console.keyboard.press("Alt+s")
    console.keyboard.type("audit")
    console.get_by_role("link", name="Event history").first.click()
    expect(console.get_by_role("link", name="CreateKey", exact=True)).to_be_visible()
    expect(console.get_by_role("link", name="Encrypt", exact=True)).to_be_hidden()
    console.get_by_label("Lookup attributes").get_by_label("Lookup attributes").select_option("Event name")
    value = console.get_by_placeholder("Enter a value")
    value.fill("Encrypt")
    value.press("Enter")
    console.get_by_role("link", name="Encrypt", exact=True).click()
    expect(console.get_by_role("heading", name="Encrypt", level=1)).to_be_visible()
    details = console.get_by_role("region", name="Details")
    expect(details).to_contain_text("Bob")
    expect(console.get_by_role("region", name="JSON")).not_to_contain_text("salary")


def test_carol_compares_two_events(console):
    console.goto(f"{console.url}cloudtrail/events")
    compare = console.get_by_role("button", name="Compare event details")
    expect(compare).to_have_attribute("aria-disabled", "true")
    console.get_by_role("checkbox", name="Select event CreateKey").check()
    console.get_by_role("checkbox", name="Select event CreateAlias").check()
    compare.click()
    table = console.get_by_role("table", name="Compare event details")
    expect(table.get_by_role("link")).to_have_count(2)
