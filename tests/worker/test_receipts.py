from datetime import timedelta

import pytest

from app.models import Chat, Message
from worker.receipts import MOST_AT_ONCE, Receipts
from worker.whatsapp.events import LookedUp

PATIENCE_S = 120.0
LONG = timedelta(minutes=5)


class Page:
    def __init__(self):
        self.asked = []

    def look_up(self, chat, key):
        self.asked.append((chat, key))
        return len(self.asked)


@pytest.fixture
def chat(tenant):
    return Chat.create(tenant=tenant, wa_chat_id="255711@c.us", phone="255711")


@pytest.fixture
def receipts(tenant, now):
    return Receipts(tenant, Page(), PATIENCE_S, page_since=now)


def line(chat, number, at, direction="OUT", **values):
    kind = {"delivery": "SENT", "delivered_at": at} if direction == "OUT" else {"delivery": None}
    return Message.create(tenant=chat.tenant, chat=chat, direction=direction, created_at=at, sent_at=at,
                          wa_message_id=f"true_255711@c.us_{number}", **(kind | values))


def test_a_missing_tick_alone_is_no_reason_to_look(receipts, chat, now):
    line(chat, 1, now - LONG)
    receipts.review(now, 0)
    assert not receipts.page.asked and not receipts.wants_new_page


def test_a_reply_whose_customer_wrote_since_is_looked_up_where_the_page_is_younger(receipts, chat, now):
    lost = line(chat, 1, now - LONG)
    line(chat, 2, now - timedelta(minutes=4), "IN")
    receipts.review(now, 0)
    assert receipts.page.asked == [("255711@c.us", lost.wa_message_id)] and not receipts.wants_new_page


def test_a_reply_that_a_later_one_has_overtaken_is_looked_up(receipts, chat, now):
    lost = line(chat, 1, now - LONG)
    line(chat, 2, now - timedelta(minutes=4), delivery="READ")
    receipts.review(now, 0)
    assert receipts.page.asked == [("255711@c.us", lost.wa_message_id)]


def test_what_the_customer_wrote_before_proves_nothing(receipts, chat, now):
    line(chat, 1, now - LONG, "IN")
    line(chat, 2, now - LONG + timedelta(seconds=1))
    receipts.review(now, 0)
    assert not receipts.page.asked


def test_a_page_that_sent_the_reply_itself_is_not_asked_but_replaced_and_not_too_often(receipts, chat, now):
    line(chat, 1, now + timedelta(seconds=1))
    line(chat, 2, now + timedelta(seconds=9), "IN")
    receipts.on_page(now, 0)
    receipts.review(now + LONG, PATIENCE_S)
    assert not receipts.wants_new_page
    receipts.review(now + LONG, 5 * PATIENCE_S)
    assert receipts.wants_new_page and not receipts.page.asked
    receipts.on_page(now + LONG, 5 * PATIENCE_S + 1)
    receipts.review(now + LONG, 5 * PATIENCE_S + 2)
    assert len(receipts.page.asked) == 1 and not receipts.wants_new_page


def test_a_tick_that_may_still_come_is_waited_for(receipts, chat, now):
    line(chat, 1, now - timedelta(seconds=60))
    line(chat, 2, now - timedelta(seconds=30), "IN")
    receipts.review(now, 0)
    assert not receipts.page.asked


@pytest.mark.parametrize(("found", "ack", "delivery", "unread"), [
    (True, 1, "SENT", 0), (True, 2, "DELIVERED", 0), (True, 0, "UNKNOWN", 1), (True, -1, "UNKNOWN", 1),
    (False, 0, "UNKNOWN", 1)])
def test_what_the_chat_does_not_have_is_uncertain_and_left_to_a_person(
        receipts, chat, now, found, ack, delivery, unread):
    lost = line(chat, 1, now - LONG)
    line(chat, 2, now - timedelta(minutes=4), "IN")
    receipts.review(now, 0)
    receipts.on_looked_up(LookedUp(1, lost.wa_message_id, found=found, ack=ack), now)
    assert Message.get_by_id(lost.id).delivery == delivery
    assert Chat.get_by_id(chat.id).unread == unread
    receipts.review(now, PATIENCE_S)
    assert len(receipts.page.asked) == 1


def test_a_look_up_that_broke_is_repeated(receipts, chat, now):
    line(chat, 1, now - LONG)
    line(chat, 2, now - timedelta(minutes=4), "IN")
    receipts.review(now, 0)
    receipts.on_failed(1)
    receipts.review(now, PATIENCE_S)
    assert len(receipts.page.asked) == 2


def test_a_tick_that_comes_meanwhile_is_believed(receipts, chat, now):
    lost = line(chat, 1, now - LONG)
    line(chat, 2, now - timedelta(minutes=4), "IN")
    receipts.review(now, 0)
    Message.update(delivery="DELIVERED").where(Message.id == lost.id).execute()
    assert receipts.on_looked_up(LookedUp(1, lost.wa_message_id, found=False), now) is None
    assert Message.get_by_id(lost.id).delivery == "DELIVERED"


def test_not_everything_is_asked_at_once(receipts, chat, now):
    for number in range(MOST_AT_ONCE + 5):
        line(chat, number, now - LONG)
    line(chat, "in", now - timedelta(minutes=4), "IN")
    receipts.review(now, 0)
    assert len(receipts.page.asked) == MOST_AT_ONCE
