"""Components in a browser: keyboard, focus, what the script enables, accessibility, narrow windows."""

import pytest
from playwright.sync_api import Page, expect

from tests.stories.browser import AXE, RULES

PAGES = ("/kms/gallery", "/kms/gallery/components")

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gallery(page: Page, service: str, signed_in, people, settings) -> Page:
    """A browser signed in as Alice, with the gallery at hand; messages of the browser are faults."""
    settings.ROOT_URLCONF = "tests.stories.gallery_urls"
    cookie = signed_in(people.alice).cookies["kms_session"]
    page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.open = lambda path: page.goto(service + path)
    page.choose_mode = lambda mode: page.context.add_cookies([{"name": "kms_mode", "value": mode, "url": service}])
    page.set_viewport_size({"width": 1440, "height": 900})
    page.open("/kms/gallery/components")
    yield page
    assert said == []


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def test_a_menu_is_worked_by_keyboard_and_gives_the_focus_back(gallery):
    opener = gallery.get_by_role("button", name="Key actions")
    opener.focus()
    gallery.keyboard.press("ArrowDown")
    expect(gallery.get_by_role("menuitem", name="Enable")).to_be_focused()
    gallery.keyboard.press("End")
    expect(gallery.get_by_role("menuitem", name="Documentation")).to_be_focused()
    gallery.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_a_dialog_takes_the_focus_asks_for_confirmation_and_gives_the_focus_back(gallery):
    gallery.get_by_role("button", name="Key actions").press("Enter")
    gallery.get_by_role("menuitem", name="Disable").click()
    dialog = gallery.get_by_role("dialog", name="Disable key")
    confirm = dialog.get_by_role("checkbox", name="I confirm that I want to disable this key.")
    expect(confirm).to_be_focused()
    expect(dialog.get_by_role("button", name="Disable key")).to_have_attribute("aria-disabled", "true")
    confirm.check()
    expect(dialog.get_by_role("button", name="Disable key")).not_to_have_attribute("aria-disabled", "true")
    gallery.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(gallery.get_by_role("button", name="Key actions")).to_be_focused()


def test_selecting_rows_counts_them_and_enables_what_needs_them(gallery):
    box = gallery.locator("#people-box")
    remove = box.get_by_role("button", name="Remove")
    expect(remove).to_have_attribute("aria-disabled", "true")
    box.get_by_role("checkbox", name="auditor").check()
    expect(box.get_by_role("heading", name="People (1/3)")).to_be_visible()
    assert box.get_by_role("checkbox", name="Select all").evaluate("box => box.indeterminate")
    expect(remove).not_to_have_attribute("aria-disabled", "true")
    box.get_by_role("checkbox", name="Select all").check()
    expect(box.get_by_role("heading", name="People (3/3)")).to_be_visible()


def test_tag_rows_are_added_up_to_the_limit_and_removed(gallery):
    add = gallery.get_by_role("button", name="Add tag")
    add.click()
    expect(gallery.get_by_label("Tag key").last).to_be_focused()
    add.click()
    expect(add).to_have_attribute("aria-disabled", "true")
    expect(gallery.get_by_text("You can add up to 0 more tags.")).to_be_visible()
    gallery.locator("[data-limit]").get_by_role("button", name="Remove").first.click()
    expect(gallery.get_by_text("You can add up to 1 more tag.")).to_be_visible()


def test_leaving_a_changed_form_asks_first(gallery):
    gallery.get_by_label("Days").fill("8")
    gallery.get_by_role("link", name="AWS managed keys").click()
    dialog = gallery.get_by_role("dialog", name="Leave page")
    dialog.get_by_role("button", name="Cancel").click()
    expect(gallery.get_by_label("Days")).to_have_value("8")
    gallery.get_by_label("Days").evaluate("field => field.form.removeAttribute('data-dirty')")


def test_a_property_and_its_value_are_chosen_by_keyboard(gallery):
    gallery.get_by_role("combobox", name="Filter by property").press_sequentially("Ty")
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_role("option", name="Type = Role")).to_be_visible()
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("Enter")
    gallery.wait_for_url("**filter=type%3DUser")


def test_an_info_link_opens_its_topic_and_the_close_button_leads_back(gallery):
    info = gallery.locator("#people-box").get_by_role("link", name="Info").first
    info.click()
    expect(gallery.get_by_role("heading", name="Key administrators")).to_be_visible()
    gallery.get_by_role("button", name="Close help panel").click()
    expect(info).to_be_focused()


def test_the_visual_mode_changes_at_once_and_stays(gallery):
    gallery.get_by_role("button", name="Settings").click()
    gallery.get_by_role("menuitemradio", name="Dark").click()
    assert gallery.evaluate("document.documentElement.dataset.mode") == "dark"
    gallery.open("/kms/gallery")
    assert gallery.evaluate("document.documentElement.dataset.mode") == "dark"


def test_the_policy_editor_finds_a_mistake_under_the_content_security_policy(gallery):
    editor = gallery.get_by_role("textbox", name="Policy")
    editor.click()
    gallery.keyboard.press("Control+End")
    gallery.keyboard.type(",")
    expect(gallery.locator(".cm-lint-marker-error")).to_have_count(1)
    assert gallery.locator("textarea[name=policy]").evaluate("area => area.value").endswith("},")
    gallery.evaluate("document.querySelectorAll('[data-dirty]').forEach(form => form.removeAttribute('data-dirty'))")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_component_breaks_a_rule_of_accessibility(gallery, path, mode, width):
    gallery.choose_mode(mode)
    gallery.set_viewport_size({"width": width, "height": 844})
    gallery.open(path)
    assert gallery.evaluate("document.documentElement.dataset.mode") == mode
    assert violations(gallery) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_window_needs_no_sideways_scrolling(gallery, path):
    gallery.set_viewport_size({"width": 320, "height": 700})
    gallery.open(path)
    assert gallery.evaluate("document.documentElement.scrollWidth") == 320
