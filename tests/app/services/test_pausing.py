from datetime import UTC, datetime

import pytest

from app.errors import Conflict
from app.models import AuditEntry, Desired, StateChange, Tenant, TenantStatus
from app.services.pausing import pause_tenant, resume_tenant
from app.services.tenants import create_tenant
from app.services.workers import start_worker, wanted_slugs
from tests.processes import FakeProcesses

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


@pytest.fixture
def processes(database) -> FakeProcesses:
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    return FakeProcesses()


def test_a_pause_stops_the_worker_and_a_resume_brings_it_back(processes):
    start_worker("acme", by="ada", processes=processes)
    pause_tenant("acme", by="ada", processes=processes, now=NOW)
    assert (processes.states(), Tenant.get().status, wanted_slugs()) == ({}, TenantStatus.PAUSED, [])
    resume_tenant("acme", by="ada", processes=processes, now=NOW)
    assert (set(processes.states()), Tenant.get().status, wanted_slugs()) == ({"acme"}, TenantStatus.NEW, ["acme"])
    actions = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    assert actions == ["tenant.create", "worker.start", "tenant.paused", "tenant.resumed"]
    states = [change.state for change in StateChange.select().where(StateChange.machine == "tenant")]
    assert states == ["PAUSED", "NEW"]


def test_a_worker_that_was_not_wanted_stays_stopped_after_a_resume(processes):
    pause_tenant("acme", by="ada", processes=processes, now=NOW)
    resume_tenant("acme", by="ada", processes=processes, now=NOW)
    assert (processes.states(), Tenant.get().desired) == ({}, Desired.STOPPED)


def test_a_second_pause_and_a_resume_of_one_that_goes_on_are_refused(processes):
    with pytest.raises(Conflict, match="acme is not paused"):
        resume_tenant("acme", by="ada", processes=processes, now=NOW)
    pause_tenant("acme", by="ada", processes=processes, now=NOW)
    with pytest.raises(Conflict, match="acme is paused already"):
        pause_tenant("acme", by="ada", processes=processes, now=NOW)
