from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict
from app.models import SessionState, WhatsAppSession
from app.services.linking import GRACE, TYPED_WITHIN, code_to_scan, code_to_type, want_pairing_code
from app.services.sessions import Code, next_generation, report_code, report_pairing_code, report_session
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


def test_a_code_is_shown_for_as_long_as_a_phone_takes_it():
    session = WhatsAppSession(qr_code="2@abc", qr_expires_at=NOW, pairing_code="ABCD-EFGH", pairing_wanted_at=NOW)
    moment = timedelta(seconds=1)
    assert [code_to_scan(session, NOW + after) for after in (GRACE, GRACE + moment)] == ["2@abc", ""]
    assert [code_to_type(session, NOW + after) for after in (TYPED_WITHIN, TYPED_WITHIN + moment)] == ["ABCD-EFGH", ""]
    assert code_to_scan(WhatsAppSession(), NOW) == code_to_type(WhatsAppSession(), NOW) == ""


@pytest.mark.parametrize("end", [
    next_generation, lambda acme: report_session(acme, "page_opened", now=NOW),
    lambda acme: report_session(acme, "connection_lost", now=NOW)], ids=["browser", "page", "connection"])
def test_no_code_outlives_the_page_that_has_made_it(end):
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    report_code(acme, Code("2@abc", 1, NOW), now=NOW)
    report_pairing_code(acme, "ABCD-EFGH", now=NOW)
    end(acme)
    session = WhatsAppSession.get()
    assert (session.qr_code, session.qr_expires_at, session.pairing_code) == (None, None, "")
