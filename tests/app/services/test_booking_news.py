"""Owners and their programs hear of what customers do with bookings."""
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Account, OutgoingMail, Role, Tenant, TenantConfig, Webhook, WebhookDelivery
from app.replies.diary import CancelBooking
from app.services import booking_news
from tests.app.services.test_diary import chat, done, making  # noqa: F401  a fixture

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def tenant(database):
    made = Tenant.create(slug="acme", name="Acme Ltd")
    TenantConfig.create(tenant=made, business_name="Acme")
    Account.create(email="alice@example.com", role=Role.OWNER, tenant=made, password_hash="x", email_verified=True,
                   language="SW")
    Webhook.create(tenant=made, url="https://example.com/hook", secret="s" * 43)
    return made


@pytest.fixture
def told(settings, tenant):
    """Looks once; gives the letters and the webhook's calls there are then."""
    with_mail = replace(settings, smtp_url="smtp://localhost:1")

    def look():
        booking_news.tell(with_mail, now=NOW)
        return ([mail.text for mail in OutgoingMail.select().order_by(OutgoingMail.id)],
                [json.loads(call.body) for call in WebhookDelivery.select().order_by(WebhookDelivery.id)])

    return look


def test_each_thing_is_told_once_and_a_look_is_one_letter(told, tenant, chat):  # noqa: F811
    done(making(1), tenant, chat)
    done(making(2, starts=NOW + timedelta(days=5)), tenant, chat)
    for _ in range(2):
        letters, calls = told()
    assert len(letters) == 1
    assert "mpya: namba 1, Facial" in letters[0] and "mpya: namba 2" in letters[0] and "Asha" not in letters[0]
    assert [(call["event"], call["number"], call["state"]) for call in calls] == [
        ("booking.made", 1, "CONFIRMED"), ("booking.made", 2, "CONFIRMED")]
    assert "Asha" not in json.dumps(calls) and "255711" not in json.dumps(calls)

    done(CancelBooking(1), tenant, chat, NOW + timedelta(minutes=1))

    letters, calls = told()
    assert "imefutwa: namba 1" in letters[1] and "namba 2" not in letters[1]
    assert calls[-1]["event"] == "booking.cancelled"


def test_owners_who_want_no_letters_get_none_but_their_program_is_told(told, tenant, chat):  # noqa: F811
    TenantConfig.update(content={"booking": {"mail": False}}).execute()
    done(making(1), tenant, chat)
    letters, calls = told()
    assert (letters, len(calls)) == ([], 1)
