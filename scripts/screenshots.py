"""Make the pictures of the documentation: start the demo on a throw-away data folder, sign in, look, write PNG files.

python scripts/screenshots.py            # all pictures, into docs/images
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HOUSE = Path(__file__).resolve().parents[1]
IMAGES = HOUSE / "docs" / "images"
ACCOUNT = "111122223333"
REGION = "ap-northeast-2"
CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def demo(password: str) -> Iterator[str]:
    """Serve the demo; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="kms-screenshots-") as folder:
        environment = {
            **os.environ,
            "KMS_DATA_DIR": folder,
            "KMS_DEMO_PASSWORD": password,
            "KMS_DEFAULT_REGION": REGION,
        }
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/signin")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, seconds: float = 120) -> None:
    """Return when the address answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/signin")
    page.get_by_label("IAM user", exact=True).check()
    page.get_by_label("Account ID (12 digits) or account alias").fill(ACCOUNT)
    page.get_by_label("IAM user name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        sys.exit("chromium is missing; run: make setup-dev")
    IMAGES.mkdir(parents=True, exist_ok=True)
    password = f"{secrets.token_urlsafe(12)}-9"
    arguments = CHROMIUM_ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with demo(password) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        sign_in(page, address, "administrator", password)
        page.goto(f"{address}/kms/keys")
        shoot(page, "keys-list")
        page.get_by_role("link", name="Create key").click()
        shoot(page, "create-key")
        page.goto(f"{address}/kms/keys")
        page.get_by_role("link", name="app-config", exact=True).click()
        page.wait_for_load_state("networkidle")
        key_page = page.url.partition("?")[0]
        shoot(page, "key-policy")
        page.goto(f"{address}/cloudtrail/events")
        shoot(page, "event-history")
        other = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        sign_in(other, address, "keyAdminOnly", password)
        other.goto(f"{key_page}/encrypt")
        shoot(other, "refusal-explained")
        browser.close()


if __name__ == "__main__":
    main()
