"""A number that nothing is delivered for, or that is fresh: when its replies go out."""
from datetime import timedelta

from app.models import WhatsAppSession
from tests.worker.outgoing import DEADLINE_S, missing, ok
from worker.breaker import FIRST_PAUSE_S, PROBE_AGAIN_S, TRIPS_AFTER
from worker.gate import Gate
from worker.outbox import TRIES, Outbox
from worker.warmup import FIRST_DAY, MINUTE_S
from worker.whatsapp.events import Sent


def fail(outbox, phone, clock, now):
    """Let WhatsApp refuse what is under way as often as it is tried."""
    for _ in range(TRIES):
        asked = phone.next("send")
        outbox.on_sent(Sent(op=asked[1], key=asked[3], result="ERROR_UNKNOWN", ack=-1), clock, now)
        outbox.pump(clock)
        outbox.on_looked_up(missing(phone.next("look_up")), clock, now)
        clock += 10
        outbox.pump(clock)
    return clock


def pause(outbox, phone, reply, now):
    """Let nothing arrive until sending pauses; returns the clock then."""
    clock = 0.0
    for number in range(TRIPS_AFTER):
        outbox.add([reply(f"25571100000{number}")])
        outbox.pump(clock)
        clock = fail(outbox, phone, clock, now)
    outbox.gate.report(now, clock)
    return clock


def test_where_nothing_can_be_delivered_sending_pauses_and_goes_on_once_a_reply_arrives(outbox, phone, reply, now):
    clock = pause(outbox, phone, reply, now)
    assert WhatsAppSession.get().sending_paused_at == now
    outbox.add([reply("255711000008"), reply("255711000009")])
    outbox.pump(clock)
    assert not phone.asked and clock < outbox.next_due() <= clock + FIRST_PAUSE_S
    assert paused() == (now, now + timedelta(seconds=outbox.next_due() - clock))
    clock += FIRST_PAUSE_S
    outbox.pump(clock)
    assert phone.verbs() == ["send"], "one is tried"
    outbox.on_sent(ok(phone.next("send")), clock, now)
    outbox.pump(clock + PROBE_AGAIN_S)
    assert phone.verbs() == ["send"], "the other follows"
    outbox.gate.report(now, clock)
    assert paused() == (None, None)


def test_a_pause_that_lasts_began_when_it_began_and_says_when_the_next_try_is(outbox, phone, reply, now):
    clock = pause(outbox, phone, reply, now)
    outbox.add([reply("255711000008"), reply("255711000009")])
    clock += FIRST_PAUSE_S
    outbox.pump(clock)
    clock = fail(outbox, phone, clock, now)
    outbox.pump(clock)
    later, next_try = now + timedelta(minutes=2), outbox.next_due()
    assert next_try > clock + FIRST_PAUSE_S, "the next pause is longer"
    outbox.gate.report(later, clock)
    assert paused() == (now, later + timedelta(seconds=next_try - clock))
    outbox.gate.report(later + timedelta(seconds=9), clock + 1)
    assert paused() == (now, later + timedelta(seconds=next_try - clock)), "the same pause is written down once"


def paused():
    session = WhatsAppSession.get()
    return session.sending_paused_at, session.sending_resumes_at


def test_the_one_that_is_tried_is_sent_again_where_it_did_not_leave(tenant, phone, reply, now):
    WhatsAppSession.update(sending_paused_at=now).execute()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    one = reply("255711000008")
    outbox.add([one, reply("255711000009")])
    outbox.pump(0)
    asked = phone.next("send")
    outbox.on_sent(Sent(op=asked[1], key=asked[3], result="ERROR_UNKNOWN", ack=-1), 0, now)
    outbox.pump(0)
    outbox.on_looked_up(missing(phone.next("look_up")), 0, now)
    outbox.pump(10)
    again = phone.next("send")
    assert again[3] == one.key and not phone.asked, "it alone"
    outbox.on_sent(ok(again), 10, now)
    outbox.pump(10 + PROBE_AGAIN_S)
    assert phone.verbs() == ["send"], "the other follows"


def test_a_worker_that_starts_while_sending_is_paused_tries_one_reply(tenant, phone, reply, now):
    WhatsAppSession.update(sending_paused_at=now).execute()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.add([reply("255711000008"), reply("255711000009")])
    outbox.pump(0)
    assert phone.verbs() == ["send"]


def test_a_fresh_number_sends_one_after_the_other(tenant, phone, reply, now):
    WhatsAppSession.update(linked_at=now).execute()
    gate = Gate(tenant, warms_up=True)
    gate.set_pace(7, now)
    outbox = Outbox(tenant, phone, DEADLINE_S, gate)
    outbox.add([reply(f"25571100000{number}") for number in range(FIRST_DAY + 1)])
    outbox.pump(0)
    assert phone.verbs() == ["send"] * FIRST_DAY
    for _ in range(FIRST_DAY):
        outbox.on_sent(ok(phone.next("send")), 1, now)
    outbox.pump(MINUTE_S - 1)
    assert not phone.asked
    outbox.pump(MINUTE_S)
    assert phone.verbs() == ["send"]


def test_a_reply_of_which_nothing_is_said_holds_up_no_other_while_sending_is_paused(tenant, phone, reply, now):
    reply()
    WhatsAppSession.update(sending_paused_at=now).execute()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.add([reply(phone="255711000002")])
    outbox.pump(0.0)
    phone.next("send")
    outbox.doubt_all()
    outbox.add([reply(phone="255711000003")])
    outbox.pump(PROBE_AGAIN_S)
    outbox.on_failed(phone.next("look_up")[1], PROBE_AGAIN_S, now)
    outbox.pump(3 * PROBE_AGAIN_S)
    assert phone.verbs() == ["send"]


def test_a_browser_that_ends_over_the_one_that_is_tried_does_not_end_the_trying(tenant, phone, reply, now):
    WhatsAppSession.update(sending_paused_at=now).execute()
    gate = Gate(tenant, warms_up=False)
    first = Outbox(tenant, phone, DEADLINE_S, gate)
    tried = reply()
    first.add([tried])
    first.pump(0)
    phone.next("send")
    second = Outbox(tenant, phone, DEADLINE_S, gate)
    second.load_unsettled(now)
    second.pump(0)
    second.on_looked_up(missing(phone.next("look_up")), 0, now)
    second.pump(0)
    assert phone.next("send")[3] == tried.key
