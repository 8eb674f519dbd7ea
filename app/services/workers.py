"""Start and stop tenants' workers, and tell truly how they are.

`desired` is what an admin wants; what is seen comes from the worker's own reports, corrected by what the process
manager sees, so that a process that died without a word is never called running.
"""
import contextlib
import socket
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db import db
from app.errors import Conflict, FlowError
from app.models import (
    AuditEntry,
    Desired,
    SessionState,
    Tenant,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.base import utc_now
from app.processes import AlreadyRunning, NotRunning, ProcessState, ProcessVerbs
from app.services import audit, sessions, states
from app.services.tenants import TenantRow, find_tenant, tenant_row, tenant_rows

# From here on a worker that keeps crashing is a tenant in trouble, before that a hiccup.
CRASHES_THAT_COUNT = 3
LOOK_EVERY_S = 0.5
# A heartbeat asks the page every half minute and gives it some seconds to answer.
PROOF_GOOD_FOR = timedelta(seconds=45)
# As long as many workers that are started one after another may take until it is this one's turn.
AWAITED = timedelta(minutes=30)
# What the audit log calls it when somebody asks a worker to start or to stop.
ASKING = ("worker.start", "worker.stop", "worker.restart", "worker.force_restart", "worker.stale_restart",
          "tenant.paused", "tenant.resumed")
LIVE_SESSIONS = frozenset({
    SessionState.STARTING, SessionState.QR_READY, SessionState.CONNECTING, SessionState.CONNECTED})
LIVE_WORKERS = frozenset({WorkerStatus.STARTING, WorkerStatus.RUNNING, WorkerStatus.STALE})


@dataclass(frozen=True)
class Overview:
    """One tenant as it is: its row joined with config, session and worker, and what is seen of its process."""

    row: TenantRow
    process: ProcessState
    worker_status: WorkerStatus
    session_state: SessionState

    @property
    def gave_up(self) -> bool:
        """Whether the worker is down and will not be started again before somebody changes something."""
        is_tried = self.process.running or self.process.next_start_at is not None
        return self.worker_status == WorkerStatus.ERROR and not is_tried

    @property
    def last_error(self) -> str:
        """Why the worker is not well, or an empty text."""
        return self.process.last_error or str(self.row.worker.last_error)


def start_worker(slug: str, *, by: str, processes: ProcessVerbs, address: str = "") -> ProcessState:
    """Want the tenant's worker to run and start it.

    Raises UnknownTenant, Conflict for one that is paused, AlreadyRunning or StartFailed.
    """
    with processes.turn(slug, "start") as is_ours:
        tenant, seen = _unpaused(slug), processes.status(slug)
        if seen.running and not is_ours:
            return seen
        if seen.running:
            raise AlreadyRunning("%(slug)s's worker is already running (pid %(pid)s).", slug=slug, pid=seen.pid)
        _want(tenant, Desired.RUNNING, by=by, action="worker.start", address=address)
        return processes.start(slug)


def stop_worker(slug: str, *, by: str, processes: ProcessVerbs, address: str = "") -> ProcessState:
    """Want the tenant's worker to be stopped and stop it; raises UnknownTenant or NotRunning."""
    with processes.turn(slug, "stop") as is_ours:
        tenant = find_tenant(slug)
        was_wanted = tenant.desired == Desired.RUNNING
        if was_wanted:
            _want(tenant, Desired.STOPPED, by=by, action="worker.stop", address=address)
        try:
            return processes.stop(slug)
        except NotRunning:
            if is_ours and not was_wanted:
                raise
            record_end(slug, error="", crashes=0, gave_up=False)
            return ProcessState(slug)


def restart_worker(
    slug: str, *, by: str, processes: ProcessVerbs, address: str = "", force: bool = False,
) -> ProcessState:
    """Stop the tenant's worker where it runs, without asking it where forced, and start it.

    Raises UnknownTenant, Conflict for one that is paused, or StartFailed.
    """
    action = "worker.force_restart" if force else "worker.restart"
    with processes.turn(slug, action) as is_ours:
        if not is_ours and (seen := processes.status(slug)).running:
            return seen
        _want(_unpaused(slug), Desired.RUNNING, by=by, action=action, address=address)
        return processes.restart(slug, force=force)


def want_many(slugs: Iterable[str], desired: Desired, *, by: str, address: str = "") -> list[str]:
    """Want many workers to run or to be stopped, in one transaction; `settle` then makes it so.

    Returns the slugs of those that were not wanted so before, without tenants that are paused or unknown.
    """
    with db.atomic():
        chosen = list(Tenant.select().where(
            Tenant.slug.in_(list(slugs)), Tenant.desired != desired, Tenant.status != TenantStatus.PAUSED))
        action = "worker.start" if desired == Desired.RUNNING else "worker.stop"
        for tenant in chosen:
            _want(tenant, desired, by=by, action=action, address=address)
    return [tenant.slug for tenant in chosen]


def settle(slugs: Iterable[str], processes: ProcessVerbs) -> dict[str, str]:
    """Bring each worker to what is wanted of it; returns what went wrong by slug.

    One at a time, since a browser that starts takes a whole processor for a while.
    """
    wrong: dict[str, str] = {}
    for slug in slugs:
        try:
            _settle(slug, processes)
        except FlowError as error:
            wrong[slug] = str(error)
    return wrong


def start_wanted(processes: ProcessVerbs, *, at_once: int, settle_s: float) -> dict[str, str]:
    """Start every worker that should run, `at_once` at a time; returns what went wrong by slug.

    The next one waits until one before it has its page, at most `settle_s` seconds.
    """
    wrong: dict[str, str] = {}
    waiting, starting = deque(wanted_slugs()), dict[str, float]()
    while waiting or starting:
        while waiting and len(starting) < at_once:
            wrong |= settle([slug := waiting.popleft()], processes)
            starting[slug] = time.monotonic() + settle_s
        time.sleep(LOOK_EVERY_S)
        still = _starting(starting)
        starting = {slug: until for slug, until in starting.items() if slug in still and time.monotonic() < until}
    return wrong


def reconcile(processes: ProcessVerbs) -> list[str]:
    """Write down the end of every worker that says it lives and is not there any more; returns their slugs.

    A worker that ends in good order says so itself; this is for one that was killed, or went with the machine.
    """
    gone = [seen for seen in worker_overview(processes)
            if seen.row.worker.status in LIVE_WORKERS and seen.worker_status not in LIVE_WORKERS
            and not is_awaited(seen, utc_now())]
    for seen in gone:
        record_end(seen.row.tenant.slug, error=seen.process.last_error, crashes=seen.process.restarts,
                   gave_up=seen.gave_up)
    return [seen.row.tenant.slug for seen in gone]


def is_awaited(seen: Overview, now: datetime) -> bool:
    """Whether the worker was asked for lately and its turn has not come yet: its row says STARTING from then on."""
    is_due = not (seen.process.running or seen.process.last_error) and seen.row.worker.status == WorkerStatus.STARTING
    return bool(is_due and now - seen.row.tenant.updated_at < AWAITED)


def last_asked(slug: str) -> datetime | None:
    """When somebody last asked by Flow HQ that the worker start or stop."""
    asked: datetime | None = AuditEntry.select(AuditEntry.at).where(
        AuditEntry.tenant_slug == slug, AuditEntry.action.in_(ASKING)).order_by(AuditEntry.id.desc()).scalar()
    return asked


def want_code(slug: str) -> None:
    """Note that somebody looks at the tenant's QR code now: the worker renews codes only for those who look."""
    WhatsAppSession.update(qr_wanted_at=utc_now()).where(WhatsAppSession.tenant == find_tenant(slug)).execute()


def wanted_slugs() -> list[str]:
    """The tenants whose worker should run."""
    query = Tenant.select(Tenant.slug).where(Tenant.desired == Desired.RUNNING, Tenant.status != TenantStatus.PAUSED)
    return [tenant.slug for tenant in query.order_by(Tenant.slug)]


def worker_overview(processes: ProcessVerbs) -> list[Overview]:
    """Every tenant by slug, as it is."""
    return overviews(tenant_rows(), processes)


def overviews(rows: Iterable[TenantRow], processes: ProcessVerbs) -> list[Overview]:
    """These tenants as they are, in the same order."""
    rows = list(rows)
    seen = _seen_alone(rows[0].tenant.slug, processes) if len(rows) == 1 else processes.states()
    return [_overview(row, seen, processes) for row in rows]


def tenant_overview(slug: str, processes: ProcessVerbs) -> Overview:
    """One tenant as it is; raises UnknownTenant."""
    return overviews([tenant_row(slug)], processes)[0]


def record_end(slug: str, *, error: str, crashes: int, gave_up: bool) -> None:
    """Write down that the tenant's worker process is gone: stopped where `error` is empty, failed otherwise."""
    now = utc_now()
    with db.atomic():
        tenant = Tenant.get_or_none(Tenant.slug == slug)
        if tenant is None:
            return
        worker = WorkerProcess.get(WorkerProcess.tenant == tenant)
        cause = "failed" if error else "stopped"
        status = states.after(states.WORKER, worker.status, cause)
        if status != worker.status:
            sessions.remember(tenant, "worker", (status, cause), now, error)
        worker.status = status
        worker.pid, worker.restarts = None, crashes
        worker.last_error = error[:sessions.DETAIL_LIMIT] or worker.last_error
        worker.save(only=["status", "pid", "restarts", "last_error"])
        if WhatsAppSession.get(WhatsAppSession.tenant == tenant).state in LIVE_SESSIONS:
            sessions.report_session(tenant, "worker_stopped", now=now, detail=error)
        if error and (gave_up or crashes >= CRASHES_THAT_COUNT):
            sessions.move_tenant(tenant, "failed", now)


def seen_worker(worker: WorkerProcess, process: ProcessState) -> WorkerStatus:
    """The worker's status, from what it said last and what is seen of its process."""
    if process.running:
        return WorkerStatus(worker.status) if worker.pid == process.pid else WorkerStatus.STARTING
    if process.last_error or process.next_start_at:
        return WorkerStatus.ERROR
    return WorkerStatus.STOPPED if worker.status in LIVE_WORKERS else WorkerStatus(worker.status)


def seen_session(session: WhatsAppSession, worker: WorkerStatus, now: datetime) -> SessionState:
    """The session's state; one whose worker is gone, or has not proved it for PROOF_GOOD_FOR, is connected to nothing.

    So a worker that hangs, or cannot reach the database, is not called connected for longer than that.
    """
    gone = worker not in LIVE_WORKERS and session.state in LIVE_SESSIONS
    unproved = session.state == SessionState.CONNECTED and not _is_proved(session, now)
    return SessionState.DISCONNECTED if gone or unproved else SessionState(session.state)


def _is_proved(session: WhatsAppSession, now: datetime) -> bool:
    # One from the future is no better than one from the past: a clock was wrong.
    return session.proved_at is not None and abs(now - session.proved_at) <= PROOF_GOOD_FOR


def _settle(slug: str, processes: ProcessVerbs) -> None:
    tenant = find_tenant(slug)
    is_wanted = tenant.desired == Desired.RUNNING and tenant.status != TenantStatus.PAUSED
    with processes.turn(slug, "start" if is_wanted else "stop"), contextlib.suppress(AlreadyRunning):
        try:
            processes.start(slug) if is_wanted else processes.stop(slug)
        except NotRunning:
            record_end(slug, error="", crashes=0, gave_up=False)


def _starting(slugs: Iterable[str]) -> set[str]:
    """Those of the tenants whose worker has no page yet."""
    query = Tenant.select(Tenant.slug).join(WorkerProcess).where(
        Tenant.slug.in_(list(slugs)), WorkerProcess.status == WorkerStatus.STARTING)
    return {tenant.slug for tenant in query}


def _unpaused(slug: str) -> Tenant:
    tenant = find_tenant(slug)
    if tenant.status == TenantStatus.PAUSED:
        raise Conflict("%(slug)s is paused: resume it first.", slug=slug)
    return tenant


def _overview(row: TenantRow, seen: Mapping[str, ProcessState], processes: ProcessVerbs) -> Overview:
    process = seen.get(row.tenant.slug) or _outside(row, processes)
    status = seen_worker(row.worker, process)
    return Overview(row, process, status, seen_session(row.session, status, utc_now()))


def _seen_alone(slug: str, processes: ProcessVerbs) -> dict[str, ProcessState]:
    """What is seen of one worker, without looking at all the others; empty for one that is not known."""
    state = processes.status(slug)
    return {} if state == ProcessState(slug) else {slug: state}


def _outside(row: TenantRow, processes: ProcessVerbs) -> ProcessState:
    """The worker that the supervisor does not know: one that somebody runs by hand on this machine, or none."""
    worker, slug = row.worker, row.tenant.slug
    if worker.pid and worker.host == socket.gethostname() and processes.is_worker(worker.pid, slug):
        return ProcessState(slug, running=True, pid=worker.pid, since=worker.started_at)
    return ProcessState(slug)


def _want(tenant: Tenant, desired: Desired, *, by: str, action: str, address: str) -> None:
    now = utc_now()
    with db.atomic():
        Tenant.update(desired=desired, updated_at=now).where(Tenant.id == tenant.id).execute()
        if desired == Desired.RUNNING:
            worker = WorkerProcess.get(WorkerProcess.tenant == tenant)
            status = states.after(states.WORKER, worker.status, "start_asked")
            changes = {"status": status, "last_error": "", "restarts": 0}
            WorkerProcess.update(changes).where(WorkerProcess.tenant == tenant).execute()
            if status != worker.status:
                sessions.remember(tenant, "worker", (status, "start_asked"), now)
        audit.record(by=by, action=action, slug=tenant.slug, address=address)
