"""A process manager for tests of what stands above it: it holds states in place of processes."""
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.processes import AlreadyRunning, NotRunning, Processes, ProcessState
from app.settings import Settings

PID = 4711


@dataclass
class FakeProcesses:
    """A process manager that holds states in place of processes."""

    running: dict[str, ProcessState] = field(default_factory=dict)
    outside: set[int] = field(default_factory=set)
    forced: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    settings: Settings | None = None

    def start(self, slug: str) -> ProcessState:
        if slug in self.running:
            raise AlreadyRunning(slug)
        self.running[slug] = ProcessState(slug, running=True, pid=PID, since=datetime.now(UTC))
        return self.running[slug]

    def stop(self, slug: str) -> ProcessState:
        if slug not in self.running:
            raise NotRunning(f"{slug}'s worker is not running.")
        del self.running[slug]
        return ProcessState(slug)

    def restart(self, slug: str, *, force: bool = False) -> ProcessState:
        self.forced += [slug] * force
        self.running.pop(slug, None)
        return self.start(slug)

    def settle(self, slugs: Sequence[str]) -> None:
        self.settled += slugs

    def status(self, slug: str) -> ProcessState:
        return self.running.get(slug, ProcessState(slug))

    def states(self) -> dict[str, ProcessState]:
        return self.running

    def is_worker(self, pid: int, slug: str) -> bool:
        return pid in self.outside

    def turn(self, slug: str, verb: str) -> AbstractContextManager[bool]:
        return Processes(self.settings).turn(slug, verb) if self.settings else nullcontext(True)

    def clean(self, slug: str) -> None:
        if self.settings:
            Processes(self.settings).clean(slug)

    def log_lines(self, slug: str, limit: int) -> list[str]:
        return Processes(self.settings).log_lines(slug, limit) if self.settings else []
