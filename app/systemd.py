"""Start and stop workers by systemd: the one module that runs systemctl.

Each worker is the unit flowhq-worker@<slug>.service. A polkit rule lets the platform's user do this to those units
alone, so that the web service needs no privilege of its own.
"""
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from app import journal, programs
from app.errors import FlowError, NotFound, Unreachable
from app.processes import AlreadyRunning, NotRunning, ProcessState, StartFailed
from app.services.slugs import check_slug
from app.settings import Settings
from app.turns import turn

UNIT_PREFIX, UNIT_SUFFIX = "flowhq-worker@", ".service"
PLATFORM = "flowhq.target"
SHOW_S = 10.0
# A stop may take the unit's whole TimeoutStopSec; a start ends with the worker's READY.
VERB_S = 45.0
PROPERTIES = ("Id", "LoadState", "ActiveState", "SubState", "Result", "MainPID", "NRestarts", "ExecMainCode",
              "ExecMainStatus", "ExecMainStartTimestamp", "StateChangeTimestamp", "RestartUSec", "StatusText")
UNIT_PROPERTIES = ("Id", "ActiveState", "UnitFileState", "NeedDaemonReload")
UP, GOING, RESTARTING = frozenset({"active", "activating", "reloading", "deactivating"}), "deactivating", "auto-restart"
# As CLD_EXITED of waitid(2); every other code names a signal.
EXITED = "1"


class NotAuthorised(FlowError):
    """The polkit rule does not let this user control workers."""


class NoSuchUnit(NotFound):
    """The unit is not installed on this machine."""


class StartLimitHit(StartFailed):
    """The worker has been started too often in too short a time."""


class TimedOut(Unreachable):
    """systemd did not finish in time; what was asked for may still happen."""


@dataclass(frozen=True)
class Systemd:
    """The verbs of the process manager, for the units of this machine."""

    settings: Settings

    def start(self, slug: str) -> ProcessState:
        """Start the tenant's worker and keep it running; raises AlreadyRunning, StartFailed or one of ours."""
        seen = self.status(slug)
        if seen.running:
            raise AlreadyRunning("%(slug)s's worker is already running (pid %(pid)s).", slug=slug, pid=seen.pid)
        return self._start_anew(slug)

    def stop(self, slug: str) -> ProcessState:
        """Stop the tenant's worker and return once it is gone; raises NotRunning or one of ours."""
        seen = self.status(slug)
        if not seen.running and seen.next_start_at is None:
            if seen.last_error:
                _ask("reset-failed", unit_of(slug))
            raise NotRunning("%(slug)s's worker is not running.", slug=slug)
        _ask("stop", unit_of(slug))
        _forget_failures(slug)
        return self.status(slug)

    def restart(self, slug: str, *, force: bool = False) -> ProcessState:
        """Stop the tenant's worker where it runs, without asking it where forced, then start it; raises StartFailed."""
        if force and self.status(slug).running:
            self.kill(slug)
        _ask("stop", unit_of(slug))
        return self._start_anew(slug)

    def kill(self, slug: str) -> None:
        """End the worker and all it has started, at once."""
        _ask("kill", "--signal=SIGKILL", unit_of(slug))

    @contextmanager
    def held(self, slug: str) -> Iterator[None]:
        """Let every process of the tenant's worker stand still meanwhile; does nothing where none runs."""
        is_running = self.status(slug).running
        try:
            if is_running:
                _ask("kill", "--kill-whom=all", "--signal=SIGSTOP", unit_of(slug))
            yield
        finally:
            if is_running:
                _ask("kill", "--kill-whom=all", "--signal=SIGCONT", unit_of(slug))

    def settle(self, slugs: Sequence[str]) -> None:
        """Bring these workers to what is wanted of them, one after another, in a process of its own."""
        subprocess.Popen([*programs.SETTLE, *slugs], stdin=subprocess.DEVNULL, start_new_session=True,  # noqa: S603 - our own command, no shell
                         env=self.settings.child_environ())

    def status(self, slug: str) -> ProcessState:
        """What is seen of the tenant's worker; not running for one that was never started."""
        return _show(unit_of(slug)).get(slug, ProcessState(slug))

    def states(self) -> dict[str, ProcessState]:
        """Every worker that systemd has in memory: those that run, and those that have failed."""
        return _show(f"{UNIT_PREFIX}*{UNIT_SUFFIX}")

    def is_worker(self, pid: int, slug: str) -> bool:  # noqa: ARG002 - as the protocol says
        """Whether process `pid` is the tenant's worker, started by other means; on a real host none is."""
        return False

    def turn(self, slug: str, verb: str) -> AbstractContextManager[bool]:
        """Hold the tenant's worker for one verb; False where somebody else has just done the same."""
        return turn(self.settings.state_dir / "turns", slug, verb)

    def clean(self, slug: str) -> None:
        """Delete what the stopped worker keeps on the disk: the browser's profile above all."""
        # Only a unit that is neither running nor failed can be cleaned.
        _forget_failures(slug)
        _ask("clean", "--what=state", "--what=runtime", unit_of(slug))

    def log_lines(self, slug: str, limit: int) -> list[str]:
        """The last lines that the worker, and systemd about it, have written to the journal; oldest first."""
        return journal.last_lines(unit_of(slug), limit)

    def _start_anew(self, slug: str) -> ProcessState:
        """Start it as if it had never failed: a person has asked for it."""
        _forget_failures(slug)
        try:
            _ask("start", unit_of(slug))
        except StartFailed as error:
            reason = self.status(slug).last_error
            raise type(error)("%(slug)s's worker did not start: %(reason)s", slug=slug,
                              reason=reason or error) from None
        return self.status(slug)


@contextmanager
def platform_stopped() -> Iterator[None]:
    """Stop all of Flow HQ on this machine meanwhile, its workers too; it is started again only where all went well."""
    # By name: a stop of the target returns before what belongs to it has ended.
    _ask("stop", PLATFORM, *(f"flowhq-*.{kind}" for kind in ("timer", "socket", "service")))
    yield
    _ask("start", PLATFORM)


@dataclass(frozen=True)
class UnitState:
    """One unit of the platform, as systemd has it in memory; `stale` means that its file has changed since."""

    name: str
    active: str
    enabled: str
    stale: bool


def platform_units() -> list[UnitState]:
    """Every unit of Flow HQ that systemd has in memory: what runs, what waits, and what has failed."""
    shown = _run("show", f"--property={','.join(UNIT_PROPERTIES)}", "--", "flowhq*", limit_s=SHOW_S)
    blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in shown.split("\n\n")]
    return [UnitState(block["Id"], block["ActiveState"], block["UnitFileState"], block["NeedDaemonReload"] == "yes")
            for block in blocks if "Id" in block]


def unit_of(slug: str) -> str:
    """The unit that is the tenant's worker; raises Invalid for what is no slug."""
    check_slug(slug)
    return f"{UNIT_PREFIX}{slug}{UNIT_SUFFIX}"


def _forget_failures(slug: str) -> None:
    """Clear the failures, and with them the count of starts; a unit that nobody has started has none."""
    try:
        _ask("reset-failed", unit_of(slug))
    except NoSuchUnit:
        return


def _show(pattern: str) -> dict[str, ProcessState]:
    answer = _run("show", "--timestamp=unix", f"--property={','.join(PROPERTIES)}", "--", pattern, limit_s=SHOW_S)
    blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in answer.split("\n\n")]
    now = datetime.now(UTC)
    return {state.slug: state for state in (_read(block, now) for block in blocks if "Id" in block)}


def _read(shown: dict[str, str], now: datetime) -> ProcessState:
    slug = shown["Id"].removeprefix(UNIT_PREFIX).removesuffix(UNIT_SUFFIX)
    is_restarting = shown["SubState"] == RESTARTING
    running = shown["ActiveState"] in UP and not is_restarting
    pid = int(shown["MainPID"])
    return ProcessState(
        slug, running=running, stopping=shown["ActiveState"] == GOING, pid=pid or None,
        since=_moment(shown["ExecMainStartTimestamp"]) if running else None, restarts=int(shown["NRestarts"]),
        last_exit=_exit_code(shown), last_error=_why_failed(shown) if not running else "",
        next_start_at=_next_start(shown, now) if is_restarting else None)


def _next_start(shown: dict[str, str], now: datetime) -> datetime:
    return (_moment(shown["StateChangeTimestamp"]) or now) + _span(shown["RestartUSec"])


def _exit_code(shown: dict[str, str]) -> int | None:
    """The exit code, or the signal as a negative number; None for a process that runs or never ran."""
    code, status = shown["ExecMainCode"], int(shown["ExecMainStatus"])
    if code == "0":
        return None
    return status if code == EXITED else -status


def _why_failed(shown: dict[str, str]) -> str:
    """Why the unit is not well, in words; empty where it ended as asked. The worker's own word comes first."""
    if shown["ActiveState"] != "failed" and shown["SubState"] != RESTARTING:
        return ""
    if shown["Result"] == "start-limit-hit":
        return f"it was started too often in a short time; the last time {_last_words(shown)}"
    return _last_words(shown)


def _last_words(shown: dict[str, str]) -> str:
    code = _exit_code(shown)
    if shown["Result"] == "watchdog":
        return "it hung: its watchdog did not hear from it in time"
    if shown["Result"] == "timeout":
        return "it did not start or end in time"
    if shown["Result"] == "oom-kill":
        return "it took more memory than it may"
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return shown["StatusText"] or ("it did not begin" if code is None else f"ended with exit code {code}")


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text[1:]), UTC) if text.startswith("@") else None


def _span(text: str) -> timedelta:
    """A short span as systemctl writes it: 2s, 100ms or 1min 30s."""
    units = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
    parts = [(part.rstrip("mshin"), part.lstrip("0123456789.")) for part in text.split()]
    return timedelta(seconds=sum(float(number) * units[unit] for number, unit in parts if unit in units))


def _ask(verb: str, *arguments: str) -> str:
    return _run(verb, "--no-ask-password", *arguments, limit_s=VERB_S)


def _run(*arguments: str, limit_s: float) -> str:
    """Run systemctl and return what it writes; raises one of our errors, by what it complains of."""
    command = ["systemctl", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit_s,  # noqa: S603 - no shell
                              stdin=subprocess.DEVNULL, env=Settings.foreign_environ())
    except FileNotFoundError:
        raise Unreachable("There is no systemd on this machine: FLOWHQ_PRODUCTION=yes needs one.") from None
    except subprocess.TimeoutExpired:
        raise TimedOut("systemd did not finish within %(seconds)d s; it may still. Look again in a moment.",
                       seconds=limit_s) from None
    if done.returncode:
        raise _error_of(arguments[-1], " ".join(done.stderr.split()))
    return done.stdout


class Complaint(NamedTuple):
    """What systemctl says when something goes wrong, and the error that it becomes."""

    marks: tuple[str, ...]
    kind: type[FlowError]
    message: str


_COMPLAINTS = (
    Complaint(
        ("Access denied", "authentication required", "Not authorized", "Permission denied"), NotAuthorised,
        "This user may not control %(unit)s: is the polkit rule 50-flowhq.rules installed, and is this user flowhq?"),
    Complaint(("not found", "not loaded", "could not be found"), NoSuchUnit,
              "%(unit)s is not installed on this machine, or was never started."),
    Complaint(("repeated too quickly", "attempted too often"), StartLimitHit,
              "%(unit)s was started too often in a short time."),
    Complaint(("Job for", "Failed to start", "Job failed"), StartFailed, "%(complaint)s"),
    Complaint(("Failed to connect", "not been booted with systemd", "Failed to get D-Bus"), Unreachable,
              "systemd does not answer: %(complaint)s"),
)


def _error_of(unit: str, complaint: str) -> FlowError:
    values: dict[str, Any] = {"unit": unit, "complaint": complaint}
    for marks, kind, message in _COMPLAINTS:
        if any(mark.lower() in complaint.lower() for mark in marks):
            return kind(message, **values)
    return FlowError("systemctl: %(complaint)s", **values)
