"""Restart workers in a ring: a few at a time, the quiet ones first, no further than the first that is not back."""
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import FlowError, Invalid
from app.models import SessionState
from app.models.base import utc_now
from app.processes import ProcessVerbs
from app.services import workers
from app.services.interruptions import Interruption, interruptions

LOOK_EVERY_S = 0.5
# A code that somebody is about to scan is worth the longest wait: a restart throws the code away.
LAST = (Interruption.ANSWERING, Interruption.SCANNING, Interruption.LINKING)


@dataclass(frozen=True)
class Rolled:
    """One worker after its restart: `before` and `after` are its session's states, `took_s` what it took to settle."""

    slug: str
    before: SessionState
    after: SessionState
    took_s: float
    error: str = ""

    @property
    def is_back(self) -> bool:
        """Whether it is as well as it was: connected where it was connected, else merely running."""
        return not self.error and (self.before != SessionState.CONNECTED or self.after == SessionState.CONNECTED)


@dataclass(frozen=True)
class Ring:
    """How to go round: seconds to wait for a quiet moment, and for a worker to come back; whom the audit log names.

    `only` names the tenants whose workers are restarted, all of them where it is empty.
    """

    by: str
    at_once: int = 1
    quiet_s: float = 60.0
    back_s: float = 120.0
    only: tuple[str, ...] = ()


def in_order(busy: Sequence[tuple[str, Sequence[Interruption]]]) -> list[str]:
    """The slugs, those first whose restart cuts nothing off, those last where somebody scans a code."""
    return [slug for slug, _ in sorted(busy, key=lambda one: max((LAST.index(what) + 1 for what in one[1]), default=0))]


def roll(processes: ProcessVerbs, ring: Ring) -> Iterator[list[Rolled]]:
    """Restart every worker that runs, batch by batch; yields each batch, and ends after one that is not back whole.

    Raises Invalid where one of those that were named does not run.
    """
    running = _chosen([seen for seen in workers.worker_overview(processes) if seen.process.running], ring.only)
    now = utc_now()
    waiting = in_order([(seen.row.tenant.slug, interruptions(seen.row.tenant, now)) for seen in running])
    for start in range(0, len(waiting), ring.at_once):
        batch = [_restarted(slug, processes, ring) for slug in waiting[start:start + ring.at_once]]
        settled = [_settled(one, processes, ring) for one in batch]
        yield settled
        if not all(one.is_back for one in settled):
            return


def _chosen(running: list[workers.Overview], only: Sequence[str]) -> list[workers.Overview]:
    if missing := sorted(set(only) - {seen.row.tenant.slug for seen in running}):
        raise Invalid("%(slugs)s: no worker of that name runs. `flowhq worker status` shows which do.",
                      slugs=", ".join(missing))
    return [seen for seen in running if not only or seen.row.tenant.slug in only]


def _restarted(slug: str, processes: ProcessVerbs, ring: Ring) -> tuple[str, SessionState, float, str]:
    seen = workers.tenant_overview(slug, processes)
    _until(lambda: not interruptions(seen.row.tenant, utc_now()), ring.quiet_s)
    before, started = workers.tenant_overview(slug, processes).session_state, time.monotonic()
    try:
        workers.restart_worker(slug, by=ring.by, processes=processes)
    except FlowError as error:
        return slug, before, started, str(error)
    return slug, before, started, ""


def _settled(batch: tuple[str, SessionState, float, str], processes: ProcessVerbs, ring: Ring) -> Rolled:
    slug, before, started, error = batch

    def is_back() -> bool:
        return Rolled(slug, before, _state(slug, processes), 0).is_back

    if not error:
        _until(is_back, ring.back_s)
    seen = workers.tenant_overview(slug, processes)
    return Rolled(slug, before, seen.session_state, time.monotonic() - started, error or _why_not(seen))


def _state(slug: str, processes: ProcessVerbs) -> SessionState:
    return workers.tenant_overview(slug, processes).session_state


def _why_not(seen: workers.Overview) -> str:
    return "" if seen.process.running else seen.last_error or "it does not run"


def _until(question: Callable[[], bool], limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
    return answer
