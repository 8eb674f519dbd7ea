"""What a worker that cannot run tells systemd, as a process with a socket in systemd's place."""
import os
import socket
import subprocess
import sys

import pytest

from app.services.tenants import create_tenant

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(settings, database, tmp_path):
    """Runs a worker until it ends; gives its exit code and what it told systemd."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)

        def run(slug, **environ):
            told = []
            done = subprocess.run(
                [sys.executable, "-m", "worker", "--tenant", slug], capture_output=True, text=True, timeout=120,
                check=False, env=settings.child_environ() | {"NOTIFY_SOCKET": str(tmp_path / "notify")} | environ)
            while True:
                try:
                    told.append(ear.recv(4096).decode())
                except BlockingIOError:
                    return done.returncode, told
        yield run


def test_a_refusal_is_the_last_status(run):
    code, told = run("nobody")
    assert code == os.EX_CONFIG
    assert told == ["STATUS=there is no tenant 'nobody': `flowhq tenant list` shows those there are"]


@pytest.mark.slow
def test_a_worker_that_has_just_failed_waits_and_says_so(run, tmp_path):
    environ = {"RUNTIME_DIRECTORY": str(tmp_path)}
    run("nobody", **environ)
    _, told = run("nobody", **environ)
    assert told[:2] == ["STATUS=starts in 2 s, after this many failures in a row: 1", "STATUS="]


def test_a_worker_that_breaks_does_not_leave_behind_what_it_was_doing(run, settings, tmp_path):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    (tmp_path / "wa.js").mkdir()
    code, told = run("acme", FLOWHQ_WA_JS=str(tmp_path / "wa.js"), FLOWHQ_BROWSER="/bin/true",
                     FLOWHQ_CHROMEDRIVER="/bin/true")
    assert code not in (0, None)
    assert told[-1].startswith("STATUS=")
    assert "connected" not in told[-1]
    assert not any("READY=1" in each for each in told)
