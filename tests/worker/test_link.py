from dataclasses import replace
from datetime import timedelta

import pytest

from app.models import SessionState, Tenant, TenantStatus, WhatsAppSession
from app.services.pictures import picture_of
from worker.catchup import NewLink
from worker.link import NEWS_PATIENCE_S, Link
from worker.whatsapp.events import PairingCode, Snapshot

TIMEOUT_S = 90.0
LINKED = Snapshot(injected=True, ready=True, authenticated=True, mode="MAIN", info="NORMAL", socket="CONNECTED",
                  me="255700000002@c.us", lid="555@lid")
CODE = Snapshot(injected=True, ready=True, mode="QR", info="PAIRING", socket="UNPAIRED")


class Page:
    refreshed = 0
    dismissed = ()
    pictured = 0
    looks = b"jpeg"

    def refresh_code(self):
        self.refreshed += 1

    def dismiss(self, buttons):
        self.dismissed = buttons

    def picture(self):
        self.pictured += 1
        return self.looks


@pytest.fixture
def link(tenant, now):
    made = Link(tenant, Page(), generation=7, ready_timeout_s=TIMEOUT_S)
    made.on_page(now, 0)
    return made


def session():
    return WhatsAppSession.get()


def tenant_status():
    return Tenant.get().status


def test_a_code_is_shown_with_its_browser_and_its_end(link, now):
    link.on_state(CODE, now, 1)
    link.on_code("2@abc", now)
    row = session()
    assert (row.state, row.qr_code, row.qr_generation) == (SessionState.QR_READY, "2@abc", 7)
    assert row.qr_expires_at == now + timedelta(seconds=60)
    assert tenant_status() == TenantStatus.QR_PENDING
    link.on_code("2@def", now)
    assert session().qr_expires_at == now + timedelta(seconds=20)


def test_a_scan_ends_the_code_and_the_tenant_becomes_active(link, now):
    link.on_code("2@abc", now)
    link.on_state(replace(LINKED, mode="SYNCING", info="SYNCING"), now, 2)
    assert (session().state, session().qr_code) == (SessionState.CONNECTING, None)
    link.on_state(LINKED, now, 3)
    row = session()
    assert (row.state, row.phone, row.lid, row.proved_at) == (SessionState.CONNECTED, "+255700000002", "555", now)
    assert tenant_status() == TenantStatus.ACTIVE and link.connected


def test_a_first_link_is_another_numbers_once(link, now):
    link.on_code("2@abc", now)
    link.on_state(LINKED, now, 3)
    assert link.new is NewLink.OTHER_NUMBER
    link.new = None
    link.on_state(LINKED, now, 4)
    assert link.new is None


def test_a_number_that_is_linked_again_is_known_and_another_one_forgets_what_was_read(link, now):
    WhatsAppSession.update(phone="+255700000002", watermark=now).execute()
    link.on_code("2@abc", now)
    link.on_state(LINKED, now, 3)
    assert link.new is NewLink.SAME_NUMBER and session().watermark == now
    link.on_state(replace(LINKED, me="255700000009@c.us"), now, 4)
    assert link.new is NewLink.OTHER_NUMBER and session().watermark is None


def test_a_pairing_code_that_is_refused_is_told_until_there_is_one(link, now):
    link.on_code("2@abc", now)
    link.on_pairing_code(PairingCode("", "rate-overlimit"), now)
    assert (session().pairing_code, session().pairing_refused_at) == ("", now)
    link.on_pairing_code(PairingCode("ABCD-EFGH"), now)
    assert (session().pairing_code, session().pairing_refused_at) == ("ABCD-EFGH", None)
    link.on_pairing_code(PairingCode("", "rate-overlimit"), now)
    link.on_state(LINKED, now, 3)
    assert session().pairing_refused_at is None


def test_a_page_that_comes_back_linked_is_no_new_link(link, now):
    WhatsAppSession.update(phone="+255700000002", watermark=now).execute()
    link.on_state(LINKED, now, 3)
    assert link.new is None


def test_codes_are_renewed_only_while_somebody_looks(link, now):
    link.on_code("2@abc", now)
    link.on_state(replace(CODE, socket="UNPAIRED_IDLE"), now, 170)
    assert session().qr_code is None and session().state == SessionState.QR_READY
    link.tick(now)
    assert link.page.refreshed == 0
    WhatsAppSession.update(qr_wanted_at=now).execute()
    link.tick(now + timedelta(minutes=1))
    link.tick(now + timedelta(minutes=1))
    assert link.page.refreshed == 1
    link.on_code("2@new", now)
    assert session().qr_code == "2@new"


def test_an_unlinking_from_the_phone_is_told_until_the_number_is_linked_again(link, now):
    link.on_state(LINKED, now, 1)
    link.on_logout("user_initiated", now, 2)
    assert session().state == SessionState.LOGGED_OUT and not link.connected
    link.on_page(now, 3)
    assert session().state == SessionState.LOGGED_OUT
    link.on_code("2@abc", now)
    assert session().state == SessionState.QR_READY and "ended" in session().detail
    link.on_state(LINKED, now, 4)
    assert session().detail == ""


def test_a_lost_connection_shows_at_once_and_so_does_its_return(link, now):
    link.on_state(LINKED, now, 1)
    link.on_state(replace(LINKED, info="OFFLINE", mode="OFFLINE"), now, 2)
    assert session().state == SessionState.DISCONNECTED and not link.connected
    link.on_state(LINKED, now, 3)
    assert session().state == SessionState.CONNECTED


def test_a_page_that_does_not_get_ready_is_overdue_and_a_waiting_code_is_not(link, now):
    assert not link.is_overdue(TIMEOUT_S) and link.is_overdue(TIMEOUT_S + 1)
    assert "did not get ready within 90 s" in link.why_overdue()
    link.on_code("2@abc", now)
    assert not link.is_overdue(10**9)
    link.on_state(replace(LINKED, mode="SYNCING"), now, 1000)
    assert not link.is_overdue(1000 + TIMEOUT_S) and link.is_overdue(1001 + TIMEOUT_S)


def test_what_only_a_person_can_mend_is_said_in_a_sentence(link, now):
    link.on_state(replace(LINKED, mode="TOS_BLOCK"), now, 1)
    assert session().state == SessionState.ACTION_REQUIRED and "phone" in session().detail
    assert tenant_status() == TenantStatus.ERROR
    link.on_state(LINKED, now, 2)
    assert tenant_status() == TenantStatus.ACTIVE


def test_a_paused_tenant_stays_paused_whatever_its_session_does(link, now):
    Tenant.update(status=TenantStatus.PAUSED).execute()
    link.on_code("2@abc", now)
    link.on_state(LINKED, now, 1)
    assert tenant_status() == TenantStatus.PAUSED


def test_a_window_with_news_is_dismissed_and_changes_nothing(link, now):
    link.on_state(replace(LINKED, modal="What's new on WhatsApp Web\nContinue"), now, 1)
    assert "Continue" in link.page.dismissed
    assert session().state == SessionState.CONNECTED


def test_a_window_with_news_that_does_not_close_is_for_a_person_until_it_has_gone(link, now):
    news = replace(LINKED, modal="What's new on WhatsApp Web\nWeiter")
    link.on_state(news, now, 1)
    link.on_state(news, now, 1 + NEWS_PATIENCE_S)
    assert session().state == SessionState.CONNECTED
    link.on_state(news, now, 2 + NEWS_PATIENCE_S)
    link.tick(now)
    assert (session().state, link.page.pictured) == (SessionState.ACTION_REQUIRED, 1)
    link.on_page(now, 2 + NEWS_PATIENCE_S)
    link.page.dismissed = ()
    link.on_state(news, now, 3 + NEWS_PATIENCE_S)
    assert link.page.dismissed and session().state == SessionState.CONNECTED
    link.on_state(LINKED, now, 3 + NEWS_PATIENCE_S)
    link.on_state(news, now, 4 + NEWS_PATIENCE_S)
    assert session().state == SessionState.CONNECTED


def test_a_window_that_asks_a_person_is_left_alone(link, now):
    link.on_state(replace(LINKED, modal="Confirm it is you"), now, 1)
    assert link.page.dismissed == ()
    assert (session().state, link.connected) == (SessionState.ACTION_REQUIRED, False)


def test_a_window_that_asks_a_person_is_pictured_once_each_time_it_comes(link, tenant, now):
    for times in (1, 2):
        for _ in range(3):
            link.on_state(replace(LINKED, modal="Confirm it is you"), now, 1)
            link.tick(now)
        assert (link.page.pictured, picture_of(tenant)) == (times, b"jpeg")
        link.on_state(LINKED, now, 2)
        link.tick(now)
        assert (link.page.pictured, picture_of(tenant)) == (times, None)


def test_a_window_whose_picture_cannot_be_had_is_not_asked_for_it_again(link, tenant, now):
    link.page.looks = None
    link.on_state(replace(LINKED, modal="Confirm it is you"), now, 1)
    link.tick(now)
    link.tick(now)
    assert (link.page.pictured, picture_of(tenant)) == (1, None)


def test_only_windows_are_pictured(link, now):
    link.on_state(replace(LINKED, mode="TOS_BLOCK"), now, 1)
    link.tick(now)
    assert link.page.pictured == 0


def test_a_page_that_is_too_old_is_loaded_anew_after_a_while_and_a_blocked_one_is_not(link, now):
    link.on_state(replace(LINKED, mode="TOS_BLOCK"), now, 1)
    assert not link.is_overdue(TIMEOUT_S * 10)
    link.on_state(replace(LINKED, mode="DEPRECATED_VERSION"), now, 1)
    assert not link.is_overdue(TIMEOUT_S)
    assert link.is_overdue(TIMEOUT_S + 2)


def test_a_page_that_is_too_old_is_loaded_anew_at_once_and_once(link, now):
    link.on_state(LINKED, now, 1)
    assert not link.wants_new_page
    link.on_state(replace(LINKED, needs_update=True), now, 2)
    assert link.wants_new_page
    link.on_page(now, 3)
    link.on_state(replace(LINKED, needs_update=True), now, 4)
    assert not link.wants_new_page and session().state == SessionState.ACTION_REQUIRED
    link.on_state(LINKED, now, 5)
    link.on_state(replace(LINKED, needs_update=True), now, 6)
    assert link.wants_new_page


def test_a_lost_connection_stays_lost_however_often_the_page_is_asked(link, now):
    link.on_state(LINKED, now, 1)
    for second in range(2, 5):
        link.on_state(replace(LINKED, info="OPENING", socket="OPENING"), now, second)
        assert session().state == SessionState.DISCONNECTED
    assert not link.is_overdue(TIMEOUT_S + 5)


def test_a_code_for_a_number_that_nobody_has_unlinked_means_a_lost_profile(link, now):
    assert not link.is_lost("2@abc"), "it was never linked"
    WhatsAppSession.update(phone="+255700000002").execute()
    assert link.is_lost("2@abc") and not link.is_lost("")
    link.on_logout("user_initiated", now, 5)
    assert not link.is_lost("2@abc")
