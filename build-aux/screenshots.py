"""Take pictures of every page for docs/screenshots: run the demonstration, sign in, look at 1280 and 390 pixels.

Run by `make screenshots`, in the top directory with PYTHONPATH=. and the development packages.
"""
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from app.settings import Settings
from tests.demonstration import Demo
from tests.patience import eventually
from tests.ports import PortLease

WIDTHS = (1280, 390)
DESTINATION = Path("docs/screenshots")
# The last has no business yet: whoever signs up first sees how one is set up.
OWNER, BOOKER, SUPPORTER = (f"demo-{name}@example.com" for name in ("shop", "booking", "support"))
ADMIN, NEWCOMER = "admin@example.com", "neema@example.com"
# Who looks at what, and the picture's name; {chat} is the owner's first chat.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("", "/", "welcome"), ("", "/sign-in", "sign-in"), ("", "/sign-up", "sign-up"), ("", "/forgotten", "forgotten"),
    (ADMIN, "/admin/", "admin-fleet"), (ADMIN, "/admin/tenants/demo-shop", "admin-tenant"),
    (ADMIN, "/admin/tenants/demo-shop/messages", "admin-messages"), (ADMIN, "/admin/tenants/new", "admin-new-tenant"),
    (ADMIN, "/admin/tenants/demo-shop/configuration", "admin-configuration"),
    (ADMIN, "/admin/tenants/demo-shop/log", "admin-worker-log"), (ADMIN, "/admin/requests", "admin-requests"),
    (ADMIN, "/admin/audit", "admin-audit"), (ADMIN, "/account", "account"),
    (ADMIN, "/admin/tenants/demo-shop/chats", "admin-chats"), (ADMIN, "/admin/tenants/demo-shop/edit", "admin-edit"),
    (ADMIN, "/admin/notifications", "admin-notifications"), (ADMIN, "/account/second-factor", "second-factor"),
    (OWNER, "/portal/", "portal-status"), (OWNER, "/portal/whatsapp", "portal-whatsapp"),
    (OWNER, "/portal/chats", "portal-chats"), (OWNER, "/portal/chats/{chat}", "portal-chat"),
    (BOOKER, "/portal/bookings", "portal-bookings"), (SUPPORTER, "/portal/tickets", "portal-tickets"),
    (SUPPORTER, "/portal/content/problems", "portal-problems"),
    (OWNER, "/portal/content/conversations", "portal-conversations"),
    (OWNER, "/portal/orders", "portal-orders"), (OWNER, "/portal/content/stock", "portal-stock"),
    (OWNER, "/portal/content", "portal-content"), (OWNER, "/portal/content/products", "portal-products"),
    (OWNER, "/portal/content/hours", "portal-hours"), (OWNER, "/portal/preview", "portal-preview"),
    (OWNER, "/portal/content/texts", "portal-texts"), (OWNER, "/portal/content/versions", "portal-versions"),
    (OWNER, "/portal/people", "portal-people"), (OWNER, "/portal/data", "portal-data"),
    (OWNER, "/portal/notifications", "portal-notifications"),
    (NEWCOMER, "/portal/onboarding/business", "onboarding-business"),
    (NEWCOMER, "/portal/onboarding/template", "onboarding-template"),
    (NEWCOMER, "/portal/onboarding/number", "onboarding-number"),
    (NEWCOMER, "/portal/onboarding/hours", "onboarding-hours"),
    (NEWCOMER, "/portal/onboarding/content", "onboarding-content"),
)


def main() -> int:
    """Take all pictures; returns the exit code."""
    DESTINATION.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, PortLease() as web, PortLease() as sandbox:
        settings = replace(Settings(), state_dir=Path(directory) / "state", web_port=web, sandbox_port=sandbox)
        settings.state_dir.mkdir()
        demo = Demo(settings)
        try:
            demo.await_up()
            demo.await_everything()
            passwords = json.loads((settings.state_dir / "sign_ins.json").read_text())
            passwords[NEWCOMER] = secrets.token_urlsafe()
            sign_up(settings.web_url, NEWCOMER, passwords[NEWCOMER])
            for width in WIDTHS:
                take(settings, width, passwords)
        finally:
            demo.end()
    return 0


def take(settings: Settings, width: int, passwords: dict[str, str]) -> None:
    """All pages at one width."""
    for person in dict.fromkeys(person for person, _, _ in PAGES):
        driver = open_browser(width)
        names = sign_in(driver, settings.web_url, person, passwords[person]) if person else {}
        for path, name in paths_of(person):
            driver.get(settings.web_url + path.format(**names))
            picture(driver, width, DESTINATION / f"{name}-{width}.png")
        driver.quit()


def paths_of(person: str) -> Iterator[tuple[str, str]]:
    """The paths and picture names of one person's pages."""
    return ((path, name) for who, path, name in PAGES if who == person)


def sign_up(url: str, email: str, password: str) -> None:
    """Make the account of somebody new."""
    driver = open_browser(WIDTHS[0])
    driver.get(url + "/sign-up")
    for name, text in (("name", "Neema"), ("email", email), ("password", password)):
        driver.find_element(By.NAME, name).send_keys(text)
    send(driver)
    driver.quit()


def send(driver: WebDriver) -> None:
    """Send the page's form, and wait for the page that it leads to."""
    address = driver.current_url
    driver.find_element(By.CSS_SELECTOR, "main form [type=submit]").click()
    eventually(lambda: driver.current_url != address, f"{address} leads on")


def sign_in(driver: WebDriver, url: str, email: str, password: str) -> dict[str, str]:
    """Sign in, and find out what the paths' names stand for."""
    driver.get(url + "/sign-in")
    driver.find_element(By.NAME, "email").send_keys(email)
    driver.find_element(By.NAME, "password").send_keys(password)
    send(driver)
    driver.get(url + "/portal/chats")
    links = driver.find_elements(By.CSS_SELECTOR, "main a[href*='/portal/chats/']")
    return {"chat": links[0].get_attribute("href").rsplit("/", 1)[1]} if links else {}  # type: ignore[union-attr]


def picture(driver: WebDriver, width: int, path: Path) -> None:
    """The whole page, down to four screens."""
    height: Any = driver.execute_script("return document.documentElement.scrollHeight")
    metrics = {"width": width, "height": min(int(height), 3600), "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.save_screenshot(str(path))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | {"height": 900})


def open_browser(width: int) -> WebDriver:
    """A browser of the width."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                 "--hide-scrollbars", f"--window-size={width},900"):
        options.add_argument(flag)
    driver = WebDriver(options=options, service=Service("/usr/bin/chromedriver"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    return driver


if __name__ == "__main__":
    sys.exit(main())
