"""The processes of the demonstration: each tied to its life, each ended with it."""
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import FlowError
from app.logfiles import why_ended
from app.settings import Settings
from app.supervisor import lifeline

READY_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.05
# The supervisor gives its workers 20 s to end in good order.
END_TIMEOUT_S = 40.0

Question = Callable[[], Awaitable[bool]]


@dataclass
class Part:
    """One running program of the demonstration."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def complaint(self) -> str:
        """What it said last, for somebody who wants to know why it ended."""
        reason = why_ended(self.process.returncode or 0, self.log)
        return f"the {self.name} ended: {reason} ({self.log})"


@dataclass
class Parts:
    """All programs, in the order of their start."""

    settings: Settings
    running: list[Part] = field(default_factory=list)

    async def start(self, name: str, command: list[str], is_ready: Question) -> None:
        """Start a program and return once it is ready; raises FlowError with its last words where it ends instead."""
        log = self.settings.state_dir / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-S", lifeline.__file__, str(os.getpid()), "demo", *command,
                stdin=asyncio.subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
                env=self.settings.child_environ())
        part = Part(name, process, log)
        self.running.append(part)
        await self._await_ready(part, is_ready)

    async def first_end(self) -> Part:
        """The part that ends first; waits until one does."""
        waits = {asyncio.create_task(part.process.wait()): part for part in self.running}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return waits[done.pop()]

    async def end(self) -> None:
        """End all, the last that was started first, so that workers part from a sandbox that still listens."""
        for part in reversed(self.running):
            await _end(part)

    async def _await_ready(self, part: Part, is_ready: Question) -> None:
        deadline = asyncio.get_running_loop().time() + READY_TIMEOUT_S
        while not await is_ready():
            if part.process.returncode is not None:
                raise FlowError(part.complaint())
            if asyncio.get_running_loop().time() > deadline:
                raise FlowError(f"the {part.name} did not get ready within {READY_TIMEOUT_S:.0f} s ({part.log})")
            await asyncio.sleep(LOOK_EVERY_S)


async def _end(part: Part) -> None:
    with contextlib.suppress(ProcessLookupError):
        part.process.terminate()
    try:
        await asyncio.wait_for(part.process.wait(), END_TIMEOUT_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.process.pid, signal.SIGKILL)
        await part.process.wait()
