"""One owner per browser profile.

The headless shell takes no lock on its profile and starts happily beside an orphan, so the worker holds one (flock,
which the kernel drops with the process) and ends whatever browser a killed predecessor left on the profile.
"""
import errno
import fcntl
import os
import shutil
from pathlib import Path

import psutil

PROFILE = "profile"
RESTORED = "profile.new"
LOCK = "worker.lock"
DRIVER = "chromedriver"
SPACE_NEEDED_BYTES = 64 * 1024 * 1024
LEFTOVER_DEADLINE_S = 5.0


class AlreadyRunning(Exception):
    """Another worker of this tenant holds the profile; the message names its process."""


class NoSpace(Exception):
    """The tenant's directory cannot be written; the message says which and why."""


class Profile:
    """A tenant's directory, held exclusively until `release` or the end of the process."""

    def __init__(self, directory: Path) -> None:
        """Take the directory. Raises AlreadyRunning, or NoSpace where it is full or not writable."""
        self.path = directory / PROFILE
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._take()
            self._end_restoring()
            self.path.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise NoSpace(f"{directory} cannot be used: {_plain(error)}") from error
        _check_space(directory)

    def _end_restoring(self) -> None:
        # Whoever put a snapshot back may have died between the two renames, and would leave nobody a link.
        restored = self.path.with_name(RESTORED)
        if restored.exists() and not self.path.exists():
            restored.rename(self.path)

    def _take(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 32, 0).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(f"a worker of this tenant already runs (pid {holder}); stop it first") from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def end_leftovers(self) -> int:
        """Kill the browsers and drivers that still use this profile; returns how many there were."""
        leftovers = processes_on(self.path.parent)
        for process in leftovers:
            process.kill()
        _, alive = psutil.wait_procs(leftovers, timeout=LEFTOVER_DEADLINE_S)
        if not alive:
            self._unlock_chromium()
        return len(leftovers)

    def _unlock_chromium(self) -> None:
        # Chromium proper leaves links that block every later start; we hold the lock, so their owner is dead.
        for link in self.path.glob("Singleton*"):
            link.unlink(missing_ok=True)

    def release(self) -> None:
        """Let another worker have the directory."""
        os.close(self._lock)


def processes_on(directory: Path) -> list[psutil.Process]:
    """The browsers on the profile in `directory`, and their drivers, which have the directory as their home."""
    return [process for process in psutil.process_iter(["name"]) if _works_in(process, directory)]


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        if process.info["name"] == DRIVER:
            return process.environ().get("HOME") == str(directory)
        return f"--user-data-dir={directory / PROFILE}" in process.cmdline()
    except (psutil.Error, OSError):
        return False


def _check_space(directory: Path) -> None:
    free = shutil.disk_usage(directory).free
    if free < SPACE_NEEDED_BYTES:
        raise NoSpace(f"{directory} has {free // 2**20} MB left and a browser needs {SPACE_NEEDED_BYTES // 2**20}: "
                      f"make room on that disk")


def _plain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full: make room on it"
    return error.strerror or str(error)
