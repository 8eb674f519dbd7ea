"""One browser in which anybody can be signed in, and what it finds wrong with a page."""
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver

from app.models import Account
from app.models.base import utc_now
from app.services import sign_ins
from tests.axe import findings
from tests.patience import eventually

WIDE, NARROW = 1280, 390
# The rules whose answer changes with the width and the colours of a page.
FOR_THE_EYES = ("color-contrast", "scrollable-region-focusable", "target-size", "link-in-text-block")
# What is the same for every page; `outside` names what sticks out of the window.
LOOK = """
const edge = document.documentElement.clientWidth;
const outside = [...document.querySelectorAll("body *")].filter(
  (each) => each.getBoundingClientRect().right > edge + 1);
return {
  title: document.title, headings: document.querySelectorAll("h1").length,
  icon: document.querySelector("link[rel=icon]")?.href ?? "", lang: document.documentElement.lang,
  overflow: document.documentElement.scrollWidth - edge,
  outside: outside.slice(0, 3).map((each) => each.outerHTML.slice(0, 100)),
};
"""
SEND = """
const [css, values] = arguments;
const form = document.querySelector(css);
form.noValidate = true;
for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
window.isLeft = true;
form.requestSubmit(form.querySelector("button:not([aria-hidden]), [type=submit]"));
"""


class Visitor:
    """Whoever is to look at pages."""

    def __init__(self, driver: WebDriver, app: Flask, url: str) -> None:
        self.driver, self.app, self.url = driver, app, url

    def becomes(self, account: Account | None, **session: Any) -> None:
        """Sign the account in without the form, or nobody; other things of the session by name."""
        # A page that is still open would renew its parts as somebody else.
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        if account is not None:
            session["_user_id"] = sign_ins.begin(account, now=utc_now(), address="127.0.0.1", agent="test")
        if session:
            signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
            assert signer
            self.driver.execute_cdp_cmd("Network.setCookie", {
                "name": "flowhq", "value": signer.dumps(session), "url": self.url, "httpOnly": True})

    def opens(self, path: str) -> None:
        """Go to the page, in a wide and light window."""
        self.driver.get_log("browser")
        self.sees_it(WIDE, "light")
        self.driver.get(self.url + path)

    def sends(self, values: dict[str, str], form: str = "main form") -> None:
        """Fill a form in and send it without the browser's own checks."""
        self.driver.execute_script(SEND, form, values)
        eventually(self._has_arrived, f"the answer to {form} of {self.driver.current_url}")

    def sees_it(self, width: int, scheme: str) -> None:
        """Look at the same page in another window."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme},
                         {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def status(self) -> int:
        """The status with which the page came."""
        return int(self.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus"))

    def looks(self) -> dict[str, Any]:
        """What a look at the page tells."""
        seen: dict[str, Any] = self.driver.execute_script(LOOK)
        return seen

    def finds(self, *, thoroughly: bool) -> Iterator[str]:
        """What is wrong with the open page, wide and light, then narrow and dark; thoroughly: the other way too."""
        seen = self.looks()
        if seen["headings"] != 1:
            yield f"{seen['headings']} level-one headings"
        if seen["title"].strip(" ·") in ("", "Flow HQ"):
            yield "no title"
        if not seen["icon"].endswith(".svg"):
            yield "no icon"
        yield from (f"wide and light: {each}" for each in findings(self.driver))
        self.sees_it(NARROW, "dark")
        if (narrow := self.looks())["overflow"] > 0:
            yield f"{narrow['overflow']} px too wide for a phone: {narrow['outside']}"
        yield from (f"narrow and dark: {each}" for each in findings(self.driver, *FOR_THE_EYES))
        for width, scheme in ((WIDE, "dark"), (NARROW, "light")) if thoroughly else ():
            self.sees_it(width, scheme)
            yield from (f"{width} px and {scheme}: {each}" for each in findings(self.driver, *FOR_THE_EYES))
        yield from self._complaints()

    def _complaints(self) -> Iterator[str]:
        """What the console says, beyond that an error's page came as one."""
        here = self.driver.current_url.partition("#")[0]
        for entry in self.driver.get_log("browser"):
            is_page_itself = entry["message"].startswith(here) and "Failed to load resource" in entry["message"]
            if entry["level"] == "SEVERE" and not is_page_itself:
                yield f"the console: {entry['message']}"

    def _has_arrived(self) -> bool:
        try:
            return bool(self.driver.execute_script("return !window.isLeft && document.readyState === 'complete'"))
        except WebDriverException:
            return False
