from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import Account, Chat, Desired, Direction, Message, Outcome, OutgoingMail, Role, Tenant
from app.services import digests
from app.services.tenants import create_tenant
from app.settings import Settings

# Eight in the evening in Dar es Salaam.
EVENING = datetime(2026, 3, 1, 17, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Dar_es_Salaam")


@pytest.fixture
def mailing(settings: Settings, database) -> Settings:
    return replace(settings, smtp_url="smtp://127.0.0.1:1")


@pytest.fixture
def alice(mailing) -> Account:
    tenant = create_tenant(slug="acme", name="Acme\nLtd", template="BOOKING", by="test")
    Tenant.update(desired=Desired.RUNNING).execute()
    chat = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="+255711000001", unread=1)
    for number in range(3):
        Message.create(tenant=tenant, chat=chat, direction=Direction.IN, wa_message_id=f"m{number}", text="Siri",
                       sent_at=EVENING, created_at=EVENING - timedelta(hours=1), outcome=Outcome.HANDED_OVER)
    for email, values in (("quiet", {"wants_digest": False}), ("staff", {"role": Role.STAFF}),
                          ("unproved", {"email_verified": False}), ("gone", {"disabled": True})):
        Account.create(**({"email": f"{email}@example.com", "tenant": tenant, "role": Role.OWNER,
                           "email_verified": True} | values))
    return Account.create(email="alice@example.com", tenant=tenant, role=Role.OWNER, email_verified=True, language="SW")


def test_it_is_due_in_the_evening_of_the_tenants_zone_once():
    assert [digests.is_due(None, ZONE, EVENING + timedelta(hours=each)) for each in (-1, 0, 3, 4)] == [
        False, True, True, False]
    assert not digests.is_due(EVENING, ZONE, EVENING + timedelta(hours=3))
    assert digests.is_due(EVENING + timedelta(hours=3), ZONE, EVENING + timedelta(days=1))


def test_the_owner_gets_the_day_in_numbers_once_and_nobody_else_gets_it(alice, mailing):
    assert digests.send_due(mailing, now=EVENING - timedelta(hours=1)) == 0
    assert [digests.send_due(mailing, now=EVENING + timedelta(minutes=each)) for each in (0, 15, 60)] == [1, 0, 0]
    (mail,) = OutgoingMail.select()
    assert (mail.recipient, mail.subject) == ("alice@example.com", "Acme Ltd: siku yako kwenye WhatsApp")
    assert "Ujumbe kutoka kwa wateja: 3" in mail.text
    assert "Yaliyokabidhiwa kwa mtu: 3" in mail.text
    assert "Siri" not in mail.text
    assert "/portal/notifications" in mail.text
    assert digests.send_due(mailing, now=EVENING + timedelta(days=1)) == 1


def test_a_bot_that_is_not_meant_to_run_has_no_digest(alice, mailing):
    Tenant.update(desired=Desired.STOPPED).execute()
    assert digests.send_due(mailing, now=EVENING) == 0


def test_without_a_mail_server_nothing_is_marked_as_sent(alice, settings):
    assert digests.send_due(settings, now=EVENING) == 0
    assert Account.get_by_id(alice.id).digest_sent_at is None
