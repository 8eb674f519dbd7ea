"""A sandbox server in a process of its own, and real browsers with the real wa-js on its page."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from app.settings import PACKAGE_ROOT, Settings

CONFIG = ("window.WPPConfig = {disableGoogleAnalytics: true, linkPreviewApiServers: [], deviceName: false,"
          " poweredBy: '-', syncAllStatus: false};\n")
RECORDER = """
window.seen = []; window.events = [];
WPP.on('chat.new_message', (m) => seen.push({id: String(m.id), type: m.type, body: m.body, from: String(m.from),
  to: String(m.to), author: m.author && String(m.author), fromMe: m.id.fromMe, caption: m.caption, ack: m.ack}));
WPP.on('chat.msg_ack_change', (e) => events.push(['ack', e.ack, e.ids.map(String)]));
for (const name of ['conn.auth_code_change', 'conn.authenticated', 'conn.logout', 'conn.logout_reason',
                    'conn.qrcode_idle', 'conn.stream_mode_changed', 'conn.require_auth'])
  WPP.on(name, (value) => events.push([name, value && value.fullCode || String(value)]));
"""
DEADLINE_S = 60.0
T = TypeVar("T")


def look_until(look: Callable[[], T]) -> T:
    """The first truthy answer; fails with the last answer after a generous time."""
    deadline = time.monotonic() + DEADLINE_S
    while not (answer := look()):
        assert time.monotonic() < deadline, f"still {answer!r} after {DEADLINE_S:.0f} s"
        time.sleep(0.02)
    return answer


class Events:
    """A phone's stream of events, read one at a time."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.last_id: str | None = None

    def next(self, name: str) -> Any:
        """The data of the next event of this name; earlier ones of other names are skipped."""
        event, data = "", ""
        while True:
            line = self._response.readline().decode()
            assert line, "the stream has ended"
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "id":
                self.last_id = value
            event = value if field == "event" else event
            data = value if field == "data" else data
            if not line.strip() and event == name:
                return json.loads(data)
            if not line.strip():
                event = ""


class Sandbox:
    """The server as a process, and its API as a client sees it."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state, self.options = state, options
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "worker.sandbox", "--port", str(self.port), "--state-dir", str(self.state),
             *self.options], cwd=PACKAGE_ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline()
        self.port = int(re.findall(r":(\d+)/", said)[0])

    def end(self, how: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(how)
        code = self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, raw, headers or {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = (response.getheader("Content-Type") or "").startswith("application/json")
        return response.status, json.loads(text) if is_json else text.decode()

    def get(self, path: str) -> Any:
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path: str, body: Any = None) -> Any:
        status, answer = self.call("POST", path, body)
        assert status < 300, answer
        return answer

    @contextmanager
    def listening(self, number: str, last_id: str | None = None) -> Iterator[Events]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        connection.request("GET", f"/api/phones/{number}/stream", headers={"Last-Event-ID": last_id} if last_id else {})
        response = connection.getresponse()
        assert response.status == 200
        while response.readline().strip() != b": here":
            pass
        try:
            yield Events(response)
        finally:
            connection.close()

    def phone(self, number: str, name: str = "Asha", **more: Any) -> str:
        self.post("/api/phones", {"number": number, "name": name, **more})
        return number

    def write(self, sender: str, to: str, text: str = "", **more: Any) -> str:
        return str(self.post(f"/api/phones/{sender}/messages", {"to": to, "text": text, **more})["id"])

    def messages(self, number: str, peer: str | None = None) -> list[dict[str, Any]]:
        query = "" if peer is None else f"?with={quote(peer)}"
        return list(self.get(f"/api/phones/{number}/messages{query}"))


class Page:
    """A browser with a profile of its own on the sandbox's page, wa-js injected as a worker does it."""

    def __init__(self, sandbox: Sandbox, profile: Path, binary: Path) -> None:
        options = Options()
        options.binary_location = str(binary)
        for flag in ("--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--window-size=1280,900",
                     "--enable-features=NetworkServiceInProcess2", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        self._service = Service(str(Settings().chromedriver), env={**os.environ, "TMPDIR": str(profile.parent)},
                                popen_kw={"start_new_session": True})
        self.driver = webdriver.Chrome(options=options, service=self._service)
        script = CONFIG + Settings().wa_js.read_text(encoding="utf-8") + RECORDER
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        self.driver.get(sandbox.url + "/")

    def run(self, script: str, *args: Any) -> Any:
        return self.driver.execute_script(script, *args)

    def ask(self, expression: str, *args: Any) -> Any:
        """The value of an expression that may be a promise; {error, code} where it is refused."""
        return self.driver.execute_async_script(
            "const [done, args] = [arguments[arguments.length - 1], [...arguments].slice(0, -1)];"
            f"(async () => ({expression}))().then(done, (e) => done({{error: String(e), code: e.code}}));", *args)

    def kill(self) -> None:
        """End the browser as a crash does."""
        if self._service.process and self._service.process.poll() is None:
            os.killpg(self._service.process.pid, signal.SIGKILL)
            self._service.process.wait(20)

    def is_ready(self) -> bool:
        return bool(self.run("return WPP.isFullReady && WPP.conn.isAuthenticated()"
                             " && WPP.conn.getStreamData().mode === 'MAIN'"))

    def code(self) -> str:
        return str(look_until(lambda: self.run(
            "return WPP.isFullReady && document.querySelector('[data-ref]:not(:has(button))')?.dataset.ref")))

    def seen(self) -> list[dict[str, Any]]:
        return list(self.run("return seen"))

    def link(self, sandbox: Sandbox, number: str) -> None:
        sandbox.post(f"/api/phones/{number}/scan", {"qr": self.code()})
        look_until(self.is_ready)


@pytest.fixture
def eventually() -> Callable[[Callable[[], T]], T]:
    return look_until


@contextmanager
def sandboxes(directory: Path) -> Iterator[Callable[..., Sandbox]]:
    made: list[Sandbox] = []

    def make(*options: str) -> Sandbox:
        sandbox = Sandbox(directory / f"state{len(made)}", *options)
        made.append(sandbox)
        sandbox.start()
        return sandbox

    try:
        yield make
    finally:
        for sandbox in made:
            if sandbox.process and sandbox.process.poll() is None:
                sandbox.end(signal.SIGKILL)


@contextmanager
def pages(directory: Path, binary: Path) -> Iterator[Callable[..., Page]]:
    opened: list[Page] = []

    def make(sandbox: Sandbox, profile: str = "profile") -> Page:
        page = Page(sandbox, directory / profile, binary)
        opened.append(page)
        return page

    try:
        yield make
    finally:
        for page in opened:
            page.kill()


@pytest.fixture
def new_sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    with sandboxes(tmp_path) as make:
        yield make


@pytest.fixture
def sandbox(new_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return new_sandbox()


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One server for a whole module."""
    with sandboxes(tmp_path_factory.mktemp("shared")) as make:
        yield make()


@pytest.fixture(scope="session")
def browser_binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The headless shell needs a page to start with, which chromedriver's options cannot give it."""
    wrapper = tmp_path_factory.mktemp("browser") / "headless"
    wrapper.write_text(f'#!/bin/sh\nexec {Settings().browser} "$@" about:blank\n')
    wrapper.chmod(0o755)
    return wrapper


@pytest.fixture
def open_page(tmp_path: Path, browser_binary: Path) -> Iterator[Callable[..., Page]]:
    with pages(tmp_path, browser_binary) as make:
        yield make


@pytest.fixture(scope="module")
def open_shared_page(tmp_path_factory: pytest.TempPathFactory, browser_binary: Path) -> Iterator[Callable[..., Page]]:
    """Pages that stay open for a whole module."""
    with pages(tmp_path_factory.mktemp("profiles"), browser_binary) as make:
        yield make
