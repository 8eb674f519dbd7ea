"""One tenant's worker as a child process: start it, keep it running, stop it, leave nothing behind."""
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app import logfiles
from app.logs import get_logger
from app.processes import AlreadyRunning, NotRunning, ProcessState, StartFailed
from app.supervisor import leftovers, lifeline
from app.supervisor.plan import End, Plan, Reports
from app.supervisor.restart import Verdict, after_exit

log = get_logger(__name__)

# A start that comes this soon after the supervisor itself brought the worker up is the reason why the supervisor runs.
SAME_START_S = 30.0
LEFTOVER_GRACE_S = 2.0


class Child:
    """Keeps one worker running from `start` to `stop`. `state` is what is seen of it now."""

    def __init__(self, slug: str, plan: Plan, reports: Reports) -> None:
        self.state = ProcessState(slug)
        self._slug, self._plan, self._reports = slug, plan, reports
        self._verb = asyncio.Lock()
        self._stop_asked = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._crashes = 0
        self._unasked = False
        self._environ = plan.environ

    @property
    def wanted(self) -> bool:
        """Whether a process runs or will be started again."""
        return self._life is not None and not self._life.done()

    async def start(self, environ: Mapping[str, str] | None = None, *, asked: bool = True) -> ProcessState:
        """Start the worker, at once where it waits to be restarted; raises AlreadyRunning or StartFailed.

        It and its successors get `environ`, or what the plan says.
        """
        async with self._verb:
            if self.state.running:
                return self._answer_second_start()
            await self._end_life(self._plan.stop_grace_s)
            self._crashes, self._unasked, self._environ = 0, not asked, environ or self._plan.environ
            self._stop_asked.clear()
            self.state = ProcessState(self._slug)
            process = await self._spawn()
            self._life = asyncio.create_task(self._live(process))
            return self.state

    async def stop(self, *, force: bool = False) -> ProcessState:
        """Stop the worker for good and return once it and its browser are gone; raises NotRunning.

        One that is forced gets no time to end in good order.
        """
        async with self._verb:
            if not self.wanted:
                raise NotRunning("%(slug)s's worker is not running.", slug=self._slug)
            await self._end_life(0.0 if force else self._plan.stop_grace_s)
            return self.state

    async def restart(self, environ: Mapping[str, str] | None = None, *, force: bool = False) -> ProcessState:
        """Stop the worker where it runs, then start it, as it was where nothing is said; raises StartFailed."""
        with contextlib.suppress(NotRunning):
            await self.stop(force=force)
        return await self.start(environ or self._environ)

    def bound_log(self) -> None:
        """Keep the worker's log from growing without end."""
        logfiles.bound(self._plan.log_path(self._slug), self._plan.log_limit_bytes)

    def _answer_second_start(self) -> ProcessState:
        since = self.state.since
        if self._unasked and since and datetime.now(UTC) - since < timedelta(seconds=SAME_START_S):
            self._unasked = False
            return self.state
        raise AlreadyRunning(
            "%(slug)s's worker is already running (pid %(pid)s).", slug=self._slug, pid=self.state.pid)

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = [sys.executable, "-S", lifeline.__file__, str(os.getpid()),
                   leftovers.mark(self._plan.state_dir, self._slug), *self._plan.command_for(self._slug)]
        path = self._plan.log_path(self._slug)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=asyncio.subprocess.DEVNULL, stdout=stream, stderr=stream,
                    start_new_session=True, env=self._environ)
        except OSError as error:
            raise StartFailed("%(slug)s's worker could not be started: %(reason)s", slug=self._slug,
                              reason=_reason(error)) from error
        self.state = replace(self.state, running=True, pid=process.pid, since=datetime.now(UTC), next_start_at=None)
        log.info("worker_started", tenant=self._slug, pid=process.pid)
        return process

    async def _live(self, process: asyncio.subprocess.Process | None) -> None:
        while True:
            verdict = await (self._outlive(process) if process else self._note_failed_start())
            if verdict.delay_s is None:
                return
            self.state = replace(self.state, next_start_at=datetime.now(UTC) + timedelta(seconds=verdict.delay_s))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_asked.wait(), verdict.delay_s)
            if self._stop_asked.is_set():
                self.state = replace(self.state, next_start_at=None)
                return
            self.state = replace(self.state, restarts=self.state.restarts + 1)
            process = await self._try_spawn()
            if process and self._stop_asked.is_set():
                # The stop came while the process was being made and found none to signal.
                _signal(process.pid, signal.SIGTERM)

    async def _try_spawn(self) -> asyncio.subprocess.Process | None:
        try:
            return await self._spawn()
        except StartFailed as error:
            self.state = replace(self.state, last_error=str(error))
            return None

    async def _note_failed_start(self) -> Verdict:
        verdict = after_exit(os.EX_OSERR, ran_s=0.0, crashes=self._crashes, pace=self._plan.pace)
        self._crashes = verdict.crashes
        await self._reports.ended(End(self._slug, os.EX_OSERR, self.state.last_error, verdict.delay_s, verdict.crashes))
        return verdict

    async def _outlive(self, process: asyncio.subprocess.Process) -> Verdict:
        """Wait until the worker ends, clear what it left, and tell what became of it."""
        started = asyncio.get_running_loop().time()
        code = await process.wait()
        ran_s = asyncio.get_running_loop().time() - started
        if code != os.EX_TEMPFAIL:
            await self._clear_leftovers()
        if self._stop_asked.is_set():
            verdict, error = Verdict(None, 0), ""
        else:
            verdict = after_exit(code, ran_s=ran_s, crashes=self._crashes, pace=self._plan.pace)
            error = logfiles.why_ended(code, self._plan.log_path(self._slug)).removeprefix("worker: ")
            if verdict.delay_s is None and verdict.crashes:
                error = f"It failed {verdict.crashes} times in a row and is not started again by itself. {error}"
        self._crashes = verdict.crashes
        self.state = replace(self.state, running=False, stopping=False, pid=None, since=None, last_exit=code,
                             last_error=error)
        log.info("worker_ended", tenant=self._slug, exit=code, error=error, delay_s=verdict.delay_s)
        await self._reports.ended(End(self._slug, code, error, verdict.delay_s, verdict.crashes))
        return verdict

    async def _clear_leftovers(self) -> None:
        tenant_dir = self._plan.tenants_dir / self._slug
        found = await asyncio.to_thread(lambda: leftovers.end(
            leftovers.left_by(self._plan.state_dir, tenant_dir, self._slug), LEFTOVER_GRACE_S))
        if found:
            log.info("leftovers_ended", tenant=self._slug, processes=found)

    async def _end_life(self, grace_s: float) -> None:
        """Ask the process to end, wait, then kill its group; cancels a restart that waits."""
        if self._life is None:
            return
        self._stop_asked.set()
        if pid := self.state.pid:
            self.state = replace(self.state, stopping=True)
            _signal(pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._life), grace_s)
        except TimeoutError:
            log.warning("worker_killed", tenant=self._slug, pid=self.state.pid)
            if self.state.pid:
                _signal(-self.state.pid, signal.SIGKILL)
            await self._life


def _signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, or to a group where `pid` is negative, if it still is there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _reason(error: OSError) -> str:
    return f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)
