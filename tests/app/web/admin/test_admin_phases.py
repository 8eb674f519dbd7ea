from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.models import AuditEntry, Desired, Tenant, TenantStatus, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.processes import ProcessState
from app.services.workers import AWAITED, Overview, seen_worker
from app.web.admin.phases import phase_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUNS = ProcessState("acme", running=True, pid=7)
ENDED = ProcessState("acme")


@dataclass
class Row:
    tenant: Tenant
    worker: WorkerProcess


def phase(web_app, desired, process, *, worker=WorkerStatus.RUNNING, status=TenantStatus.ACTIVE, asked=timedelta(0)):
    tenant = Tenant(slug="acme", desired=desired, status=status, updated_at=NOW - asked)
    row = Row(tenant, WorkerProcess(status=worker, pid=7))
    seen = Overview(row, process, seen_worker(row.worker, process), None)
    with web_app.test_request_context(headers={"Accept-Language": "en"}):
        return phase_of(seen, NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_what_is_between_what_was_asked_and_what_is_seen(web_app):
    waits = ProcessState("acme", last_error="broken", next_start_at=NOW)
    gave_up = ProcessState("acme", last_error="broken")
    ending = ProcessState("acme", running=True, pid=7, stopping=True)
    run, stop, starting = Desired.RUNNING, Desired.STOPPED, WorkerStatus.STARTING
    assert phase(web_app, run, RUNS) == ""
    assert phase(web_app, stop, ENDED) == ""
    assert phase(web_app, stop, RUNS) == "stopping…"
    assert phase(web_app, run, ending) == "stopping…"
    assert phase(web_app, run, RUNS, status=TenantStatus.PAUSED) == "stopping…"
    assert phase(web_app, run, ENDED, status=TenantStatus.PAUSED) == ""
    assert phase(web_app, run, waits) == "starting again…"
    assert phase(web_app, run, gave_up) == ""
    assert phase(web_app, run, RUNS, worker=starting) == "starting…"
    assert phase(web_app, run, ENDED, worker=starting) == "starting…"
    assert phase(web_app, run, ENDED, worker=starting, asked=AWAITED) == "should run and does not"
    assert phase(web_app, run, ENDED) == "should run and does not"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_what_was_done_by_hand_is_told_from_what_was_asked_for_here(web_app):
    now = utc_now()
    run, stop = Desired.RUNNING, Desired.STOPPED

    def shown(desired, *, since=None, ended=None, asked=None):
        AuditEntry.delete().execute()
        if asked:
            AuditEntry.create(actor="ada", action="worker.stop", tenant_slug="acme", at=asked)
        tenant = Tenant(slug="acme", desired=desired, status=TenantStatus.ACTIVE, updated_at=now)
        worker = WorkerProcess(status=WorkerStatus.STOPPED, last_seen_at=ended)
        process = ProcessState("acme", running=bool(since), pid=7 if since else None, since=since)
        with web_app.test_request_context(headers={"Accept-Language": "en"}):
            return phase_of(Overview(Row(tenant, worker), process, WorkerStatus.STOPPED, None), now)

    before, after = now - timedelta(seconds=20), now - timedelta(seconds=5)
    assert shown(stop, since=after) == "started by hand"
    assert shown(stop, since=after, asked=before) == "started by hand"
    assert shown(stop, since=before, asked=after) == "stopping…"
    second = after.replace(microsecond=0)
    assert shown(stop, since=second, asked=second + timedelta(milliseconds=300)) == "started by hand"
    assert shown(run, ended=after) == "stopped by hand"
    assert shown(run, ended=after, asked=before) == "stopped by hand"
    assert shown(run, ended=before, asked=after) == "should run and does not"
    assert shown(run, ended=now - timedelta(days=4000)) == "should run and does not"
    assert shown(run) == "should run and does not"
