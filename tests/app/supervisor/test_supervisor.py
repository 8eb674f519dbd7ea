"""The supervisor process over real child programs: its verbs, its restarts, and that it leaves nothing behind."""
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from app.errors import FlowError
from app.processes import SOCKET_NAME, AlreadyRunning, NotRunning, Processes
from app.settings import Settings
from tests.patience import DEADLINE_S, eventually
from tests.supervised import Supervised

Supervise = Callable[..., Supervised]
CRASH = "import sys; print('Traceback: the tail', file=sys.stderr); sys.exit(3)"
GIVE_UP = "import sys; print('the wa-js file has the wrong hash', file=sys.stderr); sys.exit(78)"
CHATTER = """
import time
while True: print('x' * 1000, flush=True); time.sleep(0.001)
"""
TELL_AND_WAIT = "import os, time; print(os.environ['FLOWHQ_SEND_TIMEOUT_S'], flush=True); time.sleep(600)"
TELL_DEADLINE = "import os, sys; print(os.environ['FLOWHQ_SEND_TIMEOUT_S']); sys.exit(1)"
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("deaf", flush=True)
while True: time.sleep(0.05)
"""


def test_it_starts_a_worker_and_says_how_it_is(supervise: Supervise):
    supervised = supervise()
    state = supervised.processes.start("acme")
    assert state.running
    assert psutil.Process(state.pid).is_running()
    assert state.since and state.since <= datetime.now(UTC)
    assert supervised.processes.states() == {"acme": state}
    eventually(lambda: "browser" in supervised.log("acme"), "the worker's output is in its log")


def test_a_second_start_is_refused_with_the_pid(supervise: Supervise):
    supervised = supervise()
    pid = supervised.processes.start("acme").pid
    with pytest.raises(AlreadyRunning, match=rf"acme's worker is already running \(pid {pid}\)"):
        supervised.processes.start("acme")
    assert supervised.processes.status("acme").pid == pid


def test_a_worker_has_the_settings_of_whoever_starts_it_also_after_a_crash(supervise: Supervise, state_dir: Path):
    supervised = supervise(TELL_DEADLINE)
    Processes(Settings(state_dir=state_dir, send_timeout_s=3.5)).start("acme")
    eventually(lambda: supervised.log("acme").count("3.5") >= 2, "it was told, and told again")
    Processes(Settings(state_dir=state_dir, send_timeout_s=4.5)).restart("acme")
    eventually(lambda: supervised.log("acme").count("4.5") >= 2, "it was told anew")


def test_a_stop_ends_the_worker_and_what_it_started(supervise: Supervise):
    supervised = supervise()
    supervised.processes.start("acme")
    eventually(lambda: "browser" in supervised.log("acme"))
    assert not supervised.processes.stop("acme").running
    assert supervised.left() == []
    assert supervised.reports[-1] == {"slug": "acme", "exit_code": 0, "error": "", "delay_s": None, "crashes": 0}


def test_a_stop_of_what_does_not_run_is_refused(supervise: Supervise):
    with pytest.raises(NotRunning, match="acme's worker is not running"):
        supervise().processes.stop("acme")


def test_a_worker_that_does_not_listen_is_killed_with_its_group(supervise: Supervise):
    supervised = supervise(DEAF, stop_grace_s=0.3)
    supervised.processes.start("acme")
    eventually(lambda: "deaf" in supervised.log("acme"))
    assert supervised.processes.stop("acme").last_exit == -signal.SIGKILL
    assert supervised.left() == []


def test_a_restart_makes_a_new_process(supervise: Supervise):
    supervised = supervise()
    supervised.processes.start("acme")
    first = supervised.pid("acme")
    second = supervised.processes.restart("acme")
    assert second.running
    assert second.pid != first
    assert not psutil.pid_exists(first)


def test_a_restart_starts_what_did_not_run(supervise: Supervise):
    assert supervise().processes.restart("acme").running


def test_a_killed_worker_comes_back_without_what_it_left(supervise: Supervise):
    supervised = supervise()
    supervised.processes.start("acme")
    first = supervised.pid("acme")
    eventually(lambda: "browser" in supervised.log("acme"))
    browser = int(supervised.log("acme").split()[1])
    os.kill(first, signal.SIGKILL)
    eventually(lambda: supervised.processes.status("acme").pid not in (None, first), "the worker is back")
    assert browser not in supervised.left()
    state = supervised.processes.status("acme")
    assert (state.restarts, state.last_exit) == (1, -signal.SIGKILL)
    assert supervised.reports[0]["error"] == "killed by SIGKILL"


def test_a_crashing_worker_comes_back_with_a_growing_delay(supervise: Supervise):
    supervised = supervise(CRASH, pace={"first_delay_s": 0.05})
    supervised.processes.start("acme")
    eventually(lambda: len(supervised.reports) >= 4, "it crashed four times")
    assert [report["delay_s"] for report in supervised.reports[:4]] == [0.05, 0.1, 0.2, 0.4]
    assert supervised.reports[0]["error"] == "Traceback: the tail"


def test_a_worker_that_waits_to_be_restarted_says_when(supervise: Supervise):
    supervised = supervise(CRASH, pace={"first_delay_s": 60.0})
    supervised.processes.start("acme")
    eventually(lambda: supervised.processes.status("acme").next_start_at, "it waits")
    state = supervised.processes.status("acme")
    assert not state.running
    assert state.next_start_at and state.next_start_at > datetime.now(UTC)


def test_a_worker_that_waits_to_be_restarted_can_be_stopped(supervise: Supervise):
    supervised = supervise(CRASH, pace={"first_delay_s": 60.0})
    supervised.processes.start("acme")
    eventually(lambda: supervised.processes.status("acme").next_start_at, "it waits")
    assert supervised.processes.stop("acme").next_start_at is None
    with pytest.raises(NotRunning):
        supervised.processes.stop("acme")


def test_a_start_does_not_wait_for_the_restart_of_a_crashed_worker(supervise: Supervise):
    supervised = supervise(CRASH, pace={"first_delay_s": 60.0})
    supervised.processes.start("acme")
    eventually(lambda: supervised.processes.status("acme").next_start_at, "it waits")
    assert supervised.processes.start("acme").running
    eventually(lambda: len(supervised.reports) == 2, "it crashed again")


def test_a_worker_that_gave_up_stays_down_and_says_why(supervise: Supervise):
    supervised = supervise(GIVE_UP)
    supervised.processes.start("acme")
    eventually(lambda: supervised.reports, "it gave up")
    assert supervised.reports == [{"slug": "acme", "exit_code": 78, "error": "the wa-js file has the wrong hash",
                                   "delay_s": None, "crashes": 0}]
    state = supervised.processes.status("acme")
    assert (state.running, state.next_start_at, state.last_error) == (False, None, "the wa-js file has the wrong hash")


def test_a_program_that_cannot_be_started_is_an_error_of_the_worker(supervise: Supervise, state_dir: Path):
    supervised = supervise()
    log = state_dir / "logs" / "acme.log"
    log.mkdir(parents=True)
    with pytest.raises(FlowError, match="acme's worker could not be started"):
        supervised.processes.start("acme")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_supervisor_leaves_no_process_and_no_socket(supervise: Supervise, state_dir: Path, number: int):
    supervised = supervise()
    for slug in ("acme", "duka"):
        supervised.processes.start(slug)
    eventually(lambda: "browser" in supervised.log("acme") and "browser" in supervised.log("duka"))
    supervised.process.send_signal(number)
    assert supervised.process.wait(DEADLINE_S) == 0
    assert supervised.left() == []
    assert not (state_dir / SOCKET_NAME).exists()
    assert supervised.processes.states() == {}


def test_workers_end_with_a_killed_supervisor(supervise: Supervise):
    supervised = supervise()
    supervised.processes.start("acme")
    eventually(lambda: "browser" in supervised.log("acme"))
    supervised.process.kill()
    eventually(lambda: not supervised.left(), "the worker and its browser are gone")


def test_the_next_supervisor_ends_what_a_killed_one_left(supervise: Supervise):
    killed = supervise(DEAF, stop_grace_s=0.3)
    killed.processes.start("acme")
    eventually(lambda: "deaf" in killed.log("acme"))
    killed.process.kill()
    killed.process.wait(DEADLINE_S)
    assert killed.left()
    assert supervise(stop_grace_s=0.3).left() == []


def test_it_ends_orphaned_browsers_and_drivers_of_its_tenants_only(
    supervise: Supervise, state_dir: Path, tmp_path: Path,
):
    ours, others = state_dir / "tenants/acme", tmp_path / "elsewhere"
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    started = [subprocess.Popen(command, env=environ) for tenant_dir in (ours, others) for command, environ in (
        ([*sleep, f"--user-data-dir={tenant_dir}/profile"], None), (sleep, {"HOME": str(tenant_dir)}))]
    try:
        supervise()
        assert [process.poll() for process in started] == [-signal.SIGTERM, -signal.SIGTERM, None, None]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_two_supervisors_on_one_state_directory_are_refused(supervise: Supervise, launch, state_dir: Path):
    first = supervise()
    second = launch()
    assert second.wait(DEADLINE_S) == 4
    said = second.stderr.read().decode()
    assert f"A supervisor already runs on {state_dir} (pid {first.process.pid})." in said
    assert first.processes.start("acme").running


def test_a_restarted_supervisor_starts_what_should_run(supervise: Supervise):
    supervised = supervise(wanted=["acme", "duka"])
    eventually(lambda: sum(state.running for state in supervised.processes.states().values()) == 2, "both run")


def test_the_start_that_brought_the_supervisor_up_is_not_refused(supervise: Supervise):
    supervised = supervise(wanted=["acme"])
    eventually(lambda: supervised.processes.status("acme").running, "it runs")
    pid = supervised.processes.start("acme").pid
    assert pid == supervised.pid("acme")
    with pytest.raises(AlreadyRunning):
        supervised.processes.start("acme")


def test_it_ends_itself_when_it_has_had_no_worker_for_a_while(supervise: Supervise):
    supervised = supervise(idle_exit_s=0.3)
    assert supervised.process.wait(DEADLINE_S) == 0


@pytest.mark.slow
def test_it_does_not_end_itself_while_a_worker_runs(supervise: Supervise):
    supervised = supervise(idle_exit_s=0.3)
    supervised.processes.start("acme")
    started = psutil.Process(supervised.process.pid).create_time()
    eventually(lambda: datetime.now(UTC).timestamp() - started > 2.0)
    assert supervised.process.poll() is None
    supervised.processes.stop("acme")
    assert supervised.process.wait(DEADLINE_S) == 0


def test_a_state_directory_of_any_depth_will_do(supervise: Supervise, state_dir: Path):
    deep = state_dir / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    assert supervise(at=deep).processes.start("acme").running


def test_only_its_owner_reaches_the_socket(supervise: Supervise, state_dir: Path):
    supervise()
    assert stat.S_IMODE((state_dir / SOCKET_NAME).stat().st_mode) == 0o600


def test_a_slug_that_is_none_does_not_become_a_file_name(supervise: Supervise, state_dir: Path):
    with pytest.raises(FlowError, match="cannot be a slug"):
        supervise().processes.start("../acme")
    assert list(state_dir.parent.glob("acme*")) == []


def test_a_worker_log_is_cut_before_it_fills_the_disk(supervise: Supervise, state_dir: Path):
    supervised = supervise(CHATTER, log_limit_bytes=10_000, log_check_s=0.1)
    supervised.processes.start("acme")
    eventually(lambda: (state_dir / "logs" / "acme.log.1").exists(), "the log started over")


def test_no_supervisor_means_no_worker(state_dir: Path):
    processes = Processes(Settings(state_dir=state_dir))
    assert processes.states() == {}
    assert not processes.status("acme").running
    with pytest.raises(NotRunning):
        processes.stop("acme")


def test_a_request_that_makes_no_sense_gets_an_answer(supervise: Supervise, state_dir: Path):
    supervised = supervise()
    with pytest.raises(FlowError, match="no verb 'explode'"):
        supervised.processes._ask("explode", "acme")
    assert supervised.processes.start("acme").running


def test_a_forced_restart_does_not_wait_for_a_worker_that_will_not_end(supervise: Supervise):
    supervised = supervise(DEAF, stop_grace_s=8.0)
    supervised.processes.start("acme")
    first = supervised.pid("acme")
    eventually(lambda: len(supervised.left()) == 2, "the worker has its child")
    asked = time.monotonic()
    supervised.processes.restart("acme", force=True)
    assert time.monotonic() - asked < 8.0
    assert supervised.pid("acme") != first
    assert not psutil.pid_exists(first)


def test_a_silent_worker_is_replaced_and_one_that_does_not_run_is_left_alone(supervise: Supervise):
    supervised = supervise(silence_check_s=0.1)
    supervised.processes.start("acme")
    first = supervised.pid("acme")
    (supervised.state_dir / "silent").write_text("beta acme")
    eventually(lambda: supervised.processes.status("acme").pid not in (None, first), "another worker runs")
    assert not psutil.pid_exists(first)
    assert not supervised.processes.status("beta").running


def test_a_silent_worker_is_started_anew_with_the_settings_that_it_had(supervise: Supervise, state_dir: Path):
    supervised = supervise(TELL_AND_WAIT, silence_check_s=0.1)
    Processes(Settings(state_dir=state_dir, send_timeout_s=3.5)).start("acme")
    eventually(lambda: "3.5" in supervised.log("acme"), "it was told")
    (state_dir / "silent").write_text("acme")
    eventually(lambda: len(supervised.log("acme").split()) == 2, "another one was told")
    assert supervised.log("acme").split() == ["3.5", "3.5"]
