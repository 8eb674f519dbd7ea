from datetime import timedelta

import pytest

from app.models import Delivery
from tests.worker.outgoing import DEADLINE_S, delivery, found, missing, ok
from worker.gate import Gate
from worker.outbox import LATE_IN_A_ROW, LOOKS, RECEIPT_S, STUCK_LOOKS, THROWING_CHATS, TRIES, Outbox, PageDegraded
from worker.whatsapp.events import AckSeen, Sent


def test_a_reply_is_sent_and_settled(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    asked = phone.next("send")
    assert asked[2:] == (one.chat, one.key) and delivery(one) == Delivery.PENDING
    outbox.on_sent(ok(asked), 0.1, now)
    assert delivery(one) == Delivery.SENT and outbox.waiting() == 0 and outbox.next_due() is None


def test_a_chat_keeps_its_order_and_others_do_not_wait(outbox, phone, reply, now):
    first, second, other = reply(), reply(), reply("255711000002")
    outbox.add([first, second, other])
    outbox.pump(0)
    outbox.pump(0)
    assert [asked[3] for asked in phone.asked] == [first.key, other.key]
    outbox.on_sent(ok(phone.next("send")), 0.1, now)
    outbox.pump(0.1)
    assert phone.asked[-1][3] == second.key


def test_typing_is_shown_before_a_reply_for_as_long_as_it_takes(outbox, phone, reply):
    one = reply()
    outbox.add([type(one)(**{**one.__dict__, "typing_s": 2.0})])
    outbox.pump(10)
    assert phone.verbs() == ["composing"] and outbox.next_due() == 12
    outbox.pump(11.9)
    assert phone.verbs() == ["composing"]
    outbox.pump(12)
    assert phone.verbs() == ["composing", "send"]


def test_a_send_past_its_deadline_is_looked_up_and_not_repeated(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    phone.next("send")
    outbox.pump(DEADLINE_S)
    outbox.pump(DEADLINE_S)
    outbox.on_looked_up(found(phone.next("look_up"), ack=2), 26, now)
    assert delivery(one) == Delivery.DELIVERED and not phone.asked


def test_a_reply_that_never_left_is_sent_again_under_the_same_id(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    first = phone.next("send")
    outbox.pump(DEADLINE_S)
    outbox.pump(DEADLINE_S)
    outbox.on_looked_up(missing(phone.next("look_up")), 26, now)
    outbox.pump(30)
    again = phone.next("send")
    assert again[3] == first[3]
    outbox.on_sent(ok(first), 31, now)
    assert delivery(one) == Delivery.PENDING, "the answer to the first send is out of date"
    outbox.on_sent(ok(again), 31, now)
    assert delivery(one) == Delivery.SENT


def test_what_whatsapp_still_queues_is_waited_for(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    phone.next("send")
    outbox.pump(DEADLINE_S)
    outbox.pump(DEADLINE_S)
    outbox.on_looked_up(found(phone.next("look_up"), ack=0), 26, now)
    outbox.pump(27)
    assert not phone.asked
    outbox.pump(26 + DEADLINE_S)
    outbox.on_looked_up(found(phone.next("look_up"), ack=1), 52, now)
    assert delivery(one) == Delivery.SENT


def test_a_refused_send_is_tried_a_few_times_and_then_marked_failed_and_the_next_goes_on(outbox, phone, reply, now):
    bad, good = reply(), reply()
    outbox.add([bad, good])
    clock = 0.0
    for _ in range(TRIES):
        outbox.pump(clock)
        asked = phone.next("send")
        outbox.on_sent(Sent(op=asked[1], key=asked[3], result="ERROR_UNKNOWN", ack=-1), clock, now)
        outbox.pump(clock)
        outbox.on_looked_up(missing(phone.next("look_up")), clock, now)
        clock += 10
    assert delivery(bad) == Delivery.FAILED
    outbox.pump(clock)
    assert phone.next("send")[3] == good.key


def test_after_a_restart_everything_unsettled_is_looked_up_before_it_is_sent(tenant, phone, reply, now):
    replies = [reply(), reply("255711000002")]
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    assert outbox.load_unsettled(now) == 2
    outbox.pump(0)
    asked = [phone.next("look_up"), phone.next("look_up")]
    assert [(one.chat, one.key) for one in replies] == [ask[2:] for ask in asked]
    outbox.on_looked_up(found(asked[0], ack=1), 1, now)
    outbox.on_looked_up(missing(asked[1]), 1, now)
    outbox.pump(2)
    assert phone.next("send")[3] == replies[1].key and delivery(replies[0]) == Delivery.SENT


def test_a_reply_that_nobody_would_understand_any_more_is_given_up_as_uncertain(tenant, phone, reply, now):
    one = reply()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.load_unsettled(now + timedelta(hours=25))
    outbox.pump(0)
    assert delivery(one) == Delivery.UNKNOWN and not phone.asked


def test_loading_again_does_not_queue_what_is_queued(tenant, phone, reply, now):
    one = reply()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.add([one])
    outbox.load_unsettled(now)
    outbox.pump(0)
    outbox.on_sent(ok(phone.next("send")), 0, now)
    outbox.pump(1)
    assert not phone.asked


def test_a_new_page_puts_what_was_under_way_in_doubt(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    old = phone.next("send")
    outbox.doubt_all()
    outbox.on_sent(ok(old), 1, now)
    assert delivery(one) == Delivery.PENDING
    outbox.pump(1)
    assert phone.next("look_up")[3] == one.key


def test_three_late_sends_in_a_row_mean_that_the_page_is_worn_out(outbox, phone, reply):
    outbox.add([reply(f"25571100000{number}") for number in range(LATE_IN_A_ROW)])
    outbox.pump(0)
    with pytest.raises(PageDegraded):
        outbox.pump(DEADLINE_S)


def test_ticks_move_forward_only(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    outbox.pump(0)
    outbox.on_sent(ok(phone.next("send")), 0, now)
    for ack, expected in ((2, "DELIVERED"), (3, "READ"), (2, "READ"), (1, "READ")):
        outbox.on_ack(AckSeen(ack, (one.key,)), now)
        assert delivery(one) == expected


def thrown(asked):
    return Sent(op=asked[1], key=asked[3], result="ERROR", error="is not a function")


def test_sends_that_throw_in_chat_after_chat_are_the_pages_fault(outbox, phone, reply, now):
    outbox.add([reply(f"25571100000{number}") for number in range(3)])
    outbox.pump(0)
    for _ in range(2):
        outbox.on_sent(thrown(phone.next("send")), 0, now)
    with pytest.raises(PageDegraded, match="3 chats in a row"):
        outbox.on_sent(thrown(phone.next("send")), 0, now)


def test_sends_that_throw_in_one_chat_are_that_chats_fault(outbox, phone, reply, now):
    one = reply()
    outbox.add([one])
    for clock in range(0, 30, 10):
        outbox.pump(clock)
        outbox.on_sent(thrown(phone.next("send")), clock, now)
        outbox.pump(clock)
        outbox.on_looked_up(missing(phone.next("look_up")), clock, now)
    assert delivery(one) == Delivery.FAILED


def test_a_reply_of_which_the_page_never_says_anything_becomes_uncertain_and_the_next_goes_on(
    tenant, phone, reply, now,
):
    doubtful = reply()
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.load_unsettled(now)
    following = reply()
    outbox.add([following])
    clock = 0.0
    for _ in range(LOOKS):
        assert delivery(doubtful) == Delivery.PENDING
        outbox.pump(clock)
        outbox.on_failed(phone.next("look_up")[1], clock, now)
        clock += DEADLINE_S
    assert delivery(doubtful) == Delivery.UNKNOWN
    outbox.pump(clock)
    assert phone.next("send")[3] == following.key


def test_look_ups_that_throw_in_chat_after_chat_are_the_pages_fault(tenant, phone, reply, now):
    for number in range(THROWING_CHATS):
        reply(phone=f"25571100000{number}")
    outbox = Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))
    outbox.load_unsettled(now)
    outbox.pump(0.0)
    with pytest.raises(PageDegraded):
        for _ in range(THROWING_CHATS):
            outbox.on_failed(phone.next("look_up")[1], 0.0, now)


def test_a_send_that_failed_by_its_answer_is_not_repeated_before_its_receipt_could_come(outbox, phone, reply, now):
    arrived, lost = reply("255711000001"), reply("255711000002")
    outbox.add([arrived, lost])
    outbox.pump(0)
    for asked in (phone.next("send"), phone.next("send")):
        outbox.on_sent(Sent(op=asked[1], key=asked[3], result="ERROR_UNKNOWN", ack=-1), 0, now)
    outbox.pump(0)
    for asked in (phone.next("look_up"), phone.next("look_up")):
        outbox.on_looked_up(found(asked, ack=-1), 0, now)
    outbox.pump(RECEIPT_S - 1)
    assert phone.verbs() == []
    outbox.pump(RECEIPT_S)
    outbox.on_looked_up(found(phone.next("look_up"), ack=2), RECEIPT_S, now)
    outbox.on_looked_up(found(phone.next("look_up"), ack=-1), RECEIPT_S, now)
    outbox.pump(RECEIPT_S + 1)
    assert (delivery(arrived), phone.verbs()) == (Delivery.DELIVERED, ["send"])
    assert phone.next("send")[3] == lost.key


def test_a_reply_that_never_leaves_the_page_means_a_degraded_page(outbox, phone, reply, now):
    outbox.add([reply()])
    outbox.pump(0)
    phone.next("send")
    outbox.pump(DEADLINE_S)
    outbox.pump(DEADLINE_S)
    clock = DEADLINE_S
    for _ in range(STUCK_LOOKS - 1):
        outbox.on_looked_up(found(phone.next("look_up"), ack=0), clock, now)
        clock += DEADLINE_S
        outbox.pump(clock)
    with pytest.raises(PageDegraded, match="does not leave"):
        outbox.on_looked_up(found(phone.next("look_up"), ack=0), clock, now)
