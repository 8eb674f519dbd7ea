"""What a worker reports about its session and itself, each report one transaction.

A report moves the session, the worker and the tenant through the tables of app.services.states together, so that the
three never tell different stories.
"""
from dataclasses import dataclass
from datetime import datetime

from peewee import Value, fn

from app.db import db
from app.models import (
    RequestStatus,
    SessionState,
    SetupRequest,
    StateChange,
    Tenant,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.services import pictures, states

DETAIL_LIMIT = 1000
# A worker may write these alone; what the platform asks of it in the same row is not its to overwrite.
SESSION_FIELDS = ["state", "state_since", "detail", "qr_code", "qr_expires_at", "proved_at", "pairing_code",
                  "pairing_refused_at"]


@dataclass(frozen=True)
class Code:
    """A QR code as the page shows it; `generation` names the browser that shows it."""

    text: str
    generation: int
    expires_at: datetime


def report_session(tenant: Tenant, cause: str, *, now: datetime, detail: str = "") -> None:
    """Move session and tenant by one cause of states.SESSION; `detail` is what a person reads about it."""
    with db.atomic():
        session = WhatsAppSession.get(WhatsAppSession.tenant == tenant)
        state = states.after(states.SESSION, session.state, cause)
        if state != session.state:
            session.state_since = now
            remember(tenant, "session", (state, cause), now, detail)
        detail = detail[:DETAIL_LIMIT]
        if session.state == SessionState.ACTION_REQUIRED and (session.state, session.detail) != (state, detail):
            pictures.forget_picture(tenant)
        session.state, session.detail = state, detail
        if cause == "proved":
            session.proved_at, session.pairing_refused_at = now, None
        if cause != "code_shown":
            session.qr_code, session.qr_expires_at, session.pairing_code = None, None, ""
        session.save(only=SESSION_FIELDS)
        move_tenant(tenant, cause, now)


def report_code(tenant: Tenant, code: Code | None, *, now: datetime, detail: str = "") -> None:
    """Show a new code, or none where the page has stopped renewing it."""
    with db.atomic():
        report_session(tenant, "code_shown", now=now, detail=detail)
        WhatsAppSession.update(
            qr_code=code.text if code else None,
            qr_generation=code.generation if code else WhatsAppSession.qr_generation,
            qr_expires_at=code.expires_at if code else None,
        ).where(WhatsAppSession.tenant == tenant).execute()


def report_identity(tenant: Tenant, *, phone: str, lid: str, now: datetime) -> bool:
    """Keep the number and LID that the page says it is linked as; whether it is another number than before.

    Another number's history is none that was read up to the watermark.
    """
    is_other = bool(WhatsAppSession.update(phone=phone, watermark=None, linked_at=now).where(
        WhatsAppSession.tenant == tenant, WhatsAppSession.phone != phone).execute())
    WhatsAppSession.update(lid=lid).where(WhatsAppSession.tenant == tenant).execute()
    return is_other


def report_pause(tenant: Tenant, *, resumes_at: datetime, now: datetime) -> None:
    """Keep that sending is paused because nothing arrives, since when, and from when on a reply is tried again."""
    since = fn.COALESCE(WhatsAppSession.sending_paused_at, Value(now, converter=WhatsAppSession.state_since.db_value))
    WhatsAppSession.update(sending_paused_at=since, sending_resumes_at=resumes_at).where(
        WhatsAppSession.tenant == tenant).execute()


def end_pause(tenant: Tenant) -> None:
    """Keep that sending goes on."""
    WhatsAppSession.update(sending_paused_at=None, sending_resumes_at=None).where(
        WhatsAppSession.tenant == tenant).execute()


def report_worker(tenant: Tenant, cause: str, *, now: datetime, token: int, error: str | None = None) -> bool:
    """Move the worker by one cause of states.WORKER; False where a newer worker has taken the tenant over."""
    with db.atomic():
        worker = WorkerProcess.get(WorkerProcess.tenant == tenant)
        if worker.fencing_token != token:
            return False
        status = states.after(states.WORKER, worker.status, cause)
        if status != worker.status:
            remember(tenant, "worker", (status, cause), now, error or "")
        worker.status, worker.last_seen_at = status, now
        if error is not None:
            worker.last_error = error[:DETAIL_LIMIT]
        if cause == "stopped":
            worker.pid = None
        worker.save(only=["status", "last_seen_at", "last_error", "pid"])
        if cause == "failed":
            move_tenant(tenant, cause, now)
        return True


def take_over(tenant: Tenant, *, pid: int, host: str, now: datetime) -> int:
    """Make the calling process the tenant's one worker; returns its fencing token, larger than every earlier one."""
    with db.atomic():
        worker = WorkerProcess.get(WorkerProcess.tenant == tenant)
        worker.fencing_token += 1
        worker.pid, worker.host, worker.started_at, worker.last_seen_at = pid, host, now, now
        status = states.after(states.WORKER, worker.status, "started")
        if status != worker.status:
            remember(tenant, "worker", (status, "started"), now)
        worker.status = status
        worker.save(only=["fencing_token", "pid", "host", "started_at", "last_seen_at", "status"])
        return worker.fencing_token


@dataclass(frozen=True)
class Beat:
    """A worker's sign of life: whether the page answered, what was ignored so far, and the memory of its processes."""

    proved: bool
    ignored: dict[str, int]
    memory_mib: int | None = None


def report_beat(tenant: Tenant, beat: Beat, *, token: int, now: datetime) -> bool:
    """Record a sign of life; False where a newer worker has taken the tenant over."""
    with db.atomic():
        rows = WorkerProcess.update(last_seen_at=now, ignored=beat.ignored, memory_mib=beat.memory_mib).where(
            WorkerProcess.tenant == tenant, WorkerProcess.fencing_token == token).execute()
        if rows:
            _end_silence(tenant, now)
        if rows and beat.proved:
            WhatsAppSession.update(proved_at=now).where(WhatsAppSession.tenant == tenant).execute()
        return bool(rows)


def _end_silence(tenant: Tenant, now: datetime) -> None:
    status = states.after(states.WORKER, WorkerStatus.STALE, "beat")
    if WorkerProcess.update(status=status).where(
            WorkerProcess.tenant == tenant, WorkerProcess.status == WorkerStatus.STALE).execute():
        remember(tenant, "worker", (status, "beat"), now)


def takes_writes(tenant: Tenant) -> bool:
    """Whether the database takes what a worker writes, by writing what changes nothing; raises peewee's errors."""
    return bool(WorkerProcess.update(pid=WorkerProcess.pid).where(WorkerProcess.tenant == tenant).execute())


def next_generation(tenant: Tenant) -> int:
    """The number of the browser that is being started, one above the last; codes carry it, and those before it end."""
    following = {"qr_generation": WhatsAppSession.qr_generation + 1, "qr_code": None, "qr_expires_at": None,
                 "pairing_code": ""}
    with db.atomic():
        WhatsAppSession.update(following).where(WhatsAppSession.tenant == tenant).execute()
        generation: int = WhatsAppSession.get(WhatsAppSession.tenant == tenant).qr_generation
    return generation


def ignored_so_far(tenant: Tenant) -> dict[str, int]:
    """How many messages were nobody's to answer, by the word for why."""
    ignored: dict[str, int] = WorkerProcess.get(WorkerProcess.tenant == tenant).ignored
    return ignored


def report_pairing_code(tenant: Tenant, code: str, *, now: datetime) -> None:
    """Show the code that links a phone which cannot scan, or that WhatsApp gives none, where it is empty."""
    WhatsAppSession.update(pairing_code=code, pairing_refused_at=None if code else now).where(
        WhatsAppSession.tenant == tenant).execute()


def remember(tenant: Tenant, machine: str, change: tuple[str, str], now: datetime, detail: str = "") -> None:
    """Write into the tenant's history that its session, worker or tenant came into a state, by a cause."""
    state, cause = change
    StateChange.create(tenant=tenant, machine=machine, state=state, cause=cause, detail=detail[:DETAIL_LIMIT], at=now)


def move_tenant(tenant: Tenant, cause: str, now: datetime) -> None:
    """Move the tenant, and its approved request, by one cause; call it inside the transaction of the change."""
    if cause in states.TENANT:
        row = Tenant.get_by_id(tenant.id)
        status = states.after(states.TENANT, row.status, cause)
        if status != row.status:
            Tenant.update(status=status, updated_at=now).where(Tenant.id == tenant.id).execute()
            remember(tenant, "tenant", (status, cause), now)
    if cause == "proved":
        SetupRequest.update(status=states.after(states.REQUEST, RequestStatus.APPROVED, cause), updated_at=now).where(
            SetupRequest.tenant == tenant, SetupRequest.status == RequestStatus.APPROVED).execute()
