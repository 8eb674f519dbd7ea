"""`flowhq worker` with real processes: a supervisor comes up by itself, over real workers that refuse to run."""
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from app.models import Desired, Tenant, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.processes import Processes
from app.services.workers import want_many
from app.settings import Settings
from tests.patience import eventually

ACME = ("tenant", "create", "acme", "--name", "Acme", "--template", "BOOKING")


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A worker that is given these gives up: there is no such browser."""
    return replace(settings, browser=tmp_path / "no-browser")


@pytest.fixture
def acme(flowhq, database: object, settings: Settings) -> Iterator[Tenant]:
    flowhq(*ACME)
    yield Tenant.get()
    for process in supervisors(settings):
        process.send_signal(signal.SIGTERM)
    eventually(lambda: not supervisors(settings), "the supervisor is gone")


def supervisors(settings: Settings) -> list[psutil.Process]:
    """The supervisor of the state directory, if one lives."""
    lock = settings.state_dir / "supervisor.lock"
    try:
        process = psutil.Process(int(lock.read_text()))
        return [process] if "supervisor" in process.cmdline() else []
    except (FileNotFoundError, psutil.NoSuchProcess):
        return []


@pytest.mark.usefixtures("acme")
def test_a_start_brings_up_a_supervisor_that_runs_on_after_it(flowhq, settings: Settings):
    result = flowhq("worker", "start", "acme")
    assert result.exit_code == 0, result.output
    assert "Started acme's worker (pid " in result.stdout
    [supervisor] = supervisors(settings)
    assert os.getsid(supervisor.pid) == supervisor.pid


def test_a_worker_that_gave_up_says_why_in_its_status(flowhq, ask, acme: Tenant, settings: Settings):
    flowhq("worker", "start", "acme")
    eventually(lambda: ask("worker", "status", "acme")[0]["last_exit"] == 78, "it gave up")
    [status] = ask("worker", "status")
    assert (status["worker_status"], status["running"], status["desired"]) == ("ERROR", False, "running")
    assert "no-browser is not there" in status["last_error"]
    assert "no-browser is not there" in flowhq("worker", "status").stdout
    eventually(lambda: WorkerProcess.get().status == WorkerStatus.ERROR, "it is in the database too")


@pytest.mark.usefixtures("acme")
def test_a_stop_of_what_never_ran_is_refused(flowhq, settings: Settings):
    result = flowhq("worker", "stop", "acme")
    assert (result.exit_code, result.stderr) == (4, "flowhq: acme's worker is not running.\n")
    assert supervisors(settings) == []


def test_a_worker_that_gave_up_can_be_stopped_for_good(flowhq, ask, acme: Tenant):
    flowhq("worker", "start", "acme")
    eventually(lambda: ask("worker", "status", "acme")[0]["last_exit"] == 78, "it gave up")
    assert flowhq("worker", "stop", "acme").exit_code == 0
    assert Tenant.get().desired == "stopped"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("verb", ["start", "stop", "restart"])
def test_an_unknown_slug_starts_nothing(flowhq, settings: Settings, verb: str):
    result = flowhq("worker", verb, "nobody")
    assert result.exit_code == 3
    assert "There is no tenant 'nobody'" in result.stderr
    assert supervisors(settings) == []


def test_nothing_is_left_of_a_supervisor_that_is_ended(flowhq, acme: Tenant, settings: Settings):
    flowhq("worker", "start", "acme")
    [supervisor] = supervisors(settings)
    supervisor.send_signal(signal.SIGTERM)
    eventually(lambda: not supervisors(settings), "it is gone")
    assert Processes(settings).states() == {}
    assert not [process for process in psutil.process_iter() if str(settings.state_dir) in str(_environ(process))]


def _environ(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ() if process.status() != psutil.STATUS_ZOMBIE else {}
    except psutil.Error:
        return {}


def test_many_are_settled_in_the_background(acme: Tenant, settings: Settings, flowhq):
    flowhq("tenant", "create", "beta", "--name", "Beta", "--template", "BOOKING")
    processes = Processes(settings)
    want_many(["acme", "beta"], Desired.RUNNING, by="ada")
    processes.settle(["acme", "beta"])
    eventually(lambda: {"acme", "beta"} <= set(processes.states()), "both were started")


def test_settling_says_what_cannot_be(acme: Tenant, flowhq):
    result = flowhq("worker", "settle", "nobody")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nobody: There is no tenant 'nobody'" in result.stderr


@pytest.mark.usefixtures("acme")
def test_a_stale_check_flags_a_silent_worker_and_starts_it_anew(flowhq, settings: Settings):
    settings.browser.write_text("#!/bin/sh\nexec sleep 600\n")
    settings.browser.chmod(0o755)
    flowhq("worker", "start", "acme")
    eventually(browser_of_the_worker, "the worker waits for its browser")
    psutil.Process(WorkerProcess.get().pid).suspend()
    long_ago = utc_now() - timedelta(hours=1)
    WorkerProcess.update(status=WorkerStatus.RUNNING, last_seen_at=long_ago).execute()
    result = flowhq("stale-check")
    assert result.exit_code == 0, result.output
    assert "acme has gone silent.\nRestarted acme's worker (pid" in result.stdout
    assert flowhq("stale-check").stdout == ""


def browser_of_the_worker() -> list[psutil.Process]:
    """What its worker has started in the browser's place, a sleep."""
    if not (pid := WorkerProcess.get().pid):
        return []
    return [child for child in psutil.Process(pid).children(recursive=True) if child.name() == "sleep"]
