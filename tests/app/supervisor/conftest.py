"""Supervisors to test, each a process of its own with a state directory of its own."""
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.processes import supervisor_answers
from tests.patience import DEADLINE_S, eventually
from tests.supervised import WELL_BEHAVED, Supervised

PROGRAM = Path(__file__).with_name("run_supervisor.py")
ORDERS: dict[str, object] = {"wanted": [], "idle_exit_s": None, "pace": {"first_delay_s": 0.1}, "stop_grace_s": 10.0,
          "log_limit_bytes": 5_000_000, "log_check_s": 10.0, "silence_check_s": 60.0}


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    path.mkdir()
    return path


@pytest.fixture
def launch(state_dir: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Launches a supervisor process; every one is ended with the test."""
    launched: list[subprocess.Popen] = []

    def start(program: str = WELL_BEHAVED, **orders: object) -> subprocess.Popen:
        told = json.dumps({**ORDERS, "state_dir": str(state_dir), "program": program, **orders})
        launched.append(subprocess.Popen([sys.executable, str(PROGRAM), told], stderr=subprocess.PIPE,
                                         stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(Path.cwd())}))
        return launched[-1]

    yield start
    for process in launched:
        process.terminate()
    for process in launched:
        process.wait(DEADLINE_S)
        if process.stderr:
            process.stderr.close()


@pytest.fixture
def supervise(launch: Callable[..., subprocess.Popen], state_dir: Path) -> Callable[..., Supervised]:
    """Launches a supervisor and waits until it answers."""
    def start(program: str = WELL_BEHAVED, at: Path = state_dir, **orders: object) -> Supervised:
        supervised = Supervised(launch(program, **orders, state_dir=str(at)), at)
        eventually(lambda: supervisor_answers(at), "the supervisor answers")
        return supervised

    return start
