"""A browser that somebody is signed in with; controls are found by role and name."""

from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

AXE = (Path(__file__).resolve().parents[1] / "assets" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


class Console:
    """Somebody's browser at the console."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def choose(self, menu: str, item: str) -> None:
        self.page.get_by_role("button", name=menu, exact=True).first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go_on(self, name: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.press(name)

    def tick(self, name: str) -> None:
        self.page.get_by_role("checkbox", name=name).check()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_role("textbox", name=label).or_(self.page.get_by_role("spinbutton", name=label)).fill(text)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()
        expect(self.page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")

    def download(self, control: Locator) -> Download:
        with self.page.expect_download() as download:
            control.click()
        return download.value

    def sees(self, text: str) -> None:
        expect(self.page.locator("main, #flashbar").get_by_text(text).first).to_be_visible()

    def is_off(self, name: str, reason: str) -> None:
        """Check that a button does not work, and says why."""
        button = self.page.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_accessible_description(reason)

    def is_on(self, name: str) -> None:
        expect(self.page.get_by_role("button", name=name, exact=True)).not_to_have_attribute("aria-disabled", "true")

    def violations(self) -> list[str]:
        """Return what breaks a rule of accessibility on this page."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]

    @property
    def is_wider_than_the_window(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))
