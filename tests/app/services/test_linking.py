from datetime import UTC, datetime

import pytest

from app.errors import Conflict
from app.models import SessionState, WhatsAppSession
from app.services.linking import want_pairing_code
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}


def test_a_pairing_code_is_asked_for_while_a_phone_can_be_linked():
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", phone_number="0712345678", by="ada")
    WhatsAppSession.update(state=SessionState.QR_READY, pairing_code="OLD1-OLD2",
                           pairing_refused_at=NOW).execute()
    want_pairing_code(acme, now=NOW, **WHO)
    session = WhatsAppSession.get()
    assert (session.pairing_wanted_at, session.pairing_code, session.pairing_refused_at) == (NOW, "", None)


@pytest.mark.parametrize("number, state", [("", SessionState.QR_READY), ("0712345678", SessionState.CONNECTED)])
def test_there_is_no_pairing_code_without_a_number_or_something_to_link(number: str, state: SessionState):
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", phone_number=number, by="ada")
    WhatsAppSession.update(state=state).execute()
    with pytest.raises(Conflict):
        want_pairing_code(acme, now=NOW, **WHO)
    assert WhatsAppSession.get().pairing_wanted_at is None
