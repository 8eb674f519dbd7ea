import os
import socket
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict
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
from app.processes import AlreadyRunning, NotRunning, ProcessState
from app.services.tenants import UnknownTenant, create_tenant, find_tenant
from app.services.workers import (
    record_end,
    restart_worker,
    seen_session,
    seen_worker,
    settle,
    start_worker,
    stop_worker,
    tenant_overview,
    want_code,
    want_many,
    wanted_slugs,
    worker_overview,
)
from tests.processes import FakeProcesses

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


@pytest.fixture
def processes() -> FakeProcesses:
    return FakeProcesses()


@pytest.fixture
def acme(database: object) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


def worker_of(tenant: Tenant) -> WorkerProcess:
    return WorkerProcess.get(WorkerProcess.tenant == tenant)


def says(tenant: Tenant, **values: object) -> None:
    """What the worker reported last."""
    WorkerProcess.update(**values).where(WorkerProcess.tenant == tenant).execute()


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]


def test_a_start_is_wanted_done_and_audited(acme: Tenant, processes: FakeProcesses):
    says(acme, status=WorkerStatus.ERROR, last_error="broken", restarts=3)
    assert start_worker("acme", by="ada", processes=processes).pid == 4711
    assert find_tenant("acme").desired == Desired.RUNNING
    worker = worker_of(acme)
    assert (worker.status, worker.last_error, worker.restarts) == (WorkerStatus.STARTING, "", 0)
    assert actions() == ["tenant.create", "worker.start"]


def test_a_second_start_is_refused_and_not_audited(acme: Tenant, processes: FakeProcesses):
    start_worker("acme", by="ada", processes=processes)
    with pytest.raises(AlreadyRunning, match=r"acme's worker is already running \(pid 4711\)"):
        start_worker("acme", by="ada", processes=processes)
    assert actions().count("worker.start") == 1


def test_a_stop_is_wanted_done_and_audited(acme: Tenant, processes: FakeProcesses):
    start_worker("acme", by="ada", processes=processes)
    stop_worker("acme", by="bob", processes=processes)
    assert find_tenant("acme").desired == Desired.STOPPED
    assert processes.states() == {}
    assert actions()[-1] == "worker.stop"


def test_a_worker_that_should_run_but_does_not_can_be_stopped_for_good(acme: Tenant, processes: FakeProcesses):
    start_worker("acme", by="ada", processes=processes)
    processes.running.clear()
    stop_worker("acme", by="ada", processes=processes)
    assert find_tenant("acme").desired == Desired.STOPPED
    assert worker_of(acme).status == WorkerStatus.STOPPED


@pytest.mark.usefixtures("acme")
def test_a_stop_of_what_is_stopped_is_refused(processes: FakeProcesses):
    with pytest.raises(NotRunning, match="acme's worker is not running"):
        stop_worker("acme", by="ada", processes=processes)


@pytest.mark.usefixtures("acme")
def test_a_restart_is_wanted_done_and_audited(processes: FakeProcesses):
    assert restart_worker("acme", by="ada", processes=processes).running
    assert find_tenant("acme").desired == Desired.RUNNING
    assert actions()[-1] == "worker.restart"


@pytest.mark.parametrize("verb", [start_worker, stop_worker, restart_worker])
def test_an_unknown_slug_reaches_no_process(verb, processes: FakeProcesses):
    with pytest.raises(UnknownTenant):
        verb("nobody", by="ada", processes=processes)
    assert processes.states() == {}


def test_what_should_run_is_what_is_wanted_and_not_paused(processes: FakeProcesses):
    for slug in ("acme", "duka", "soko"):
        create_tenant(slug=slug, name=slug, template="BOOKING", by="ada")
    start_worker("duka", by="ada", processes=processes)
    start_worker("acme", by="ada", processes=processes)
    Tenant.update(status=TenantStatus.PAUSED).where(Tenant.slug == "duka").execute()
    assert wanted_slugs() == ["acme"]


def test_a_dead_process_is_never_called_running_nor_its_session_connected(acme: Tenant, processes: FakeProcesses):
    says(acme, status=WorkerStatus.RUNNING, pid=4711, last_seen_at=NOW, host="elsewhere")
    WhatsAppSession.update(state=SessionState.CONNECTED).where(WhatsAppSession.tenant == acme).execute()
    [seen] = worker_overview(processes)
    assert (seen.worker_status, seen.session_state) == (WorkerStatus.STOPPED, SessionState.DISCONNECTED)


@pytest.mark.parametrize(("ago_s", "state"), [
    (44, SessionState.CONNECTED), (46, SessionState.DISCONNECTED), (-3600, SessionState.DISCONNECTED),
    (None, SessionState.DISCONNECTED)])
def test_a_connection_that_was_not_proved_lately_is_none(acme: Tenant, ago_s: int | None, state: SessionState):
    proved = None if ago_s is None else NOW - timedelta(seconds=ago_s)
    session = WhatsAppSession(tenant=acme, state=SessionState.CONNECTED, proved_at=proved)
    assert seen_session(session, WorkerStatus.RUNNING, NOW) == state


def test_a_worker_that_somebody_runs_by_hand_is_seen(acme: Tenant, processes: FakeProcesses):
    says(acme, status=WorkerStatus.RUNNING, pid=os.getpid(), last_seen_at=NOW, host=socket.gethostname())
    processes.outside = {os.getpid()}
    assert tenant_overview("acme", processes).worker_status == WorkerStatus.RUNNING


def test_a_process_that_has_not_reported_yet_is_starting(acme: Tenant, processes: FakeProcesses):
    says(acme, status=WorkerStatus.RUNNING, pid=1, last_seen_at=NOW)
    processes.start("acme")
    assert tenant_overview("acme", processes).worker_status == WorkerStatus.STARTING


def test_a_crashed_worker_that_waits_is_an_error_with_its_reason(acme: Tenant, processes: FakeProcesses):
    says(acme, status=WorkerStatus.RUNNING, pid=4711, last_seen_at=NOW)
    processes.running["acme"] = ProcessState("acme", last_exit=-9, last_error="killed by SIGKILL", next_start_at=NOW)
    seen = tenant_overview("acme", processes)
    assert (seen.worker_status, seen.last_error) == (WorkerStatus.ERROR, "killed by SIGKILL")


def test_a_worker_that_was_flagged_as_silent_is_stale_for_as_long_as_its_process_runs():
    worker = WorkerProcess(status=WorkerStatus.STALE, pid=7)
    assert seen_worker(worker, ProcessState("acme", running=True, pid=7)) == WorkerStatus.STALE
    assert seen_worker(worker, ProcessState("acme")) == WorkerStatus.STOPPED


def test_a_crash_is_recorded_with_its_reason_and_takes_the_session_down(acme: Tenant):
    says(acme, status=WorkerStatus.RUNNING, pid=7)
    WhatsAppSession.update(state=SessionState.CONNECTED, qr_code="x").where(WhatsAppSession.tenant == acme).execute()
    Tenant.update(status=TenantStatus.ACTIVE).execute()
    record_end("acme", error="killed by SIGKILL", crashes=1, gave_up=False)
    worker = worker_of(acme)
    assert (worker.status, worker.pid, worker.last_error) == (WorkerStatus.ERROR, None, "killed by SIGKILL")
    assert WhatsAppSession.get().state == SessionState.DISCONNECTED
    assert find_tenant("acme").status == TenantStatus.ACTIVE


@pytest.mark.parametrize(("crashes", "gave_up"), [(3, False), (0, True)])
def test_a_worker_that_gave_up_or_keeps_crashing_puts_its_tenant_in_error(acme: Tenant, crashes: int, gave_up: bool):
    record_end("acme", error="the wa-js file has the wrong hash", crashes=crashes, gave_up=gave_up)
    assert find_tenant("acme").status == TenantStatus.ERROR


@pytest.mark.parametrize("state", [SessionState.LOGGED_OUT, SessionState.CONFLICT, SessionState.ACTION_REQUIRED])
def test_the_end_of_a_worker_does_not_hide_what_a_person_has_to_do(acme: Tenant, state: SessionState):
    WhatsAppSession.update(state=state, detail="Scan again.").where(WhatsAppSession.tenant == acme).execute()
    record_end("acme", error="", crashes=0, gave_up=False)
    session = WhatsAppSession.get()
    assert (session.state, session.detail) == (state, "Scan again.")


def test_the_end_of_a_worker_without_a_tenant_is_no_error():
    record_end("nobody", error="x", crashes=1, gave_up=False)
    assert not WorkerProcess.select().where(WorkerProcess.last_error == "x").exists()


def test_looking_at_a_code_is_noted(acme: Tenant):
    want_code("acme")
    assert WhatsAppSession.get().qr_wanted_at >= NOW


def test_a_forced_restart_is_asked_for_and_audited_as_one(acme: Tenant, processes: FakeProcesses):
    start_worker("acme", by="ada", processes=processes)
    restart_worker("acme", by="ada", processes=processes, address="192.0.2.1", force=True)
    assert processes.forced == ["acme"]
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.address) == ("worker.force_restart", "192.0.2.1")


def test_a_paused_tenants_worker_is_not_started(acme: Tenant, processes: FakeProcesses):
    Tenant.update(status=TenantStatus.PAUSED).execute()
    for verb in (start_worker, restart_worker):
        with pytest.raises(Conflict, match="acme is paused: resume it first"):
            verb("acme", by="ada", processes=processes)
    assert processes.states() == {}


def test_many_are_wanted_at_once_and_then_settled_one_by_one(acme: Tenant, processes: FakeProcesses):
    for slug in ("beta", "gamma"):
        create_tenant(slug=slug, name=slug, template="BOOKING", by="ada")
    Tenant.update(status=TenantStatus.PAUSED).where(Tenant.slug == "gamma").execute()
    start_worker("acme", by="ada", processes=processes)
    assert want_many(["acme", "beta", "gamma", "nobody"], Desired.RUNNING, by="ada") == ["beta"]
    assert settle(["acme", "beta", "gamma"], processes) == {}
    assert set(processes.states()) == {"acme", "beta"}
    assert want_many(["acme", "beta"], Desired.STOPPED, by="ada") == ["acme", "beta"]
    processes.running.pop("beta")
    assert settle(["acme", "beta"], processes) == {}
    assert (processes.states(), worker_of(find_tenant("beta")).status) == ({}, WorkerStatus.STOPPED)
    assert actions().count("worker.start") == 2
    assert actions().count("worker.stop") == 2


def test_settling_goes_on_after_one_that_cannot_be(acme: Tenant, processes: FakeProcesses):
    want_many(["acme"], Desired.RUNNING, by="ada")
    wrong = settle(["nobody", "acme"], processes)
    assert list(wrong) == ["nobody"]
    assert set(processes.states()) == {"acme"}


def test_asking_for_a_worker_and_its_end_stand_in_the_history(acme: Tenant, processes: FakeProcesses):
    start_worker("acme", by="ada", processes=processes)
    record_end("acme", error="broken", crashes=3, gave_up=True)
    seen = [(change.machine, change.state, change.cause) for change in StateChange.select().order_by(StateChange.id)]
    assert seen == [("worker", "STARTING", "start_asked"), ("worker", "ERROR", "failed"), ("tenant", "ERROR", "failed")]
