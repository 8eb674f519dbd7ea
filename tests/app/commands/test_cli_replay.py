import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models import SessionState, WhatsAppSession, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.services.tenants import tenant_row

ACME = ("tenant", "create", "acme", "--name", "Acme", "--template", "BOOKING")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "hi"}\n')
    return path


@pytest.fixture
def connected(flowhq, database: object) -> Iterator[None]:
    """The tenant acme, connected by a process that passes for its worker."""
    flowhq(*ACME)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "worker", "acme"])
    values = {"status": WorkerStatus.RUNNING, "pid": process.pid, "host": socket.gethostname()}
    WorkerProcess.update(values).execute()
    WhatsAppSession.update(state=SessionState.CONNECTED, phone="+255700000002", proved_at=utc_now()).execute()
    yield
    process.kill()
    process.wait()


@pytest.mark.usefixtures("database")
def test_a_tenant_that_is_not_connected_is_refused_with_its_state(flowhq, lines: Path):
    flowhq(*ACME)
    result = flowhq("sandbox", "replay", lines, "--tenant", "acme")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "acme is not connected (session DISCONNECTED, worker STOPPED)" in result.stderr


@pytest.mark.usefixtures("connected")
def test_a_sandbox_that_is_down_is_refused_and_the_limits_are_as_before(flowhq, lines: Path):
    result = flowhq("sandbox", "replay", lines, "--tenant", "acme")
    assert (result.exit_code, result.stdout) == (6, "")
    assert "does not answer: start it with `flowhq demo`" in result.stderr
    assert tenant_row("acme").config.chat_limit == 20


@pytest.mark.usefixtures("database")
def test_an_unknown_tenant_is_refused(flowhq, lines: Path):
    assert flowhq("sandbox", "replay", lines, "--tenant", "nobody").exit_code == 3


def test_a_file_that_says_nothing_is_refused_before_anything_is_done(flowhq, tmp_path: Path):
    (tmp_path / "bad.jsonl").write_text('{"text": "hi"}\n{"words": "hi"}\n')
    result = flowhq("sandbox", "replay", tmp_path / "bad.jsonl")
    assert result.exit_code == 2
    assert "bad.jsonl, line 2 is no JSON object with a \"text\"" in result.stderr


def test_a_file_that_is_not_there_is_a_mistake_in_usage(flowhq, tmp_path: Path):
    assert flowhq("sandbox", "replay", tmp_path / "none.jsonl").exit_code == 2
