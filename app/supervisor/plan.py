"""What a supervisor is told: which command a worker is, how patient to be, and to whom it reports."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.supervisor.restart import Pace

# How long a supervisor that a command brought up stays without a worker.
IDLE_EXIT_S = 10.0


@dataclass(frozen=True)
class Plan:
    """One supervisor's orders. `{slug}` in `command` stands for the tenant; `environ` None passes ours on."""

    state_dir: Path
    command: tuple[str, ...]
    environ: Mapping[str, str] | None = None
    pace: Pace = field(default_factory=Pace)
    stop_grace_s: float = 20.0
    idle_exit_s: float | None = None
    start_gap_s: float = 0.5
    log_limit_bytes: int = 5_000_000
    log_check_s: float = 10.0
    silence_check_s: float = 60.0

    def command_for(self, slug: str) -> list[str]:
        """The command line of one tenant's worker."""
        return [part.replace("{slug}", slug) for part in self.command]

    def log_path(self, slug: str) -> Path:
        """Where one tenant's worker writes what it has to say."""
        return self.state_dir / "logs" / f"{slug}.log"

    @property
    def tenants_dir(self) -> Path:
        """Where the browser profiles are."""
        return self.state_dir.absolute() / "tenants"


@dataclass(frozen=True)
class End:
    """How a worker process ended. `error` is empty where it was asked to; `delay_s` is None where it stays down."""

    slug: str
    exit_code: int
    error: str = ""
    delay_s: float | None = None
    crashes: int = 0


class Reports(Protocol):
    """Where a supervisor learns what is wanted and tells what became of it. None of these raises."""

    async def wanted(self) -> list[str] | None:
        """The slugs whose worker should run; None where that cannot be learnt now."""

    async def ended(self, end: End) -> None:
        """A worker process is gone."""

    async def silent(self) -> list[str]:
        """Flag the workers that have gone silent; the slugs of those to be started anew."""
