"""Somebody wonders what this service does not do, and finds it in the help."""

import pytest
from playwright.sync_api import Page, expect

from tests.stories.browser import AXE, RULES

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def bobs_page(page: Page, service: str, signed_in, people) -> Page:
    cookie = signed_in(people.bob).cookies["kms_session"]
    page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
    page.goto(f"{service}/kms/home")
    return page


def test_bob_reads_in_the_help_what_is_different(bobs_page):
    page = bobs_page
    page.get_by_role("button", name="Help panel").click()
    page.get_by_role("link", name="How this service differs from AWS").click()
    expect(page.get_by_role("heading", name="Conformance with AWS KMS")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="CreateCustomKeyStore"))
    row.get_by_role("link", name="Custom key stores").click()
    expect(page.get_by_role("tab", name="Differences from AWS")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="Custom key stores")).to_be_in_viewport()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_conformance_page_keeps_the_rules_of_accessibility(bobs_page, service, mode):
    page, faults = bobs_page, {}
    page.context.add_cookies([{"name": "kms_mode", "value": mode, "url": service}])
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for tab in ("operations", "differences", "tests"):
            page.goto(f"{service}/console/conformance?tab={tab}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (size, tab)
            page.evaluate(AXE)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
            if found:
                faults[size["width"], tab] = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    assert faults == {}
