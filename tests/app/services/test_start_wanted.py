"""Starting what should run after a boot, and writing down what went without a word."""
from datetime import timedelta

import pytest

from app.models import Desired, StateChange, Tenant, TenantStatus, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.processes import ProcessState, StartFailed
from app.services import workers
from app.services.tenants import create_tenant
from app.services.workers import reconcile, start_wanted
from tests.processes import FakeProcesses

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SLUGS = [f"shop-{number}" for number in range(5)]


class Booting(FakeProcesses):
    """Workers that take two looks until they have a page; remembers how many had none at once."""

    def start(self, slug: str) -> ProcessState:
        if slug == "broken":
            raise StartFailed("there is no browser")
        WorkerProcess.update(status=WorkerStatus.STARTING).where(WorkerProcess.tenant == tenant(slug)).execute()
        self.most = max(getattr(self, "most", 0), WorkerProcess.select().where(
            WorkerProcess.status == WorkerStatus.STARTING).count())
        return super().start(slug)


def tenant(slug: str) -> Tenant:
    return Tenant.get(Tenant.slug == slug)


@pytest.fixture
def shops(database):
    for slug in SLUGS:
        create_tenant(slug=slug, name=slug, template="BOOKING", by="ada")
    Tenant.update(desired=Desired.RUNNING).execute()


@pytest.fixture
def time_passes(monkeypatch):
    """Each look at the clock, the worker that has been starting for longest gets its page."""
    def look(_: float) -> None:
        first = WorkerProcess.select().where(WorkerProcess.status == WorkerStatus.STARTING).order_by(
            WorkerProcess.tenant).first()
        if first:
            WorkerProcess.update(status=WorkerStatus.RUNNING).where(WorkerProcess.tenant == first.tenant).execute()

    monkeypatch.setattr(workers.time, "sleep", look)


@pytest.mark.usefixtures("shops", "time_passes")
def test_what_should_run_is_started_a_few_at_a_time():
    processes = Booting()
    assert start_wanted(processes, at_once=2, settle_s=60) == {}
    assert sorted(processes.running) == SLUGS
    assert processes.most == 2


@pytest.mark.usefixtures("shops", "time_passes")
def test_what_should_not_run_is_left_alone():
    Tenant.update(desired=Desired.STOPPED).where(Tenant.slug == "shop-1").execute()
    Tenant.update(status=TenantStatus.PAUSED).where(Tenant.slug == "shop-2").execute()
    processes = Booting()
    start_wanted(processes, at_once=3, settle_s=60)
    assert sorted(processes.running) == ["shop-0", "shop-3", "shop-4"]


@pytest.mark.usefixtures("shops", "time_passes")
def test_one_that_does_not_start_keeps_nobody_from_it():
    create_tenant(slug="broken", name="Broken", template="BOOKING", by="ada")
    Tenant.update(desired=Desired.RUNNING).execute()
    processes = Booting()
    assert start_wanted(processes, at_once=1, settle_s=60) == {"broken": "there is no browser"}
    assert sorted(processes.running) == SLUGS


@pytest.mark.usefixtures("shops")
def test_one_that_never_gets_its_page_is_not_waited_for_any_longer():
    processes = Booting()
    start_wanted(processes, at_once=2, settle_s=0)
    assert sorted(processes.running) == SLUGS


@pytest.mark.usefixtures("shops")
def test_a_worker_that_went_without_a_word_is_written_down():
    long_ago = utc_now() - timedelta(hours=1)
    Tenant.update(updated_at=long_ago).execute()
    WorkerProcess.update(status=WorkerStatus.RUNNING, pid=7, last_seen_at=long_ago).where(
        WorkerProcess.tenant.in_([tenant("shop-0"), tenant("shop-1"), tenant("shop-2")])).execute()
    processes = FakeProcesses(running={
        "shop-1": ProcessState("shop-1", running=True, pid=7),
        "shop-2": ProcessState("shop-2", last_error="killed by SIGKILL", restarts=9)})
    assert reconcile(processes) == ["shop-0", "shop-2"]
    seen = {row.tenant.slug: (row.status, row.last_error) for row in WorkerProcess.select()}
    assert seen["shop-0"] == (WorkerStatus.STOPPED, "")
    assert seen["shop-1"] == (WorkerStatus.RUNNING, "")
    assert seen["shop-2"] == (WorkerStatus.ERROR, "killed by SIGKILL")
    assert tenant("shop-2").status == TenantStatus.ERROR
    assert {change.tenant.slug for change in StateChange.select().where(StateChange.machine == "worker")} == {
        "shop-0", "shop-2"}
    assert reconcile(processes) == []


@pytest.mark.usefixtures("shops")
def test_a_worker_whose_turn_to_start_has_not_come_is_not_taken_for_gone():
    WorkerProcess.update(status=WorkerStatus.STARTING).execute()
    assert reconcile(FakeProcesses()) == []
