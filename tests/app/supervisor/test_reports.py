"""What the supervisor reads from and writes to a real database, also while that is down."""
import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import db
from app.models import WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.services.tenants import create_tenant, find_tenant
from app.services.workers import restart_worker
from app.supervisor.plan import End
from app.supervisor.reports import DatabaseReports
from tests.processes import FakeProcesses


@pytest.fixture
def reports(database: object, database_url: str) -> DatabaseReports:
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    return DatabaseReports(database_url)


@pytest.fixture
def unbound() -> Iterator[None]:
    db.initialize(None)
    yield
    db.initialize(None)


def test_it_learns_what_should_run(reports: DatabaseReports):
    assert asyncio.run(reports.wanted()) == []
    restart_worker("acme", by="ada", processes=FakeProcesses())
    assert asyncio.run(reports.wanted()) == ["acme"]


def test_it_records_how_a_worker_ended(reports: DatabaseReports):
    asyncio.run(reports.ended(End("acme", -9, "killed by SIGKILL", delay_s=2.0, crashes=1)))
    assert WorkerProcess.get().last_error == "killed by SIGKILL"
    assert find_tenant("acme").status == "NEW"
    asyncio.run(reports.ended(End("acme", 78, "no such browser", delay_s=None)))
    assert (WorkerProcess.get().status, find_tenant("acme").status) == (WorkerStatus.ERROR, "ERROR")
    asyncio.run(reports.ended(End("acme", 0)))
    assert WorkerProcess.get().status == WorkerStatus.STOPPED


@pytest.mark.usefixtures("unbound")
def test_a_database_that_is_down_costs_nothing_but_the_report(tmp_path: Path):
    reports = DatabaseReports(f"postgresql://flowhq@/flowhq?host={tmp_path}")
    assert asyncio.run(reports.wanted()) is None
    asyncio.run(reports.ended(End("acme", 1, "crashed", delay_s=2.0, crashes=1)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_a_database_that_was_restarted_is_asked_again(reports: DatabaseReports):
    assert asyncio.run(reports.wanted()) == []
    db.execute_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                   " AND datname = current_database()")
    assert asyncio.run(reports.wanted()) == []


def test_it_flags_a_silent_worker_and_says_that_it_is_to_be_started_anew(database: object, database_url: str):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    restart_worker("acme", by="ada", processes=FakeProcesses())
    WorkerProcess.update(status=WorkerStatus.RUNNING, last_seen_at=utc_now() - timedelta(seconds=61)).execute()
    patient = DatabaseReports(database_url, stale_after_s=600, stale_restarts=1)
    strict = DatabaseReports(database_url, stale_after_s=60, stale_restarts=1)
    assert asyncio.run(patient.silent()) == []
    assert asyncio.run(strict.silent()) == ["acme"]
    assert asyncio.run(strict.silent()) == []
