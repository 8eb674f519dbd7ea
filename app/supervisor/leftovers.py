"""Find and end what a dead worker left behind: its chromedriver and its browser, or the worker of a dead supervisor."""
import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from app.supervisor.lifeline import MARK_VARIABLE

PROFILE_OPTION = "--user-data-dir="
LOOK_EVERY_S = 0.02


def mark(state_dir: Path, slug: str = "") -> str:
    """What stands in the environment of a worker and of all it starts; without a slug, the common beginning."""
    return f"{state_dir.absolute()}:{slug}"


def left_by(state_dir: Path, tenant_dir: Path, slug: str) -> list[psutil.Process]:
    """The processes of one tenant whose worker is dead."""
    own = mark(state_dir, slug)
    return [process for process in psutil.process_iter()
            if _mark_of(process) == own or _is_orphan(process, tenant_dir)]


def left_by_all(state_dir: Path, tenants_dir: Path) -> list[psutil.Process]:
    """The processes of every tenant of this state directory, for a supervisor that has started none yet."""
    own = mark(state_dir)
    return [process for process in psutil.process_iter()
            if _mark_of(process).startswith(own) or _is_orphan(process, tenants_dir)]


def end(processes: Iterable[psutil.Process], grace_s: float) -> int:
    """Ask the processes to end, wait `grace_s`, then kill the rest; returns how many there were."""
    found = list(processes)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _still_alive_after(found, grace_s):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _still_alive_after(found, grace_s)
    return len(found)


def _still_alive_after(processes: list[psutil.Process], wait_s: float) -> list[psutil.Process]:
    """Those that live on after `wait_s`, or none as soon as none does.

    Not psutil's own wait: to it a dead process whose new parent never asks after it lives for ever.
    """
    deadline = time.monotonic() + wait_s
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
    return alive


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _mark_of(process: psutil.Process) -> str:
    return _environ(process).get(MARK_VARIABLE, "")


def _is_orphan(process: psutil.Process, directory: Path) -> bool:
    """Whether it works on a profile below `directory` and no living worker stands behind it.

    One that somebody runs by hand, outside the supervisor, is none of ours to end.
    """
    try:
        return _works_in(process, directory) and not any("worker" in parent.cmdline() for parent in process.parents())
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, directory: Path) -> bool:
    """Whether it is a browser, which names its profile, or its driver, whose home is the tenant's directory."""
    profile = next((part for part in process.cmdline() if part.startswith(PROFILE_OPTION)), "")
    named = profile.removeprefix(PROFILE_OPTION) or _environ(process).get("HOME", "")
    return bool(named) and Path(named).is_relative_to(directory)


def _environ(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}
