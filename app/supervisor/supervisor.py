"""The supervisor process: one per state directory, reached over a Unix socket."""
import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from app.errors import Conflict, FlowError
from app.logs import get_logger
from app.processes import SOCKET_NAME, ProcessState, socket_address
from app.services.slugs import check_slug
from app.settings import Settings, SettingsError
from app.supervisor import leftovers
from app.supervisor.child import Child
from app.supervisor.plan import Plan, Reports

log = get_logger(__name__)

WANTED_RETRY_S = 5.0


class AlreadySupervised(Conflict):
    """Another supervisor serves this state directory."""


class Supervisor:
    """Runs the workers that the database wants and the socket asks for, until it is told to stop."""

    def __init__(self, plan: Plan, reports: Reports) -> None:
        self._plan, self._reports = plan, reports
        self._children: dict[str, Child] = {}
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM, SIGINT or, where the plan says so, until idle; raises AlreadySupervised."""
        with _locked(self._plan.state_dir):
            self._catch_signals()
            await self._end_leftovers()
            server = await asyncio.start_unix_server(self._serve, sock=_listen(self._plan.state_dir))
            chores = [asyncio.create_task(self._start_wanted()), asyncio.create_task(self._bound_logs()),
                      asyncio.create_task(self._watch_idle()), asyncio.create_task(self._check_silence())]
            log.info("supervisor_ready", state_dir=str(self._plan.state_dir), pid=os.getpid())
            await self._stop.wait()
            await self._shut_down(server, chores)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    async def _shut_down(self, server: asyncio.Server, chores: list[asyncio.Task[None]]) -> None:
        server.close()
        (self._plan.state_dir / SOCKET_NAME).unlink(missing_ok=True)
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        stops = [child.stop() for child in self._children.values() if child.wanted]
        await asyncio.gather(*stops, return_exceptions=True)
        log.info("supervisor_stopped")

    async def _end_leftovers(self) -> None:
        found = await asyncio.to_thread(lambda: leftovers.end(
            leftovers.left_by_all(self._plan.state_dir, self._plan.tenants_dir), self._plan.stop_grace_s))
        if found:
            log.info("leftovers_ended", processes=found)

    async def _start_wanted(self) -> None:
        """Start what should run, one after the other, so that many browsers do not start at once."""
        while (slugs := await self._reports.wanted()) is None:
            await asyncio.sleep(WANTED_RETRY_S)
        for slug in slugs:
            if not self._child(slug).wanted:
                with contextlib.suppress(FlowError):
                    await self._child(slug).start(asked=False)
                await asyncio.sleep(self._plan.start_gap_s)

    async def _bound_logs(self) -> None:
        while True:
            await asyncio.sleep(self._plan.log_check_s)
            for child in list(self._children.values()):
                child.bound_log()

    async def _check_silence(self) -> None:
        """Start workers that hang anew; one that somebody runs by hand is theirs to end."""
        while True:
            await asyncio.sleep(self._plan.silence_check_s)
            for slug in await self._reports.silent():
                if self._child(slug).wanted:
                    log.warning("silent_worker_restarted", tenant=slug)
                    with contextlib.suppress(FlowError):
                        await self._child(slug).restart(force=True)

    async def _watch_idle(self) -> None:
        idle_s = self._plan.idle_exit_s
        if idle_s is None:
            return
        step_s, passed_s = idle_s / 10, 0.0
        while passed_s < idle_s:
            await asyncio.sleep(step_s)
            passed_s = 0.0 if any(child.wanted for child in self._children.values()) else passed_s + step_s
        self._stop.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            return await self._obey(request.get("verb", ""), request.get("slug", ""), request.get("environ"))
        except FlowError as error:
            return {"error": type(error).__name__, "message": error.message, "values": error.values}
        except (ValueError, AttributeError, SettingsError):
            return {"error": "FlowError", "message": "The supervisor did not understand the request."}

    async def _obey(self, verb: str, slug: str, environ: dict[str, str] | None) -> dict[str, Any]:
        if verb == "states":
            return {"states": {name: child.state.as_json() for name, child in self._children.items()}}
        check_slug(slug)
        child = self._child(slug)
        told = None if environ is None else Settings.from_env(environ).child_environ()
        verbs: dict[str, Callable[[], Awaitable[ProcessState]]] = {
            "start": partial(child.start, told), "stop": child.stop, "restart": partial(child.restart, told),
            "force-restart": partial(child.restart, told, force=True)}
        if verb not in verbs:
            raise FlowError("The supervisor has no verb %(verb)r.", verb=verb)
        return {"state": (await verbs[verb]()).as_json()}

    def _child(self, slug: str) -> Child:
        return self._children.setdefault(slug, Child(slug, self._plan, self._reports))


@contextlib.contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """Hold the state directory for as long as the block runs; the lock goes with the process, however it ends."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "supervisor.lock").open("a+") as holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder.seek(0)
            pid = holder.read().strip() or "unknown"
            raise AlreadySupervised(f"A supervisor already runs on {state_dir} (pid {pid}).") from None
        holder.truncate(0)
        holder.write(f"{os.getpid()}\n")
        holder.flush()
        yield


def _listen(state_dir: Path) -> socket.socket:
    (state_dir / SOCKET_NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        with socket_address(state_dir) as address:
            listener.bind(address)
    finally:
        os.umask(previous)
    return listener
