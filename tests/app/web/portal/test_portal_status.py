import io
import itertools
import os
import socket
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.models import (
    Absence,
    Account,
    AuditEntry,
    Chat,
    MailedLink,
    RequestStatus,
    Role,
    SessionState,
    SetupRequest,
    StateChange,
    Tenant,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.base import utc_now
from app.processes import ProcessState
from app.services.workers import record_end
from app.web import words
from app.web.portal.status import headline
from app.web.portal.whatsapp import qr_picture
from app.web.words import GaveUp
from tests.app.web.conftest import ClientOf, Page
from tests.app.web.portal.conftest import hear

CODE = "2@" + "abcdefghijklmnopqrstuvwxyz0123456789+/=," * 5


def running(tenant: Tenant, state: SessionState, **session: object) -> None:
    """A worker of this very process, with its session in this state."""
    now = utc_now()
    alive = {"status": WorkerStatus.RUNNING, "pid": os.getpid(), "host": socket.gethostname(), "last_seen_at": now}
    WorkerProcess.update(alive).where(WorkerProcess.tenant == tenant).execute()
    WhatsAppSession.update(state=state, **session).where(WhatsAppSession.tenant == tenant).execute()


@pytest.fixture
def alive(web_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process of the test count as the tenant's worker."""
    processes = web_app.extensions["flowhq_processes"]
    monkeypatch.setattr(processes, "is_worker", lambda pid, slug: pid == os.getpid())


def test_every_mix_of_states_has_words(web_app: Flask):
    shown = [*SessionState, GaveUp.SESSION], [*WorkerStatus, GaveUp.WORKER]
    mixes: Any = itertools.product([None, *RequestStatus], TenantStatus, *shown)
    with web_app.test_request_context():
        for request_status, *states in mixes:
            request = SetupRequest(status=request_status) if request_status else None
            found = headline(request, *states, may_change=True)
            assert str(words.of(found.state).sentence), (request_status, states)
            assert bool(found.url) == bool(found.link)


def test_trouble_is_never_hidden_by_good_news(web_app: Flask):
    with web_app.test_request_context():
        def state(*states: Any) -> object:
            return headline(None, *states, may_change=True).state

        assert state(TenantStatus.PAUSED, SessionState.CONNECTED, WorkerStatus.RUNNING) == TenantStatus.PAUSED
        assert state(TenantStatus.ACTIVE, SessionState.CONFLICT, WorkerStatus.RUNNING) == SessionState.CONFLICT
        assert state(TenantStatus.ERROR, SessionState.DISCONNECTED, WorkerStatus.ERROR) == TenantStatus.ERROR
        assert state(TenantStatus.ACTIVE, SessionState.CONNECTED, WorkerStatus.STALE) == WorkerStatus.STALE
        assert state(TenantStatus.ACTIVE, SessionState.CONNECTED, WorkerStatus.RUNNING) == TenantStatus.ACTIVE


def test_a_bot_that_was_never_started_is_not_said_to_come_back(web_app: Flask):
    with web_app.test_request_context():
        found = headline(None, TenantStatus.NEW, SessionState.DISCONNECTED, WorkerStatus.STOPPED, may_change=True)
    assert (found.state, found.url) == (TenantStatus.NEW, "/portal/preview")


BROKEN = "the wa-js file has the wrong hash"


def ended(web_app: Flask, tenant: Tenant, before: SessionState, **seen: Any) -> None:
    """The worker has ended with an error, with its session in this state; `seen` is what else is seen of it."""
    running(tenant, before, proved_at=utc_now())
    record_end(tenant.slug, error=BROKEN, crashes=0, gave_up=not seen)
    web_app.extensions["flowhq_processes"].running[tenant.slug] = ProcessState(tenant.slug, last_error=BROKEN, **seen)


def read(page: Page, client: Any, *paths: str) -> str:
    return " ".join(" ".join(page(client, path).main.text.split()) for path in paths)


@pytest.mark.parametrize("before", [SessionState.CONNECTED, SessionState.LOGGED_OUT, SessionState.QR_READY])
def test_a_worker_that_is_not_started_again_reads_as_stopped_and_what_to_do(
    client_of: ClientOf, page: Page, acme: Tenant, web_app: Flask, before: SessionState,
):
    ended(web_app, acme, before)
    admins = read(page, client_of("ada"), "/admin/?q=acme", "/admin/tenants/acme")
    assert "Read what is wrong, mend it, and start it." in admins and BROKEN in admins
    for path in ("/portal/", "/portal/whatsapp"):
        owners = read(page, client_of("alice"), path)
        assert "does not start again by itself" in owners and "has to start it" in owners
        assert "Link the phone" not in owners
        state = page(client_of("alice"), path).select_one(".card .state, #link .state")
        assert state.text == "Stopped"


def test_a_worker_that_is_started_again_in_a_moment_is_not_called_stopped(
    client_of: ClientOf, page: Page, acme: Tenant, web_app: Flask,
):
    ended(web_app, acme, SessionState.CONNECTED, next_start_at=utc_now())
    owners = read(page, client_of("alice"), "/portal/", "/portal/whatsapp")
    assert "It comes back by itself" in owners and "has to start it" not in owners
    assert "mend it" not in read(page, client_of("ada"), "/admin/tenants/acme")


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize("state", SessionState)
def test_both_pages_can_be_read_in_every_state_of_the_session(
    client_of: ClientOf, page: Page, acme: Tenant, state: SessionState,
):
    running(acme, state, detail="<b>why</b>", qr_code=CODE if state == SessionState.QR_READY else None)
    StateChange.create(tenant=acme, machine="session", state=state, cause="x")
    for path in ("/portal/", "/portal/whatsapp"):
        seen = page(client_of("alice"), path)
        assert seen.main.find("b") is None
        assert str(seen.select_one(".state").text).strip()


@pytest.mark.usefixtures("alive")
def test_the_code_is_kept_fresh_only_while_somebody_looks(client_of: ClientOf, page: Page, acme: Tenant):
    running(acme, SessionState.QR_READY, qr_code=CODE)
    client = client_of("alice")
    page(client, "/portal/")
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).qr_wanted_at is None
    drawn = page(client, "/portal/whatsapp").select_one("svg.qr-code")
    assert drawn.find("title").text
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).qr_wanted_at is not None
    running(acme, SessionState.CONNECTED, proved_at=utc_now(), qr_wanted_at=None)
    assert page(client, "/portal/whatsapp").select("svg") == []
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).qr_wanted_at is None


def test_the_code_is_drawn_without_anything_inline(web_app: Flask):
    with web_app.test_request_context():
        drawn = qr_picture("2@<script>alert(1)</script>")
    assert "style" not in drawn
    assert "script" not in drawn
    assert "viewBox" in drawn
    assert 'fill="#fff"' in drawn


@pytest.mark.usefixtures("alive")
def test_a_phone_that_cannot_scan_gets_a_code_to_type(client_of: ClientOf, page: Page, acme: Tenant):
    Tenant.update(phone_number="+255712345678").where(Tenant.id == acme.id).execute()
    running(acme, SessionState.QR_READY, qr_code=CODE)
    client = client_of("alice")
    assert client.post("/portal/whatsapp/pairing-code").status_code == 303
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).pairing_wanted_at is not None
    running(acme, SessionState.QR_READY, pairing_code="ABCD-EFGH")
    assert page(client, "/portal/whatsapp").select_one(".pairing-code").text == "ABCD-EFGH"


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(("language", "says", "goes_on"), [
    ("en", "Sending is paused", "one reply is tried"), ("sw", "Utumaji umesimamishwa", "linajaribiwa")])
@pytest.mark.parametrize("resumes_in_s", [90, -1])
def test_a_pause_of_sending_is_told_with_its_reason_and_when_it_is_tried_again(
    client_of: ClientOf, page: Page, acme: Tenant, language: str, says: str, goes_on: str, resumes_in_s: int,
):
    now = utc_now()
    resumes_at = now + timedelta(seconds=resumes_in_s)
    running(acme, SessionState.CONNECTED, proved_at=now, sending_paused_at=now, sending_resumes_at=resumes_at)
    client = client_of("alice")
    banner = page(client, f"/portal/whatsapp?lang={language}").select_one("section.headline.bad")
    assert says in banner.h2.text and len(page(client, "/portal/whatsapp").select("section.headline")) == 1
    assert (goes_on in banner.text) == (resumes_in_s > 0)
    running(acme, SessionState.CONNECTED, sending_paused_at=None)
    assert says not in page(client, "/portal/whatsapp").main.text


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(("language", "says"), [("en", "WhatsApp has given no code"), ("sw", "WhatsApp haikutoa")])
def test_a_pairing_code_that_was_refused_is_told_with_what_to_do(
    client_of: ClientOf, page: Page, acme: Tenant, language: str, says: str,
):
    Tenant.update(phone_number="+255700000002").where(Tenant.id == acme.id).execute()
    asked = {"pairing_wanted_at": utc_now(), "pairing_refused_at": utc_now()}
    running(acme, SessionState.QR_READY, qr_code=CODE, **asked)
    client = client_of("alice")
    told = page(client, f"/portal/whatsapp?lang={language}").select_one("details#pairing[open] [role=status]")
    assert says in told.text and "+255700000002" in told.text
    client.post("/portal/whatsapp/pairing-code")
    assert says not in page(client, "/portal/whatsapp").main.text


def test_staff_are_invited_invited_again_and_taken_off(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    form = {"name": "Zawadi", "email": "zawadi@example.com", "role": "STAFF"}
    assert client.post("/portal/people", data=form).status_code == 303
    person = Account.get(Account.email == "zawadi@example.com")
    assert (person.tenant, person.role, person.password_hash) == (acme, Role.STAFF, "")
    assert "Zawadi" in page(client, "/portal/people").text
    first = MailedLink.get(MailedLink.account == person).token_hash
    assert client.post(f"/portal/people/{person.id}/invitation").status_code == 303
    assert MailedLink.get(MailedLink.account == person).token_hash != first
    assert client.post(f"/portal/people/{person.id}/remove").status_code == 303
    assert Account.get_or_none(Account.email == "zawadi@example.com") is None


@pytest.mark.parametrize("wrong", [{"role": "ADMIN"}, {"email": "nobody"}, {"email": "bob@example.com"}, {"name": " "}])
def test_a_wrong_invitation_is_refused_and_kept(client_of: ClientOf, acme: Tenant, wrong: dict[str, str]):
    form = {"name": "Zawadi", "email": "zawadi@example.com", "role": "STAFF"} | wrong
    refused = client_of("alice").post("/portal/people", data=form)
    assert refused.status_code == 400
    assert form["email"] in refused.text
    assert Account.select().where(Account.tenant == acme).count() == 2


def test_staff_see_who_did_what_and_change_nobody(client_of: ClientOf, page: Page, cast: dict[str, Account]):
    AuditEntry.create(actor="<b>x</b>", action="content.publish", tenant_slug="acme", detail={"version": 7})
    AuditEntry.create(actor="secret", action="x.y", tenant_slug="other")
    bob = client_of("bob")
    seen = page(bob, "/portal/people?lang=en").text
    assert "<b>x</b> published the content" in " ".join(seen.split())
    assert "secret" not in seen
    assert bob.post(f"/portal/people/{cast['alice'].id}/remove").status_code == 403


def test_an_owner_takes_everything_away(client_of: ClientOf, chat: Chat):
    hear(chat, "hello")
    answer = client_of("alice").post("/portal/data/export")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert b"hello" in archive.read("messages.csv")
    assert client_of("bob").post("/portal/data/export").status_code == 403
    assert AuditEntry.select().where(AuditEntry.action == "data.export").count() == 1


def test_a_customer_is_erased_once_the_number_is_typed(client_of: ClientOf, page: Page, chat: Chat):
    hear(chat, "hello")
    client, path = client_of("alice"), f"/portal/chats/{chat.id}/erase"
    page(client, path)
    refused = client.post(path, data={"confirmed": "yes"})
    assert (refused.status_code, Chat.select().count()) == (400, 1)
    assert client.post(path, data={"confirmed": "+255 711 000 001"}).location == "/portal/chats"
    assert Chat.select().count() == 0


def test_the_page_says_what_became_of_messages_while_the_bot_was_away(client_of: ClientOf, page: Page, acme: Tenant):
    client, now = client_of("bob"), utc_now()
    Absence.create(tenant=acme, since=now - timedelta(days=3), until=now - timedelta(days=2), answered=99)
    assert "away" not in page(client, "/portal/").get_text()
    Absence.create(tenant=acme, since=now - timedelta(hours=9), until=now, answered=9, for_person=3)
    assert "12 messages came while the bot was away" in page(client, "/portal/").get_text()
    assert "9 answered, 3 for you" in page(client, "/portal/").get_text()
