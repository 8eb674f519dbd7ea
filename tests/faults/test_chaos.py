"""`flowhq chaos` itself, for a short while: its account is good, and nothing of it stays, after Ctrl-C either."""
import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.db import open_database, reconnect
from app.services import tenants
from tests.patience import eventually

pytestmark = [pytest.mark.faults, pytest.mark.browser, pytest.mark.slow]
KEYS = {"written", "claimed", "answered", "sent_once", "sent_twice", "lost", "late", "false_status"}
CHAOS = [sys.executable, "-m", "app.cli", "chaos", "--minutes", "0.7", "--rate", "6"]


@pytest.fixture
def settings_there(settings, tmp_path):
    """Settings by which a process puts its temporary files below the test's own directory."""
    directory = tmp_path / "tmp"
    directory.mkdir()
    return settings.child_environ() | {"TMPDIR": str(directory)}, directory


def left_in(directory: Path) -> list[str]:
    """The processes whose command or environment names the directory, and the files in it."""
    return [process.name() for process in psutil.process_iter() if _names(process, str(directory))] + [
        path.name for path in directory.iterdir()]


def _names(process: psutil.Process, directory: str) -> bool:
    try:
        if process.pid == psutil.Process().pid or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return directory in " ".join([*process.cmdline(), process.environ().get("FLOWHQ_STATE_DIR", "")])
    except psutil.Error:
        return False


@pytest.mark.parametrize("seed", [1, 2])
def test_a_short_chaos_ends_with_a_good_account_and_nothing_left(settings_there, database, seed):
    environ, directory = settings_there
    done = subprocess.run([*CHAOS, "--seed", str(seed), "--json"], env=environ, capture_output=True, text=True,
                          check=False, timeout=900)
    assert done.returncode == 0, done.stderr + done.stdout
    account = json.loads(done.stdout)
    assert set(account) >= KEYS
    assert account["written"] == account["claimed"] == account["answered"] == account["sent_once"] == 252
    assert not any(account[key] for key in ("sent_twice", "lost", "false_status", "out_of_order", "unsettled"))
    eventually(lambda: left_in(directory) == [], "nothing is left")
    assert reconnect()
    assert tenants.tenant_rows() == []


def test_what_is_to_be_kept_is_there_to_be_looked_at(settings_there, database):
    environ, directory = settings_there
    done = subprocess.run([*CHAOS, "--minutes", "0.1", "--keep"], env=environ, capture_output=True, text=True,
                          check=False, timeout=900)
    assert done.returncode == 0, done.stderr + done.stdout
    (kept,) = directory.iterdir()
    assert "message_taken" in (kept / "logs" / "chaos-1.log").read_text()
    own = kept / "flowhq.db"
    with open_database(f"sqlite:///{own}" if own.exists() else environ["DATABASE_URL"]):
        assert [row.tenant.slug for row in tenants.tenant_rows()] == ["chaos-1"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ctrl_c_ends_everything(settings_there, database):
    environ, directory = settings_there
    process = subprocess.Popen([*CHAOS, "--minutes", "5"], env=environ, stderr=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL)
    assert process.stderr
    while "worker_" not in (line := process.stderr.readline()) and "browser_" not in line:
        assert line, "it ended before a process was struck"
    process.send_signal(signal.SIGINT)
    assert process.wait(120) != 0
    process.stderr.close()
    eventually(lambda: left_in(directory) == [], "nothing is left")
