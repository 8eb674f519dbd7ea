from datetime import UTC, datetime, timedelta

import pytest

from app.models import Chat, Message, SessionState, Tenant, WhatsAppSession
from app.services.interruptions import Interruption, interruptions
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)
LATELY, LONG_AGO = NOW - timedelta(seconds=20), NOW - timedelta(minutes=10)


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


def write(tenant, direction, at, delivery=None):
    chat = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="1")
    Message.create(tenant=tenant, chat=chat, direction=direction, wa_message_id="m", sent_at=at, created_at=at,
                   delivery=delivery)


@pytest.mark.parametrize(("direction", "at", "delivery", "expected"), [
    ("IN", LATELY, None, [Interruption.ANSWERING]),
    ("IN", LONG_AGO, None, []),
    ("OUT", LONG_AGO, "SENDING", [Interruption.ANSWERING]),
    ("OUT", LONG_AGO, "SENT", []),
])
def test_a_chat_is_being_answered(acme, direction, at, delivery, expected):
    write(acme, direction, at, delivery)
    assert interruptions(acme, NOW) == expected


@pytest.mark.parametrize(("state", "looked_at", "expected"), [
    (SessionState.QR_READY, LATELY, [Interruption.SCANNING]),
    (SessionState.QR_READY, LONG_AGO, []),
    (SessionState.QR_READY, None, []),
    (SessionState.CONNECTED, LATELY, []),
    (SessionState.CONNECTING, None, [Interruption.LINKING]),
])
def test_a_code_is_being_scanned(acme, state, looked_at, expected):
    WhatsAppSession.update(state=state, qr_wanted_at=looked_at).execute()
    assert interruptions(acme, NOW) == expected
