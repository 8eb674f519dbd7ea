import os
import socket

import pytest

from worker.watchdog import Watchdog


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(5)
        yield ear


def test_systemd_hears_ready_alive_and_stopping(systemd):
    watchdog = Watchdog(systemd.getsockname())
    watchdog.ready("qr ready")
    watchdog.alive("connected as +255700000002")
    watchdog.stopping()
    heard = [systemd.recv(1024).decode() for _ in range(3)]
    assert heard[0] == f"READY=1\nMAINPID={os.getpid()}\nSTATUS=qr ready"
    assert heard[1] == "WATCHDOG=1\nSTATUS=connected as +255700000002"
    assert heard[2].startswith("STOPPING=1")


def test_an_abstract_address_is_understood():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0flowhq-watchdog-{os.getpid()}")
        ear.settimeout(5)
        Watchdog(f"@flowhq-watchdog-{os.getpid()}").alive("ok")
        assert ear.recv(1024) == b"WATCHDOG=1\nSTATUS=ok"


def test_without_systemd_or_with_a_deaf_one_nothing_happens(tmp_path):
    Watchdog("").ready("x")
    Watchdog(str(tmp_path / "nobody")).ready("x")
    assert not list(tmp_path.iterdir())
