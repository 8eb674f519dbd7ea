from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import Invalid
from app.models import (
    MODELS,
    Account,
    AuditEntry,
    Chat,
    ContentDraft,
    Desired,
    Message,
    Note,
    PortalEvent,
    SessionState,
    SetupRequest,
    SignIn,
    StateChange,
    Tenant,
    TenantStatus,
    WhatsAppSession,
)
from app.processes import ProcessState
from app.services.removal import Holdings, StillRunning, delete_tenant, reset_session
from app.services.tenants import create_tenant
from app.settings import Settings
from tests.processes import FakeProcesses

NOW = datetime.now(UTC)


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.fixture
def files(settings: Settings) -> list[Path]:
    """A profile and logs of acme, and of acme-two, whose name begins alike."""
    made = []
    for slug in ("acme", "acme-two"):
        held = Holdings.of(slug, settings)
        for path in (held.directory / "profile" / "Default" / "Cookies", *held.logs):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
            made.append(path)
    return made


class Undying(FakeProcesses):
    def stop(self, slug: str) -> ProcessState:
        return self.running[slug]


def own_something_everywhere(tenant: Tenant) -> None:
    account = Account.create(tenant=tenant, email="alice@acme.example")
    SignIn.create(account=account, token_hash="x")
    chat = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="1")
    Message.create(tenant=tenant, chat=chat, direction="IN", wa_message_id="m", sent_at=NOW)
    SetupRequest.create(tenant=tenant, account=account, template="BOOKING", business_name="A", whatsapp_number="1")
    PortalEvent.create(tenant=tenant, account=account, event_type="x")
    Note.create(tenant=tenant, author="ada", text="x")
    StateChange.create(tenant=tenant, machine="worker", state="STOPPED", cause="stopped")
    ContentDraft.create(tenant=tenant)


def test_a_deleted_tenant_leaves_nothing_but_the_audit_log(acme, settings, files):
    own_something_everywhere(acme)
    processes = FakeProcesses(settings=settings)
    processes.start("acme")
    delete_tenant("acme", typed=" acme ", by="ada", processes=processes, settings=settings, address="192.0.2.1")
    assert {model.__name__ for model in MODELS if model.select().exists()} == {"AuditEntry"}
    assert processes.states() == {}
    assert [path.exists() for path in files] == [False, False, False, True, True, True]
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.tenant_slug, entry.detail) == ("tenant.delete", "acme", {"name": "Acme"})


@pytest.mark.parametrize("typed", ["", "acm", "ACME", "acme-two"])
def test_nothing_is_deleted_where_the_slug_was_typed_wrong(acme, settings, files, typed):
    with pytest.raises(Invalid, match="Type acme to delete it"):
        delete_tenant("acme", typed=typed, by="ada", processes=FakeProcesses(settings=settings), settings=settings)
    assert Tenant.select().exists()
    assert all(path.exists() for path in files)


def test_a_tenant_whose_worker_will_not_end_keeps_what_it_has(acme, settings, files):
    processes = Undying(settings=settings)
    processes.start("acme")
    with pytest.raises(StillRunning):
        delete_tenant("acme", typed="acme", by="ada", processes=processes, settings=settings)
    with pytest.raises(StillRunning):
        reset_session("acme", by="ada", processes=processes, settings=settings, now=NOW)
    assert Tenant.select().exists()
    assert all(path.exists() for path in files)


def test_a_new_number_begins_with_an_empty_profile_and_a_fresh_session(acme, settings, files):
    WhatsAppSession.update(state=SessionState.CONNECTED, phone="+255712345678", lid="1@lid", proved_at=NOW,
                           watermark=NOW).execute()
    Tenant.update(status=TenantStatus.ACTIVE, desired=Desired.RUNNING).execute()
    processes = FakeProcesses(settings=settings)
    processes.start("acme")
    reset_session("acme", by="ada", processes=processes, settings=settings, now=NOW)
    session = WhatsAppSession.get()
    assert (session.state, session.phone, session.lid, session.proved_at, session.watermark) == (
        SessionState.DISCONNECTED, "", "", None, None)
    assert Tenant.get().status == TenantStatus.NEW
    assert set(processes.states()) == {"acme"}
    assert not Holdings.of("acme", settings).directory.exists()
    assert files[3].exists()


def test_a_stopped_tenant_stays_stopped_when_its_number_is_forgotten(acme, settings):
    processes = FakeProcesses(settings=settings)
    reset_session("acme", by="ada", processes=processes, settings=settings, now=NOW)
    assert processes.states() == {}
