"""Each fault of the sandbox on a real worker and browser while 20 customers write: nothing lost, nothing twice."""
import os
import signal
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.models import Message, WhatsAppSession
from app.models.base import utc_now
from tests.patience import eventually
from tests.rig import BUSINESS, assert_each_answered_once_in_order

pytestmark = [pytest.mark.faults, pytest.mark.browser, pytest.mark.slow,
              pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
UNKNOWN_WINDOW = {"title": "Confirm it is you", "text": "Enter your two-step PIN", "button": "Later"}


@dataclass(frozen=True)
class Fault:
    """A fault, and what the session shows while it is on (nothing where it need not show)."""

    name: str
    shows: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    lasts: bool = True

    def __str__(self) -> str:
        return "-".join([self.name, *(str(value).replace(" ", "_") for value in self.options.values())])[:40]


FAULTS = [
    Fault("offline", "DISCONNECTED"), Fault("slow", options={"delay_s": 1.5}),
    Fault("hang", "DISCONNECTED", {"seconds": 120}, lasts=False), Fault("crash", "DISCONNECTED", lasts=False),
    Fault("modal", options={"unlink_after_s": 60}), Fault("modal", "ACTION_REQUIRED", UNKNOWN_WINDOW),
    Fault("acks_late", options={"delay_s": 2.0}), Fault("acks_missing"),
    Fault("send_refused", options={"times": 4}), Fault("send_doubtful", options={"times": 4}),
    Fault("events_twice"), Fault("taken_over", "CONFLICT"), Fault("ban_for_a_while", "ACTION_REQUIRED"),
    Fault("update", "ACTION_REQUIRED"), Fault("renamed", options={"what": "sending"}),
    Fault("renamed", "DISCONNECTED", {"what": "everything"}),
    Fault("clock", options={"which": "behind"}), Fault("clock", options={"which": "ahead"}),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_line_is_answered_once_and_in_order_under(fault, bench):
    bench.start_writing()
    bench.await_lines(10)
    bench.begin(fault.name, **fault.options)
    if fault.shows:
        bench.rig.await_state(fault.shows)
    bench.await_lines(30)
    if fault.lasts and is_on(bench, fault.name):
        bench.end(fault.name)
    bench.await_lines(10)
    bench.stop_writing()
    bench.await_answers()
    bench.rig.await_state("CONNECTED")
    assert_each_answered_once_in_order(bench.rig, bench.written)


def is_on(bench, name):
    return any(fault["on"] for fault in bench.api.get("/faults") if fault["name"] == name)


def test_a_window_with_news_is_closed_by_the_worker(bench):
    bench.begin("modal", unlink_after_s=300)
    eventually(lambda: not is_on(bench, "modal"), "the window is closed")
    assert bench.rig.session().state == "CONNECTED"


def test_each_line_is_answered_once_where_events_change_places(bench):
    bench.begin("events_swapped")
    bench.start_writing()
    bench.await_lines(60)
    bench.stop_writing()
    bench.await_answers()
    shown = [line["id"] for customer in bench.customers for line in bench.rig.on_screen(customer)
             if line["from"] == BUSINESS]
    assert len(shown) == len(set(shown)) == bench.count()


def test_a_page_that_never_gets_ready_is_tried_again_until_it_does(bench):
    bench.begin("never_ready")
    bench.begin("crash")
    bench.start_writing()
    eventually(lambda: bench.restarts() >= 2, "another browser was tried")
    assert bench.rig.session().state != "CONNECTED"
    bench.end("never_ready")
    bench.rig.await_state("CONNECTED")
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def await_code(bench):
    """The code that the session shows."""
    session = bench.rig.session
    return eventually(lambda: session().state == "QR_READY" and session().qr_code, "a code is shown")


def test_a_number_that_was_logged_out_shows_a_code_and_goes_on_after_a_scan(bench):
    bench.begin("logout")
    code = await_code(bench)
    assert "was ended" in bench.rig.session().detail
    bench.api.post(f"/phones/{BUSINESS}/scan", qr=code)
    bench.rig.await_state("CONNECTED")
    bench.start_writing()
    bench.await_lines(20)
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def test_a_number_that_is_banned_for_good_shows_a_code_that_says_why(bench):
    bench.begin("ban_for_good")
    eventually(lambda: bench.rig.session().state == "QR_READY", "a code is shown")
    assert "account_locked" in bench.rig.session().detail


def test_codes_that_nobody_scans_are_parked_and_renewed_for_who_looks(bench):
    bench.begin("logout")
    eventually(lambda: bench.rig.session().qr_code, "a code is shown")
    bench.api.post("/faults/codes_end")
    eventually(lambda: bench.rig.session().qr_code is None, "the code is gone from the database too")
    WhatsAppSession.update(qr_wanted_at=utc_now()).execute()
    eventually(lambda: bench.rig.session().qr_code, "there is another code for who looks")


def test_a_pairing_code_that_is_refused_can_be_asked_for_again(bench):
    bench.begin("logout")
    await_code(bench)
    bench.begin("pairing_refused")
    WhatsAppSession.update(pairing_wanted_at=utc_now()).execute()
    eventually(lambda: bench.rig.session().pairing_refused_at, "the session says that WhatsApp has refused")
    bench.end("pairing_refused")
    WhatsAppSession.update(pairing_wanted_at=utc_now()).execute()
    code = eventually(lambda: bench.rig.session().pairing_code, "a pairing code is shown")
    assert bench.rig.session().pairing_refused_at is None
    bench.api.post(f"/phones/{BUSINESS}/pair", code=code)
    bench.rig.await_state("CONNECTED")


@pytest.mark.parametrize("which", ["behind", "ahead"])
def test_what_was_missed_is_found_though_the_clocks_differ(bench, which):
    """The page has taken lines that the worker has not, and both die: only the history has them."""
    bench.begin("clock", which=which)
    bench.start_writing()
    bench.await_lines(30)
    os.kill(bench.rig.worker.pid, signal.SIGSTOP)
    bench.await_lines(20)
    eventually(lambda: bench.api.get(f"/phones/{BUSINESS}")["devices"][0]["waiting"] == 0, "the page has taken all")
    bench.rig.browser().kill()
    bench.rig.stop_worker(signal.SIGKILL)
    bench.rig.start_worker()
    bench.await_lines(10)
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def test_nobody_is_answered_for_a_history_of_thousands(bench):
    bench.begin("logout")
    code = await_code(bench)
    bench.begin("history", times=1)
    bench.api.post(f"/phones/{BUSINESS}/scan", qr=code)
    bench.rig.await_state("CONNECTED")
    bench.start_writing()
    bench.await_lines(20)
    bench.stop_writing()
    bench.await_answers()
    assert Message.select().where(Message.direction == "IN").count() == bench.count()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def test_what_was_written_while_the_worker_was_away_is_answered_when_it_comes(bench):
    bench.start_writing()
    bench.await_lines(10)
    assert bench.rig.stop_worker() == 0
    bench.await_lines(20)
    bench.rig.start_worker()
    bench.await_lines(10)
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)
