"""The verbs over a stand-in for systemctl: what is asked of systemd, and what its answers are taken for."""
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import systemd
from app.errors import FlowError, Invalid, Unreachable
from app.keeper import keeper_of
from app.models import AuditEntry
from app.processes import AlreadyRunning, NotRunning, Processes, ProcessState, StartFailed
from app.services.tenants import create_tenant
from app.settings import Settings
from app.systemd import NoSuchUnit, NotAuthorised, StartLimitHit, Systemd, TimedOut
from tests import fake_systemctl

ACME = "flowhq-worker@acme.service"
RUNS = {"ActiveState": "active", "SubState": "running", "MainPID": "42", "ExecMainStartTimestamp": "@1700000000"}
FAILED = {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainCode": "1",
          "ExecMainStatus": "78", "StatusText": "there is no browser", "NRestarts": "3"}


class Ear:
    """What the stand-in holds and has heard."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def hold(self, **units: dict[str, str]) -> None:
        """These are the workers' units, by slug."""
        held = {f"flowhq-worker@{slug.replace('_', '-')}.service": unit for slug, unit in units.items()}
        (self.home / "units.json").write_text(json.dumps(held))

    def say(self, file: str, **words: object) -> None:
        """Write one of the stand-in's files."""
        (self.home / file).write_text(json.dumps({name.replace("_", "-"): word for name, word in words.items()}))

    def verbs(self) -> list[str]:
        """What changes something, in the order in which it was asked."""
        calls = (self.home / "calls.txt").read_text().splitlines()
        return [verb for verb, *_ in map(str.split, calls) if verb != "show"]


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ear:
    home = tmp_path / "bin"
    home.mkdir()
    shutil.copy(fake_systemctl.__file__, home / "systemctl")
    (home / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    return Ear(home)


@pytest.fixture
def keeper(settings: Settings) -> Systemd:
    return Systemd(settings)


def test_production_keeps_workers_by_systemd_and_nothing_else_does(settings):
    assert isinstance(keeper_of(Settings(production=True)), Systemd)
    assert isinstance(keeper_of(settings), Processes)


def test_a_worker_starts_and_is_refused_a_second_time(ear, keeper):
    state = keeper.start("acme")
    assert state.running
    assert state.pid
    with pytest.raises(AlreadyRunning, match=f"already running \\(pid {state.pid}\\)"):
        keeper.start("acme")
    assert ear.verbs() == ["reset-failed", "start"]


def test_a_worker_stops_and_is_refused_a_second_time(ear, keeper):
    ear.hold(acme=RUNS)
    assert keeper.stop("acme") == ProcessState("acme")
    with pytest.raises(NotRunning):
        keeper.stop("acme")
    assert keeper.states() == {}


def test_a_worker_that_has_failed_is_forgotten_by_a_stop(ear, keeper):
    ear.hold(acme=FAILED)
    with pytest.raises(NotRunning):
        keeper.stop("acme")
    assert keeper.status("acme") == ProcessState("acme")


def test_a_worker_that_has_failed_starts_as_if_it_had_not(ear, keeper):
    ear.hold(acme=FAILED)
    assert keeper.start("acme").running
    assert ear.verbs() == ["reset-failed", "start"]


def test_a_restart_stops_first_so_that_nothing_is_counted_against_it(ear, keeper):
    ear.hold(acme=RUNS)
    assert keeper.restart("acme").running
    assert ear.verbs() == ["stop", "reset-failed", "start"]


def test_a_forced_restart_does_not_ask_the_worker(ear, keeper):
    ear.hold(acme=RUNS)
    assert keeper.restart("acme", force=True).running
    assert ear.verbs() == ["kill", "stop", "reset-failed", "start"]


def test_all_states_come_by_one_call(ear, keeper):
    waits = {"ActiveState": "activating", "SubState": "auto-restart", "Result": "signal", "ExecMainCode": "2",
             "ExecMainStatus": "9", "StateChangeTimestamp": "@1700000000", "RestartUSec": "1min 30s", "NRestarts": "2"}
    ear.hold(acme=RUNS, beta=FAILED, juma_salon=waits, delta={**RUNS, "ActiveState": "deactivating"})
    states = keeper.states()
    began = datetime.fromtimestamp(1700000000, UTC)
    assert states["acme"] == ProcessState("acme", running=True, pid=42, since=began)
    assert states["beta"] == ProcessState("beta", restarts=3, last_exit=78, last_error="there is no browser")
    assert states["juma-salon"] == ProcessState(
        "juma-salon", restarts=2, last_exit=-9, last_error="killed by SIGKILL",
        next_start_at=began + timedelta(seconds=90))
    assert (states["delta"].running, states["delta"].stopping) == (True, True)
    assert len((ear.home / "calls.txt").read_text().splitlines()) == 1


@pytest.mark.parametrize(("changed", "why"), [
    ({"Result": "watchdog", "ExecMainCode": "2", "ExecMainStatus": "6"}, "it hung"),
    ({"Result": "timeout", "ExecMainCode": "2", "ExecMainStatus": "15"}, "did not start or end in time"),
    ({"Result": "oom-kill", "ExecMainCode": "2", "ExecMainStatus": "9"}, "more memory than it may"),
    ({"Result": "signal", "ExecMainCode": "2", "ExecMainStatus": "9"}, "killed by SIGKILL"),
    ({"StatusText": ""}, "ended with exit code 78"),
    ({"Result": "start-limit-hit"}, "too often in a short time; the last time there is no browser"),
    ({"Result": "start-limit-hit", "ExecMainCode": "2", "ExecMainStatus": "9"}, "the last time killed by SIGKILL"),
    ({"Result": "start-limit-hit", "ExecMainCode": "0", "ExecMainStatus": "0", "StatusText": ""}, "it did not begin"),
])
def test_why_a_worker_failed_is_said_in_words(ear, keeper, changed, why):
    ear.hold(acme=FAILED | changed)
    assert why in keeper.status("acme").last_error


# Each as systemd 252 of Debian 12 says it.
@pytest.mark.parametrize(("verb", "complaint", "kind", "says"), [
    ("start", f"Failed to start {ACME}: Access denied", NotAuthorised, "polkit rule"),
    ("start", f"Failed to start {ACME}: Interactive authentication required.", NotAuthorised, "polkit rule"),
    ("start", f"Failed to start {ACME}: Unit {ACME} not found.", NoSuchUnit, "not installed"),
    ("start", f"Job for {ACME} failed.\nSee systemctl status; Start request repeated too quickly.", StartLimitHit,
     "too often"),
    ("start", f"Job for {ACME} failed because the control process exited with error code.", StartFailed,
     "did not start"),
    ("show", "Failed to connect to bus: No such file or directory", Unreachable, "does not answer"),
    ("show", "System has not been booted with systemd as init system (PID 1).", Unreachable, "does not answer"),
    ("start", "Something that nobody has ever seen", FlowError, "nobody has ever seen"),
])
def test_a_complaint_of_systemd_becomes_an_error_of_its_kind(ear, keeper, verb, complaint, kind, says):
    ear.say("refuse.json", **{verb: complaint})
    with pytest.raises(kind, match=says) as refusal:
        keeper.start("acme")
    assert type(refusal.value) is kind


def test_a_start_that_failed_says_why_in_the_worker_s_own_words(ear, keeper):
    ear.say("refuse.json", start=f"Job for {ACME} failed because the control process exited with error code.")
    ear.hold(acme={**FAILED, "ActiveState": "failed"})
    ear.say("refuse.json", start="Job for it failed.", reset_failed="Unit not loaded.")
    with pytest.raises(StartFailed, match="acme's worker did not start: there is no browser"):
        keeper.start("acme")


def test_systemd_gets_so_much_time_and_no_more(ear, keeper, monkeypatch):
    monkeypatch.setattr(systemd, "VERB_S", 0.3)
    ear.say("slow.json", stop=30)
    ear.hold(acme=RUNS)
    began = time.monotonic()
    with pytest.raises(TimedOut, match="it may still"):
        keeper.stop("acme")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("slug", ["*", "acme.service beta", "../acme", "--all", "Acme", ""])
def test_what_is_no_slug_never_gets_as_far_as_systemd(ear, keeper, slug):
    for verb in (keeper.start, keeper.stop, keeper.restart, keeper.status, keeper.clean, keeper.kill):
        with pytest.raises(Invalid):
            verb(slug)
    assert not (ear.home / "calls.txt").exists()


def test_a_machine_without_systemd_is_told(keeper, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="no systemd on this machine"):
        keeper.states()


def test_only_a_unit_that_is_neither_running_nor_failed_is_cleaned(ear, keeper):
    ear.hold(acme=FAILED)
    keeper.clean("acme")
    assert ear.verbs() == ["reset-failed", "clean"]


Command = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def command(ear: Ear, settings: Settings, database: object) -> Command:  # noqa: ARG001 - both have to be there
    def run(*arguments: str) -> "subprocess.Popen[str]":
        environ = settings.child_environ() | {"FLOWHQ_PRODUCTION": "yes"}
        return subprocess.Popen([sys.executable, "-m", "app.cli", *arguments], env=environ, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_who_ask_for_the_same_at_once_get_it_once(ear, command):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    ear.say("slow.json", start=6)
    asked = [command("worker", "restart", "acme"), command("worker", "restart", "acme")]
    answers = [each.communicate(timeout=120) for each in asked]
    assert [each.returncode for each in asked] == [0, 0], answers
    assert answers[0] == answers[1]
    assert ear.verbs().count("start") == 1
    assert AuditEntry.select().where(AuditEntry.action == "worker.restart").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_after_the_other_each_gets_what_they_ask_for(ear, command):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    for _ in range(2):
        asked = command("worker", "restart", "acme")
        assert asked.communicate(timeout=120)[1] == ""
    assert ear.verbs().count("start") == 2
