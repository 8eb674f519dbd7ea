"""The web pages on a socket that somebody else holds, as systemd does: systemd-socket-activate stands in for it."""
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.settings import Settings
from tests.patience import eventually

ACTIVATE = shutil.which("systemd-socket-activate")
pytestmark = [pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
              pytest.mark.skipif(not ACTIVATE, reason="there is no systemd-socket-activate: apt-get install systemd")]


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=90)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def status_of(path: Path) -> int:
    with contextlib.closing(Connection(path)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status


@pytest.fixture
def web(settings: Settings, database: object, tmp_path: Path) -> Iterator[tuple[Path, psutil.Process]]:  # noqa: ARG001
    path = tmp_path / "web.sock"
    environ = settings.child_environ() | {"FLOWHQ_PRODUCTION": "yes", "FLOWHQ_SECRET_KEY": "0123456789abcdef" * 4,
                                          "FLOWHQ_BASE_URL": "https://bots.example.org"}
    passed = [f"--setenv={name}" for name in environ]
    process = subprocess.Popen([str(ACTIVATE), f"--listen={path}", *passed, sys.executable, "-m", "app.cli", "web",
                                "--from-systemd"], env=environ, stderr=subprocess.DEVNULL)
    try:
        eventually(path.exists, "the socket is there")
        yield path, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def test_the_pages_are_served_on_the_socket_that_is_handed_over(web):
    path, process = web
    assert status_of(path) == 200
    assert len(process.children()) == 2


@pytest.mark.slow
def test_a_reload_drops_no_request(web):
    path, process = web
    statuses, enough = [status_of(path)], threading.Event()

    def ask() -> None:
        while not enough.is_set():
            statuses.append(status_of(path))

    before = {child.pid for child in process.children()}
    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    os.kill(process.pid, signal.SIGHUP)
    eventually(lambda: not before & {child.pid for child in process.children()} and len(process.children()) == 2,
               "other processes serve")
    enough.set()
    for asker in askers:
        asker.join(90)
    assert set(statuses) == {200}
