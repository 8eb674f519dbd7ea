"""Find workers that say they run and have gone silent; say so, and start them anew, but not for ever."""
from datetime import datetime, timedelta
from typing import Any

import peewee

from app.db import db, is_sqlite
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
from app.services import audit, sessions, states

ACTOR = "stale-check"
RESTART = "worker.stale_restart"
# A session in one of these waits for somebody or something; its worker need not have been heard of lately.
WAITING_SESSIONS = frozenset({SessionState.STARTING, SessionState.QR_READY})


def check(*, now: datetime, after_s: float, cap: int) -> list[str]:
    """Flag the workers that have gone silent and choose those to be started anew; returns the latter's slugs."""
    flag_silent(now=now, after_s=after_s)
    return choose_restarts(now=now, cap=cap)


def flag_silent(*, now: datetime, after_s: float) -> list[str]:
    """Flag every worker that runs and was not heard of for `after_s` seconds; returns their tenants' slugs.

    A worker that is starting, or whose session waits for a page or for a scan, is left alone.
    """
    status = states.after(states.WORKER, WorkerStatus.RUNNING, "silent")
    with db.atomic():
        tenants = list(_unlocked(_silent(now, after_s, WorkerStatus.RUNNING)))
        WorkerProcess.update(status=status).where(WorkerProcess.tenant.in_(tenants)).execute()
        for tenant in tenants:
            sessions.remember(tenant, "worker", (status, "silent"), now)
            audit.record(by=ACTOR, action="worker.stale", slug=tenant.slug)
    return [tenant.slug for tenant in tenants]


def silent_workers(*, now: datetime, after_s: float) -> dict[int, str]:
    """The slugs of the tenants whose worker runs and was not heard of for `after_s` seconds, by its process.

    Nothing is written: it answers where somebody keeps the database from all who write.
    """
    query = _silent(now, after_s, WorkerStatus.RUNNING, WorkerStatus.STALE).select(Tenant.slug, WorkerProcess.pid)
    rows: Any = query.where(Tenant.desired == Desired.RUNNING).tuples()
    return {pid: slug for slug, pid in rows if pid}


def _silent(now: datetime, after_s: float, *statuses: WorkerStatus) -> "peewee.ModelSelect[Tenant]":
    # Of one that was heard of in the future, the clock was wrong: it counts as silent until it is heard of again.
    span = timedelta(seconds=after_s)
    heard = WorkerProcess.last_seen_at.between(now - span, now + span)
    silent = WorkerProcess.last_seen_at.is_null() | ~heard
    waiting = WhatsAppSession.select(WhatsAppSession.tenant).where(WhatsAppSession.state.in_(WAITING_SESSIONS))
    return Tenant.select().join(WorkerProcess).where(
        WorkerProcess.status.in_(statuses), silent, WorkerProcess.tenant.not_in(waiting))


def choose_restarts(*, now: datetime, cap: int) -> list[str]:
    """The tenants whose silent worker is to be started anew, each written down, at most `cap` times an hour each."""
    hour = now - timedelta(hours=1)
    with db.atomic():
        stale = _unlocked(Tenant.select().join(WorkerProcess).where(
            WorkerProcess.status == WorkerStatus.STALE, Tenant.desired == Desired.RUNNING,
            Tenant.status != TenantStatus.PAUSED))
        chosen = [tenant for tenant in stale if _restarts_since(tenant.slug, hour) < cap]
        for tenant in chosen:
            _note_restart(tenant, now)
    return [tenant.slug for tenant in chosen]


def _unlocked(query: "peewee.ModelSelect[Tenant]") -> "peewee.ModelSelect[Tenant]":
    """The tenants of a query by slug, locked; without those whose rows somebody holds.

    A worker may hold its rows for as long as it likes, and must not keep the check from all the others.
    """
    query = query.order_by(Tenant.slug)
    return query if is_sqlite() else query.for_update(of=(Tenant, WorkerProcess), skip_locked=True)


def _note_restart(tenant: Tenant, now: datetime) -> None:
    status = states.after(states.WORKER, WorkerStatus.STALE, "start_asked")
    WorkerProcess.update(status=status).where(WorkerProcess.tenant == tenant).execute()
    sessions.remember(tenant, "worker", (status, "start_asked"), now)
    audit.record(by=ACTOR, action=RESTART, slug=tenant.slug)


def _restarts_since(slug: str, since: datetime) -> int:
    return int(AuditEntry.select().where(
        AuditEntry.tenant_slug == slug, AuditEntry.action == RESTART, AuditEntry.at >= since).count())
