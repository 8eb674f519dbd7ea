import os
import socket

import pytest

from worker.watchdog import BEAT_EVERY_S, Watchdog


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(5)
        yield ear


def test_systemd_hears_ready_alive_and_stopping(systemd):
    watchdog = Watchdog(systemd.getsockname())
    watchdog.ready("qr ready")
    watchdog.alive("connected as +255700000002", clock=100.0)
    watchdog.stopping()
    heard = [systemd.recv(1024).decode() for _ in range(3)]
    assert heard[0] == f"READY=1\nMAINPID={os.getpid()}\nSTATUS=qr ready"
    assert heard[1] == "WATCHDOG=1\nSTATUS=connected as +255700000002"
    assert heard[2].startswith("STOPPING=1")


def test_an_abstract_address_is_understood():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0flowhq-watchdog-{os.getpid()}")
        ear.settimeout(5)
        Watchdog(f"@flowhq-watchdog-{os.getpid()}").alive("ok", clock=100.0)
        assert ear.recv(1024) == b"WATCHDOG=1\nSTATUS=ok"


def test_without_systemd_or_with_a_deaf_one_nothing_happens(tmp_path):
    Watchdog("").ready("x")
    Watchdog(str(tmp_path / "nobody")).ready("x")
    assert not list(tmp_path.iterdir())


def test_systemd_is_not_bothered_again_before_there_is_news_or_it_is_time(systemd):
    watchdog = Watchdog(systemd.getsockname())
    for clock, status in ((100.0, "qr ready"), (101.0, "qr ready"), (102.0, "connected"), (103.0, "connected"),
                          (102.0 + BEAT_EVERY_S, "connected")):
        watchdog.alive(status, clock)
    watchdog.stopping()
    heard = [systemd.recv(1024).decode() for _ in range(4)]
    assert heard[:3] == ["WATCHDOG=1\nSTATUS=qr ready", "WATCHDOG=1\nSTATUS=connected", "WATCHDOG=1\nSTATUS=connected"]
    assert heard[3].startswith("STOPPING=1")
