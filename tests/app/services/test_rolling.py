"""The ring of restarts: whom it takes first, and where it stops."""
from dataclasses import dataclass, field, replace

import pytest

from app.errors import Invalid
from app.models import (
    AuditEntry,
    Chat,
    Direction,
    Message,
    SessionState,
    Tenant,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.base import utc_now
from app.processes import ProcessState, StartFailed
from app.services.interruptions import Interruption
from app.services.rolling import Ring, Rolled, in_order, roll
from app.services.tenants import create_tenant
from tests.processes import PID, FakeProcesses

pytestmark = pytest.mark.usefixtures("database")
RING = Ring("ada", quiet_s=0, back_s=0)
CONNECTED, QR_READY = SessionState.CONNECTED, SessionState.QR_READY


@dataclass
class Comebacks(FakeProcesses):
    """Processes whose workers come back as they are told to."""

    comes_back: dict[str, SessionState] = field(default_factory=dict)
    refuses: str = ""
    restarted: list[str] = field(default_factory=list)

    def restart(self, slug: str, *, force: bool = False) -> ProcessState:
        if slug == self.refuses:
            raise StartFailed("The unit is masked.")
        self.restarted.append(slug)
        state = super().restart(slug, force=force)
        reports(slug, self.comes_back.get(slug, CONNECTED))
        return state


def reports(slug: str, state: SessionState) -> None:
    tenant = Tenant.get(Tenant.slug == slug)
    WorkerProcess.update(status=WorkerStatus.RUNNING, pid=PID).where(WorkerProcess.tenant == tenant).execute()
    WhatsAppSession.update(state=state, proved_at=utc_now()).where(WhatsAppSession.tenant == tenant).execute()


@pytest.fixture
def three(database: object) -> Comebacks:
    processes = Comebacks()
    for slug in ("acme", "beta", "coco"):
        create_tenant(slug=slug, name=slug, template="BOOKING", by="ada")
        processes.start(slug)
        reports(slug, CONNECTED)
    return processes


def writes(slug: str) -> None:
    """A customer wrote to the business just now."""
    tenant = Tenant.get(Tenant.slug == slug)
    chat = Chat.create(tenant=tenant, wa_chat_id="255700000001@c.us", phone="+255700000001")
    Message.create(tenant=tenant, chat=chat, wa_message_id="A1", direction=Direction.IN, text="Hi",
                   sent_at=utc_now())


def test_the_quiet_ones_come_first_and_those_who_scan_last() -> None:
    assert in_order([
        ("scans", [Interruption.SCANNING]), ("quiet", []), ("links", [Interruption.LINKING]),
        ("talks", [Interruption.ANSWERING]), ("both", [Interruption.ANSWERING, Interruption.SCANNING]),
    ]) == ["quiet", "talks", "scans", "both", "links"]


def test_every_running_worker_is_restarted_once_and_those_that_are_stopped_stay_so(three: Comebacks) -> None:
    create_tenant(slug="idle", name="Idle", template="BOOKING", by="ada")
    batches = list(roll(three, RING))
    assert three.restarted == ["acme", "beta", "coco"]
    assert [[one.slug for one in batch] for batch in batches] == [["acme"], ["beta"], ["coco"]]
    assert all(one.is_back for batch in batches for one in batch)


def test_a_tenant_whose_customer_is_being_answered_comes_last(three: Comebacks) -> None:
    writes("acme")
    list(roll(three, RING))
    assert three.restarted == ["beta", "coco", "acme"]


def test_it_stops_at_the_first_that_does_not_come_back_connected(three: Comebacks) -> None:
    three.comes_back["beta"] = SessionState.LOGGED_OUT
    batches = list(roll(three, RING))
    assert three.restarted == ["acme", "beta"]
    assert [one.is_back for batch in batches for one in batch] == [True, False]
    assert batches[-1][0].after == SessionState.LOGGED_OUT


def test_it_stops_where_a_worker_cannot_be_started_and_says_why(three: Comebacks) -> None:
    three.refuses = "acme"
    (batch,) = roll(three, RING)
    assert (batch[0].is_back, batch[0].error) == (False, "The unit is masked.")
    assert three.restarted == []


def test_a_worker_that_waited_for_a_scan_need_not_be_connected_after(three: Comebacks) -> None:
    reports("acme", QR_READY)
    three.comes_back["acme"] = QR_READY
    list(roll(three, RING))
    assert three.restarted == ["acme", "beta", "coco"]


def test_a_few_at_a_time(three: Comebacks) -> None:
    three.comes_back["acme"] = SessionState.CONFLICT
    batches = list(roll(three, Ring("ada", at_once=2, quiet_s=0, back_s=0)))
    assert [[one.slug for one in batch] for batch in batches] == [["acme", "beta"]]


def test_each_restart_has_its_audit_entry(three: Comebacks) -> None:
    list(roll(three, RING))
    asked = [entry.tenant_slug for entry in AuditEntry.select().where(AuditEntry.action == "worker.restart")]
    assert asked == ["acme", "beta", "coco"]


@pytest.mark.parametrize(("before", "after", "error", "is_back"), [
    (CONNECTED, CONNECTED, "", True), (CONNECTED, QR_READY, "", False), (QR_READY, QR_READY, "", True),
    (QR_READY, CONNECTED, "", True), (QR_READY, QR_READY, "it does not run", False),
])
def test_back_means_as_well_as_before(before: SessionState, after: SessionState, error: str, is_back: bool) -> None:
    assert Rolled("acme", before, after, 1.0, error).is_back is is_back


def test_those_who_are_named_are_restarted_alone(three: Comebacks) -> None:
    list(roll(three, replace(RING, only=("beta",))))
    assert three.restarted == ["beta"]


def test_a_name_without_a_worker_that_runs_is_said_before_anything_is_restarted(three: Comebacks) -> None:
    with pytest.raises(Invalid, match="nobody"):
        list(roll(three, replace(RING, only=("acme", "nobody"))))
    assert three.restarted == []
