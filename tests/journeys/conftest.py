"""The demonstration or the pages alone, and a person's browser: Chromium proper, with a window of a given width."""
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Undefined
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from werkzeug.serving import WSGIRequestHandler, make_server

from app.db import db, open_database
from app.settings import Settings
from app.web import create_app
from tests.demonstration import Demo
from tests.journeys.visitor import Visitor
from tests.journeys.world import World, populate
from tests.ports import PortLease
from tests.processes import FakeProcesses

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
        opened.append(start_browser(tmp_path / f"person{len(opened)}", width))
        return opened[-1]

    yield make
    for driver in opened:
        driver.quit()


def start_browser(profile: Path, width: int) -> WebDriver:
    """A browser with this profile and a window of `width` pixels."""
    options = Options()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--window-size={width},900", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return WebDriver(options=options, service=Service(CHROMEDRIVER))


class QuietHandler(WSGIRequestHandler):
    """Says nothing of the requests that it serves."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Nothing."""


class Blank(Undefined):
    """What a template prints of nothing: an error, where it would be a blank in a sentence."""

    def __str__(self) -> str:
        """Raises UndefinedError for a part of None; a word that is left out may stay so, as in Bootstrap's macros."""
        if self._undefined_obj is None:
            self._fail_with_undefined_error()
        return super().__str__()


@dataclass(frozen=True)
class Site:
    """The pages, served from here, and what they show; without workers."""

    app: Flask
    url: str
    world: World


@pytest.fixture(scope="module")
def site(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web application, served to browsers, with people and businesses in its database."""
    directory = tmp_path_factory.mktemp("site")
    shutil.copyfile(empty_sqlite, directory / "flowhq.db")
    database = open_database(f"sqlite:///{directory}/flowhq.db")
    processes = FakeProcesses()
    with PortLease() as port:
        app = create_app(Settings(state_dir=directory, web_port=port))
        app.extensions["flowhq_processes"] = processes
        app.jinja_env.undefined = Blank
        world = populate(processes)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Site(app, f"http://127.0.0.1:{port}", world)
        server.shutdown()
        thread.join()
        server.server_close()
    database.close()
    db.initialize(None)


@pytest.fixture(scope="module")
def visitor(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A browser on the site's pages."""
    driver = start_browser(tmp_path_factory.mktemp("visitor"), 1280)
    yield Visitor(driver, site.app, site.url)
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
