"""The demonstration, and a person's browser: Chromium proper, with a window of a given width."""
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from app.settings import Settings
from tests.demonstration import Demo

CHROMIUM, CHROMEDRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
# No look-ups of Google's hosts, and root, as which tests may run, has no sandbox.
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run", "--force-prefers-reduced-motion", "--disable-dev-shm-usage",
         "--disable-quic")


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Callable[..., WebDriver]]:
    """Opens a browser of a person whose window is `width` pixels wide."""
    opened: list[WebDriver] = []

    def make(width: int = 1280) -> WebDriver:
        options = Options()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, f"--window-size={width},900", f"--user-data-dir={tmp_path}/person{len(opened)}"):
            options.add_argument(flag)
        driver = WebDriver(options=options, service=Service(CHROMEDRIVER))
        opened.append(driver)
        return driver

    yield make
    for driver in opened:
        driver.quit()


@pytest.fixture
def run_demo(settings: Settings) -> Iterator[Callable[[], Demo]]:
    """Runs the demonstration; every one is ended with the test."""
    demos: list[Demo] = []

    def run() -> Demo:
        demos.append(Demo(settings))
        return demos[-1]

    yield run
    for demo in demos:
        if demo.process.poll() is None:
            demo.end()
    assert demos[-1].left() == []
