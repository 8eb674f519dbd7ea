from datetime import UTC, datetime, timedelta

import pytest

from app.models import (
    AuditEntry,
    Desired,
    SessionState,
    StateChange,
    Tenant,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.services.sessions import Beat, report_beat
from app.services.stale import choose_restarts, flag_silent, silent_workers
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


def make(slug: str, status: WorkerStatus, session: SessionState, silent_s: float | None) -> Tenant:
    tenant = create_tenant(slug=slug, name=slug, template="BOOKING", by="ada")
    seen = None if silent_s is None else NOW - timedelta(seconds=silent_s)
    WorkerProcess.update(status=status, last_seen_at=seen).where(WorkerProcess.tenant == tenant).execute()
    WhatsAppSession.update(state=session).where(WhatsAppSession.tenant == tenant).execute()
    Tenant.update(desired=Desired.RUNNING).where(Tenant.id == tenant.id).execute()
    return tenant


def statuses() -> dict[str, str]:
    return {row.tenant.slug: row.status for row in WorkerProcess.select(WorkerProcess, Tenant).join(Tenant)}


def flag() -> list[str]:
    return flag_silent(now=NOW, after_s=120)


def test_it_flags_workers_that_run_and_went_silent_and_no_other(database):
    make("silent", WorkerStatus.RUNNING, SessionState.CONNECTED, 121)
    make("lost", WorkerStatus.RUNNING, SessionState.DISCONNECTED, 121)
    make("never", WorkerStatus.RUNNING, SessionState.CONNECTED, None)
    make("ahead", WorkerStatus.RUNNING, SessionState.CONNECTED, -3600)
    make("heard", WorkerStatus.RUNNING, SessionState.CONNECTED, 119)
    make("scanning", WorkerStatus.RUNNING, SessionState.QR_READY, 9999)
    make("opening", WorkerStatus.RUNNING, SessionState.STARTING, 9999)
    make("starting", WorkerStatus.STARTING, SessionState.CONNECTED, 9999)
    make("stopped", WorkerStatus.STOPPED, SessionState.DISCONNECTED, 9999)
    make("broken", WorkerStatus.ERROR, SessionState.DISCONNECTED, 9999)
    before = statuses()
    assert flag() == ["ahead", "lost", "never", "silent"]
    assert statuses() == before | dict.fromkeys(("ahead", "lost", "never", "silent"), "STALE")


def test_who_is_silent_is_known_without_writing(database):
    for pid, (slug, status, silent_s) in enumerate((
            ("silent", WorkerStatus.RUNNING, 121), ("flagged", WorkerStatus.STALE, 121),
            ("heard", WorkerStatus.RUNNING, 119), ("gone", WorkerStatus.STOPPED, 999)), start=1):
        WorkerProcess.update(pid=pid).where(
            WorkerProcess.tenant == make(slug, status, SessionState.CONNECTED, silent_s)).execute()
    before = statuses()
    assert silent_workers(now=NOW, after_s=120) == {1: "silent", 2: "flagged"}
    assert statuses() == before


def test_a_flag_stands_in_the_history_and_in_the_audit_log_once(database):
    make("acme", WorkerStatus.RUNNING, SessionState.CONNECTED, 500)
    assert (flag(), flag()) == (["acme"], [])
    change = StateChange.get()
    assert (change.machine, change.state, change.cause, change.at) == ("worker", "STALE", "silent", NOW)
    assert AuditEntry.select().where(AuditEntry.action == "worker.stale").count() == 1


def test_a_stale_worker_is_restarted_a_few_times_an_hour_at_most(database):
    tenant = make("acme", WorkerStatus.RUNNING, SessionState.CONNECTED, 500)
    chosen = []
    for _ in range(4):
        WorkerProcess.update(status=WorkerStatus.STALE).where(WorkerProcess.tenant == tenant).execute()
        chosen.append(choose_restarts(now=NOW, cap=2))
    assert chosen == [["acme"], ["acme"], [], []]
    AuditEntry.update(at=NOW - timedelta(minutes=61)).execute()
    assert choose_restarts(now=NOW, cap=2) == ["acme"]
    assert choose_restarts(now=NOW, cap=2) == []
    assert statuses() == {"acme": "STARTING"}


def test_nobody_restarts_a_worker_that_should_not_run(database):
    make("acme", WorkerStatus.STALE, SessionState.CONNECTED, 500)
    make("beta", WorkerStatus.STALE, SessionState.CONNECTED, 500)
    Tenant.update(desired=Desired.STOPPED).where(Tenant.slug == "acme").execute()
    Tenant.update(status=TenantStatus.PAUSED).where(Tenant.slug == "beta").execute()
    assert choose_restarts(now=NOW, cap=5) == []


def test_no_restart_where_none_is_allowed(database):
    make("acme", WorkerStatus.STALE, SessionState.CONNECTED, 500)
    assert choose_restarts(now=NOW, cap=0) == []
    assert statuses() == {"acme": "STALE"}


def test_a_stale_worker_that_is_heard_of_again_runs(database):
    tenant = make("acme", WorkerStatus.STALE, SessionState.CONNECTED, 500)
    assert report_beat(tenant, Beat(proved=True, ignored={}), token=0, now=NOW)
    assert statuses() == {"acme": "RUNNING"}
    change = StateChange.get()
    assert (change.state, change.cause) == ("RUNNING", "beat")
