"""The workers' processes as this machine sees them: which there are, and on which profiles they work."""
import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

PROFILE_OPTION = "--user-data-dir="


@dataclass(frozen=True)
class Running:
    """A tenant's worker processes, their users, and the profiles of the browsers below them."""

    pids: tuple[int, ...] = ()
    users: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    family: tuple[psutil.Process, ...] = ()


def running(slugs: Iterable[str]) -> dict[str, Running]:
    """What runs for each tenant; nothing for all where the workers are on another machine or may not be looked at."""
    found: dict[str, list[psutil.Process]] = {slug: [] for slug in slugs}
    for process in psutil.process_iter():
        slug = _tenant_of(process)
        if slug in found:
            found[slug].append(process)
    return {slug: _family(processes) for slug, processes in found.items()}


def left(seen: Iterable[Running]) -> list[str]:
    """What is still there of what was seen: processes and profile directories."""
    seen = list(seen)
    alive = [f"process {process.pid}" for each in seen for process in each.family if _is_alive(process)]
    # Not Path.exists, which fails where the directory above may not be looked into.
    return alive + [profile for each in seen for profile in each.profiles if os.path.exists(profile)]  # noqa: PTH110


def _tenant_of(process: psutil.Process) -> str:
    """The tenant whose worker the process is, or an empty text."""
    words = _command(process)
    with contextlib.suppress(ValueError, IndexError):
        return words[words.index("--tenant") + 1] if words[words.index("-m") + 1] == "worker" else ""
    return ""


def _family(workers: list[psutil.Process]) -> Running:
    family = [process for worker in workers for process in _with_children(worker)]
    profiles = {word.removeprefix(PROFILE_OPTION) for process in family for word in _command(process)
                if word.startswith(PROFILE_OPTION)}
    return Running(tuple(worker.pid for worker in workers), tuple(_user(worker) for worker in workers),
                   tuple(sorted(profiles)), tuple(family))


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except (psutil.Error, OSError):
        return []


def _user(process: psutil.Process) -> str:
    try:
        return str(process.username())
    except (psutil.Error, OSError):
        return ""


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
