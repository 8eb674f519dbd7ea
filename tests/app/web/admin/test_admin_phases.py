from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Desired, Tenant, TenantStatus, WorkerProcess, WorkerStatus
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
