"""Who is told of a tenant's trouble, by letter and by webhook."""
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.models import (
    Account,
    Desired,
    Incident,
    Language,
    OutgoingMail,
    Role,
    SessionState,
    Tenant,
    Webhook,
    WebhookDelivery,
    WhatsAppSession,
)
from app.services import alerts, webhooks
from app.services.tenants import create_tenant
from app.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def mailing(settings: Settings, database) -> Settings:
    return replace(settings, smtp_url="smtp://127.0.0.1:1", base_url="https://bots.example.org")


@pytest.fixture
def acme(mailing) -> Tenant:
    """A tenant that is linked and connected, with an owner who reads Swahili, one who does not want to be told, and
    staff; and an admin."""
    return make("acme", owner="alice@example.com", language=Language.SW)


def make(slug: str, *, owner: str, language: Language = Language.EN) -> Tenant:
    tenant = create_tenant(slug=slug, name=slug.title(), template="BOOKING", by="test")
    Tenant.update(desired=Desired.RUNNING).where(Tenant.id == tenant.id).execute()
    for email, role, values in ((owner, Role.OWNER, {"language": language}),
                                (f"quiet-{owner}", Role.OWNER, {"wants_alerts": False}),
                                (f"unproved-{owner}", Role.OWNER, {"email_verified": False}),
                                (f"staff-{owner}", Role.STAFF, {})):
        Account.create(email=email, tenant=tenant, role=role, **({"email_verified": True} | values))
    Account.get_or_create(email="ada@example.com", defaults={"role": Role.ADMIN, "email_verified": True})
    connect(tenant, NOW)
    return Tenant.get_by_id(tenant.id)


def connect(tenant: Tenant, at: datetime) -> None:
    WhatsAppSession.update(state=SessionState.CONNECTED, phone="+255700000001", proved_at=at).where(
        WhatsAppSession.tenant == tenant).execute()


def disturb(tenant: Tenant, state: SessionState, detail: str = "") -> None:
    WhatsAppSession.update(state=state, detail=detail).where(WhatsAppSession.tenant == tenant).execute()


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def mailed() -> list[tuple[str, str]]:
    """To whom and about what letters were written, which are then forgotten."""
    found = [(mail.recipient, mail.subject) for mail in OutgoingMail.select().order_by(OutgoingMail.id)]
    OutgoingMail.delete().execute()
    return found


def test_nobody_is_told_while_all_is_well(acme, mailing):
    assert alerts.check(mailing, now=NOW) == 0
    assert Incident.select().count() == 0


def test_a_logout_is_told_to_the_owner_at_once_in_their_language_and_only_once(acme, mailing):
    disturb(acme, SessionState.LOGGED_OUT)
    assert alerts.check(mailing, now=minutes(0)) == 1
    (mail,) = OutgoingMail.select()
    assert (mail.recipient, mail.subject) == ("alice@example.com", "Acme: roboti haijibu")
    assert "https://bots.example.org/portal/whatsapp" in mail.text
    # 12:00 UTC by the clocks of the business.
    assert "15:00" in mail.text
    disturb(acme, SessionState.QR_READY)
    assert [alerts.check(mailing, now=minutes(each)) for each in (1, 2, 60)] == [0, 0, 0]
    assert len(mailed()) == 1


def test_a_lost_connection_is_told_after_the_tenants_patience_to_owner_and_admin(acme, mailing):
    Tenant.update(alert_after_min=7).execute()
    disturb(acme, SessionState.DISCONNECTED)
    for each in range(7):
        alerts.check(mailing, now=minutes(each))
    assert mailed() == []
    alerts.check(mailing, now=minutes(7))
    assert [to for to, _ in mailed()] == ["alice@example.com", "ada@example.com"]


def test_a_short_loss_is_told_to_nobody(acme, mailing):
    disturb(acme, SessionState.DISCONNECTED)
    alerts.check(mailing, now=minutes(0))
    connect(acme, minutes(2))
    alerts.check(mailing, now=minutes(2))
    assert (mailed(), Incident.select().count()) == ([], 0)


def test_that_it_is_back_is_told_once_it_stays(acme, mailing):
    disturb(acme, SessionState.ACTION_REQUIRED)
    alerts.check(mailing, now=minutes(0))
    assert len(mailed()) == 2
    for each in (30, 31, 34):
        connect(acme, minutes(each))
        alerts.check(mailing, now=minutes(each))
    assert mailed() == []
    connect(acme, minutes(35))
    alerts.check(mailing, now=minutes(35))
    assert mailed() == [("alice@example.com", "Acme: roboti inajibu tena"),
                        ("ada@example.com", "Flow HQ: 0 bots in trouble, 1 well again")]
    (incident,) = alerts.incidents_of(acme)
    assert incident.ended_at == minutes(35)


@pytest.mark.slow
def test_flapping_makes_no_storm(acme, mailing):
    for each in range(0, 24 * 60, 2):
        if each % 8 < 2:
            disturb(acme, SessionState.ACTION_REQUIRED)
        else:
            connect(acme, minutes(each))
        alerts.check(mailing, now=minutes(each))
    to_owner = [to for to, _ in mailed() if to == "alice@example.com"]
    # 180 losses in a day: told, back, told, and then it has to stay well for longer than it ever does.
    assert 1 <= len(to_owner) <= 5


def test_a_pause_by_a_person_is_no_trouble(acme, mailing):
    disturb(acme, SessionState.ACTION_REQUIRED)
    alerts.check(mailing, now=minutes(0))
    mailed()
    Tenant.update(desired=Desired.STOPPED).execute()
    disturb(acme, SessionState.DISCONNECTED)
    alerts.check(mailing, now=minutes(1))
    assert (mailed(), Incident.get().ended_at) == ([], minutes(1))


def test_many_tenants_at_once_are_one_letter_to_an_admin_and_one_to_each_owner(acme, mailing):
    for number in range(3):
        make(f"shop-{number}", owner=f"owner-{number}@example.com")
    WhatsAppSession.update(state=SessionState.ACTION_REQUIRED).execute()
    assert alerts.check(mailing, now=minutes(0)) == 4
    letters = mailed()
    assert sum(to == "ada@example.com" for to, _ in letters) == 1
    assert len(letters) == 5


def test_without_a_mail_server_incidents_and_webhooks_remain(acme, settings):
    webhooks.save(acme, "https://example.com/hook", production=True, by="alice", address="", now=NOW)
    disturb(acme, SessionState.LOGGED_OUT)
    assert alerts.check(settings, now=NOW) == 1
    assert (OutgoingMail.select().count(), WebhookDelivery.select().count()) == (0, 1)


def test_webhooks_hear_of_their_own_tenant_and_the_platforms_of_all_and_neither_of_what_was_said(acme, mailing):
    other = make("other", owner="charlie@example.com")
    for tenant, url in ((acme, "https://acme.example.com/"), (None, "https://ops.example.com/")):
        webhooks.save(tenant, url, production=True, by="x", address="", now=NOW)
    disturb(acme, SessionState.LOGGED_OUT, "secret detail")
    disturb(other, SessionState.LOGGED_OUT)
    alerts.check(mailing, now=NOW)
    heard = [(call.webhook.url, json.loads(call.body)) for call in WebhookDelivery.select().join(Webhook)]
    assert sorted((url, body["tenant"]) for url, body in heard) == [
        ("https://acme.example.com/", "acme"), ("https://ops.example.com/", "acme"),
        ("https://ops.example.com/", "other")]
    body = next(body for url, body in heard if url == "https://acme.example.com/")
    assert body == {"id": body["id"], "event": "tenant.trouble", "at": NOW.isoformat(), "tenant": "acme",
                    "business": "Acme", "trouble": "LOGGED_OUT", "since": NOW.isoformat()}


def test_a_look_takes_the_same_few_queries_for_one_tenant_and_for_many(acme, mailing, monkeypatch, database):
    counted = []
    run = database.execute_sql
    monkeypatch.setattr(database, "execute_sql", lambda *args, **values: counted.append(args) or run(*args, **values))
    alerts.check(mailing, now=NOW)
    for_one = len(counted)
    for number in range(5):
        make(f"shop-{number}", owner=f"owner-{number}@example.com")
    counted.clear()
    alerts.check(mailing, now=NOW)
    assert len(counted) == for_one


def test_looks_at_the_same_time_tell_once(acme, mailing, database):
    disturb(acme, SessionState.LOGGED_OUT)

    def look(_: int) -> int:
        with database.connection_context():
            return alerts.check(mailing, now=NOW)

    with ThreadPoolExecutor(4) as looks:
        assert sorted(looks.map(look, range(4))) == [0, 0, 0, 1]
    assert [to for to, _ in mailed()] == ["alice@example.com"]
