"""What the worker itself does about what goes wrong: order, settlement, catching up, pausing, recycling, restoring."""
import shutil
from dataclasses import replace

import pytest

from app.models import LARGEST_PICTURE, Chat, Message, PagePicture
from tests.patience import eventually
from tests.rig import BUSINESS, arrived, assert_each_answered_once_in_order
from worker.breaker import TRIPS_AFTER

pytestmark = [pytest.mark.faults, pytest.mark.browser, pytest.mark.slow,
              pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def settings(settings):
    """With a worker that soon looks for what should have arrived, and keeps no browser for long."""
    return replace(settings, receipt_timeout_s=4.0, browser_age_s=20.0, snapshot_after_s=5.0)


def test_order_is_kept_where_the_page_is_loaded_anew_without_a_connection(bench):
    # What the page had to send, and what customers wrote, then come together when the connection is back.
    bench.start_writing()
    bench.await_lines(10)
    bench.begin("offline")
    bench.rig.await_state("DISCONNECTED")
    bench.await_lines(10)
    bench.rig.browser().kill()
    bench.rig.await_state("STARTING")
    bench.await_lines(20)
    bench.end("offline")
    bench.await_lines(20)
    bench.stop_writing()
    bench.await_answers()
    bench.rig.await_state("CONNECTED")
    assert bench.restarts() == 1
    assert_each_answered_once_in_order(bench.rig, bench.written)


def await_beats(bench, more):
    """Wait until the worker has asked its page so many times more."""
    for _ in range(more):
        last = bench.rig.process().last_seen_at
        eventually(lambda last=last: bench.rig.process().last_seen_at > last, "the page has been asked again")


def test_a_window_that_nobody_knows_is_pictured_once_each_time_it_comes(bench):
    for times in (1, 2):
        bench.begin("modal", title="Confirm it is you", text="Enter your two-step PIN", button="Later")
        bench.rig.await_state("ACTION_REQUIRED")
        jpeg = eventually(lambda: PagePicture.select(PagePicture.jpeg).scalar(), "there is a picture of the page")
        assert jpeg[:3] == b"\xff\xd8\xff" and len(jpeg) < LARGEST_PICTURE
        await_beats(bench, 2)
        assert bench.rig.log_text().count('"page_pictured"') == times
        bench.end("modal")
        bench.rig.await_state("CONNECTED")
        assert PagePicture.select(PagePicture.jpeg).scalar() is None
    assert bench.restarts() == 0


def reply_to(message_id):
    """The reply to what a customer wrote, once it was sent."""
    asked = Message.select(Message.id).where(Message.wa_message_id.endswith(message_id))
    return eventually(lambda: Message.get_or_none(
        Message.in_reply_to.in_(asked), Message.delivery.not_in(("PENDING", "SENDING"))), "the reply is settled")


def test_a_send_that_reports_success_and_never_arrives_is_called_uncertain_and_not_sent_again(bench):
    customer = bench.customers[0]
    bench.begin("send_lost", times=1)
    lost = reply_to(bench.rig.write(customer, "Hello"))
    assert lost.delivery == "SENT"
    kept = reply_to(bench.rig.write(customer, "Where are you?"))
    eventually(lambda: Message.get_by_id(lost.id).delivery == "UNKNOWN", "nobody is sure of the reply")
    assert Message.get_by_id(kept.id).delivery in ("DELIVERED", "READ")
    assert Chat.get(Chat.phone == customer[1:]).unread == 1
    shown = [line["id"] for line in bench.rig.on_screen(customer) if line["from"] == BUSINESS]
    assert shown == [kept.wa_message_id.split("_")[-1]]


def test_a_reply_that_does_not_leave_the_page_is_settled_by_a_new_browser(bench):
    customer = bench.customers[0]
    bench.begin("acks_missing")
    reply = reply_to(bench.rig.write(customer, "Hello"))
    assert reply.delivery in ("SENT", "DELIVERED") and bench.restarts() == 1
    assert len(bench.rig.on_screen(customer)) == 2


def await_code(bench):
    """The code that the session shows."""
    session = bench.rig.session
    return eventually(lambda: session().state == "QR_READY" and session().qr_code, "a code is shown")


def test_what_was_written_between_a_logout_and_the_next_scan_of_the_same_number_is_answered(bench):
    bench.begin("logout")
    await_code(bench)
    bench.begin("history", times=1)
    bench.start_writing()
    bench.await_lines(30)
    bench.api.post(f"/phones/{BUSINESS}/scan", qr=await_code(bench))
    bench.rig.await_state("CONNECTED")
    bench.await_lines(10)
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def test_what_was_written_before_another_number_was_linked_is_not_answered(bench):
    other = "+255700000003"
    bench.api.post("/phones", number=other, name="Another")
    bench.begin("logout")
    await_code(bench)
    asked = {to: bench.api.post(f"/phones/{bench.customers[0]}/messages", to=to, text="Hello")["id"]
             for to in (BUSINESS, other)}
    bench.api.post(f"/phones/{other}/scan", qr=await_code(bench))
    bench.rig.await_state("CONNECTED")
    asked["later"] = bench.api.post(f"/phones/{bench.customers[0]}/messages", to=other, text="Hello again")["id"]
    reply_to(asked["later"])
    logged = [row.wa_message_id for row in Message.select().where(Message.direction == "IN")]
    assert [asked["later"]] == [key.split("_")[-1] for key in logged]


def test_a_browser_that_is_old_is_replaced_and_nobody_notices(bench):
    bench.start_writing()
    bench.await_snapshot()
    bench.await_lines(20)
    bench.stop_writing()
    bench.await_answers()
    assert bench.restarts() == 0 and '"browser_recycled"' in bench.rig.log_text()
    assert_each_answered_once_in_order(bench.rig, bench.written)


def test_a_profile_that_lost_its_link_is_put_back_without_a_scan(bench):
    bench.await_snapshot()
    assert bench.rig.stop_worker() == 0
    for stored in (bench.rig.directory / "profile").rglob("IndexedDB"):
        shutil.rmtree(stored)
    written = bench.rig.write(bench.customers[0], "Hello")
    bench.rig.start_worker()
    reply_to(written)
    assert bench.rig.session().state == "CONNECTED"
    assert '"profile_restored"' in bench.rig.log_text()
    assert len(list(bench.rig.directory.glob("profile.broken*"))) == 1


def test_a_link_that_the_phone_was_seen_to_end_is_not_put_back(bench):
    bench.await_snapshot()
    bench.begin("logout")
    await_code(bench)
    assert bench.rig.stop_worker() == 0
    bench.rig.start_worker()
    await_code(bench)
    assert '"profile_restored"' not in bench.rig.log_text()


def test_where_no_send_arrives_sending_pauses_and_goes_on_by_itself(bench):
    bench.begin("send_refused")
    refused = [bench.rig.write(customer, "Hello") for customer in bench.customers[:TRIPS_AFTER]]
    eventually(lambda: bench.rig.session().sending_resumes_at, "sending is paused, and until when")
    assert bench.rig.session().sending_paused_at < bench.rig.session().sending_resumes_at
    waiting = [bench.rig.write(customer, "Are you open?") for customer in bench.customers[TRIPS_AFTER:]]
    eventually(lambda: Message.select().where(Message.delivery == "PENDING").count() >= len(waiting), "replies wait")
    bench.end("send_refused")
    eventually(lambda: not bench.rig.session().sending_paused_at, "sending goes on", deadline_s=300)
    assert [reply_to(each).delivery for each in refused] == ["FAILED"] * TRIPS_AFTER
    eventually(lambda: arrived(bench.rig, bench.customers) == len(waiting), "what waited has arrived, once each")
