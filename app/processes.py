"""Start and stop workers where there is no systemd: as children of one supervisor per state directory.

This is the client. It speaks to the supervisor over a Unix socket in the state directory, one JSON line each way, and
launches a supervisor in the background when none runs, so that a verb never has to be prepared for.
"""
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psutil

from app import programs
from app.errors import Conflict, FlowError
from app.logfiles import last_lines, last_words
from app.settings import Settings
from app.turns import turn

SOCKET_NAME = "supervisor.sock"
LAUNCH_TIMEOUT_S = 20.0
# A stop may take the worker's whole grace period and the clearing of what it left.
ANSWER_TIMEOUT_S = 60.0
# The exit code with which a supervisor says that another one already serves its state directory.
SUPERVISED_EXIT = 4


class AlreadyRunning(Conflict):
    """The tenant's worker runs and cannot be started a second time."""


class NotRunning(Conflict):
    """The tenant's worker does not run and cannot be stopped."""


class StartFailed(FlowError):
    """The worker or its supervisor could not be started."""


class SupervisorGone(FlowError):
    """No supervisor answers."""


@dataclass(frozen=True)
class ProcessState:
    """What is seen of one worker process; times are aware UTC."""

    slug: str
    running: bool = False
    stopping: bool = False
    pid: int | None = None
    since: datetime | None = None
    restarts: int = 0
    last_exit: int | None = None
    last_error: str = ""
    next_start_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The state as it travels over the socket."""
        return {**asdict(self), "since": _written(self.since), "next_start_at": _written(self.next_start_at)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ProcessState":
        """The state as it came over the socket."""
        times = {name: _read(values[name]) for name in ("since", "next_start_at")}
        return cls(**{**values, **times})


class ProcessVerbs(Protocol):
    """What every process manager does, by whichever means."""

    def start(self, slug: str) -> ProcessState:
        """Start the tenant's worker and keep it running; raises AlreadyRunning or StartFailed."""

    def stop(self, slug: str) -> ProcessState:
        """Stop the tenant's worker and return once it is gone; raises NotRunning."""

    def restart(self, slug: str, *, force: bool = False) -> ProcessState:
        """Stop the tenant's worker where it runs, without asking it where forced, then start it; raises StartFailed."""

    def settle(self, slugs: Sequence[str]) -> None:
        """Bring these workers to what is wanted of them, one after another, in the background."""

    def status(self, slug: str) -> ProcessState:
        """What is seen of the tenant's worker; not running for one that was never started."""

    def states(self) -> dict[str, ProcessState]:
        """Every worker that is known."""

    def is_worker(self, pid: int, slug: str) -> bool:
        """Whether process `pid` of this machine is the tenant's worker, started by whomever."""

    def turn(self, slug: str, verb: str) -> AbstractContextManager[bool]:
        """Hold the tenant's worker for one verb; False where somebody else has done the same since it was asked for."""

    def clean(self, slug: str) -> None:
        """Delete what the stopped worker keeps on the disk: the browser's profile above all. Raises FlowError."""

    def log_lines(self, slug: str, limit: int) -> list[str]:
        """The last lines of the worker's log, oldest first."""


@dataclass(frozen=True)
class Processes:
    """The verbs of the process manager, for the workers of one state directory."""

    settings: Settings

    def start(self, slug: str) -> ProcessState:
        """Start the tenant's worker and keep it running; raises AlreadyRunning or StartFailed."""
        try:
            return self._ask("start", slug)
        except SupervisorGone:
            self._launch_supervisor()
            return self._ask("start", slug)

    def stop(self, slug: str) -> ProcessState:
        """Stop the tenant's worker and return once it is gone; raises NotRunning."""
        try:
            return self._ask("stop", slug)
        except SupervisorGone:
            raise NotRunning("%(slug)s's worker is not running.", slug=slug) from None

    def restart(self, slug: str, *, force: bool = False) -> ProcessState:
        """Stop the tenant's worker where it runs, without asking it where forced, then start it; raises StartFailed."""
        try:
            return self._ask("force-restart" if force else "restart", slug)
        except SupervisorGone:
            return self.start(slug)

    def settle(self, slugs: Sequence[str]) -> None:
        """Bring these workers to what is wanted of them, one after another, in a process that outlives the caller."""
        self._spawn([*programs.SETTLE, *slugs], self.settings.state_dir / "logs" / "settle.log")

    def status(self, slug: str) -> ProcessState:
        """What is seen of the tenant's worker; not running for one that was never started."""
        return self.states().get(slug, ProcessState(slug))

    def is_worker(self, pid: int, slug: str) -> bool:
        """Whether process `pid` of this machine is the tenant's worker, started by whomever."""
        try:
            command = psutil.Process(pid).cmdline()
        except (psutil.Error, ValueError):
            return False
        return "worker" in command and slug in command

    def turn(self, slug: str, verb: str) -> AbstractContextManager[bool]:
        """Hold the tenant's worker for one verb; False where somebody else has done the same since it was asked for."""
        return turn(self.settings.state_dir / "turns", slug, verb)

    def clean(self, slug: str) -> None:
        """Delete what the stopped worker keeps on the disk: the browser's profile above all. Raises FlowError."""
        directory = self.settings.tenant_dir(slug)
        try:
            shutil.rmtree(directory)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FlowError("%(path)s cannot be deleted: %(reason)s.", path=directory, reason=error.strerror) from error

    def log_path(self, slug: str) -> Path:
        """Where the worker writes what it has to say."""
        return self.settings.state_dir / "logs" / f"{slug}.log"

    def log_lines(self, slug: str, limit: int) -> list[str]:
        """The last lines of the worker's log, oldest first."""
        return last_lines(self.log_path(slug), limit)

    def states(self) -> dict[str, ProcessState]:
        """Every worker that the supervisor knows; empty where no supervisor runs, since then none can run."""
        try:
            answer = _exchange(self.settings.state_dir, {"verb": "states"})
        except SupervisorGone:
            return {}
        return {slug: ProcessState.from_json(state) for slug, state in answer["states"].items()}

    def _ask(self, verb: str, slug: str) -> ProcessState:
        # A supervisor may be older than a change of the settings: the worker gets those of whoever starts it.
        request = {"verb": verb, "slug": slug, "environ": self.settings.as_environ()}
        answer = _exchange(self.settings.state_dir, request)
        return ProcessState.from_json(answer["state"])

    def _launch_supervisor(self) -> None:
        """Start a supervisor that outlives the caller and ends itself when idle; returns once it answers."""
        log = self.settings.state_dir / "logs" / "supervisor.log"
        command = [*programs.SUPERVISOR, "--until-idle"]
        launched = self._spawn(command, log)
        deadline = time.monotonic() + LAUNCH_TIMEOUT_S
        while not supervisor_answers(self.settings.state_dir):
            if launched.poll() not in (None, SUPERVISED_EXIT) or time.monotonic() > deadline:
                raise StartFailed("The supervisor did not start: %(reason)s (%(log)s)",
                                  reason=last_words(log), log=str(log))
            if launched.poll() == SUPERVISED_EXIT:
                # Another one held the directory: it is either about to answer, or on its way out.
                launched = self._spawn(command, log)
            time.sleep(0.1)

    def _spawn(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            return subprocess.Popen(  # noqa: S603 - our own command, no shell
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                start_new_session=True, env=self.settings.child_environ())


_ERRORS: dict[str, type[FlowError]] = {error.__name__: error for error in (AlreadyRunning, NotRunning, StartFailed)}


def supervisor_answers(state_dir: Path) -> bool:
    """Whether a supervisor serves this state directory."""
    try:
        _exchange(state_dir, {"verb": "states"})
    except SupervisorGone:
        return False
    return True


@contextmanager
def socket_address(state_dir: Path) -> Iterator[str]:
    """The supervisor's socket, however deep its directory, as an address of at most the 107 bytes it may have."""
    directory = os.open(state_dir, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET_NAME}"
    finally:
        os.close(directory)


def _exchange(state_dir: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = _send(state_dir, request)
    except (FileNotFoundError, ConnectionError, NotADirectoryError):
        raise SupervisorGone("No supervisor runs.") from None
    except PermissionError:
        raise FlowError("The supervisor of %(directory)s belongs to another user: run this as that user.",
                        directory=str(state_dir)) from None
    except TimeoutError:
        raise FlowError("The supervisor did not answer within %(seconds)d s.", seconds=ANSWER_TIMEOUT_S) from None
    if not answer:
        raise SupervisorGone("The supervisor ended before it answered.")
    reply: dict[str, Any] = json.loads(answer)
    if "error" in reply:
        raise _ERRORS.get(reply["error"], FlowError)(reply["message"], **reply.get("values", {}))
    return reply


def _send(state_dir: Path, request: dict[str, Any]) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, socket_address(state_dir) as address:
        connection.settimeout(ANSWER_TIMEOUT_S)
        connection.connect(address)
        connection.sendall(json.dumps(request).encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
