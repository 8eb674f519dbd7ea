"""A booking in the inbox: made with its reply, and decided anew where somebody else was quicker."""
import threading
from datetime import timedelta

import pytest

from app.db import db
from app.models import Booking, BookingCell, Message, Template, TenantConfig
from app.services import bookings, deeds
from worker.config import load_config
from worker.inbox import Inbox

CONTENT = {"services": [{"name": "Facial", "minutes": 60}], "booking": {"confirm": "bot"}}
WISH = "I want to book a facial tomorrow at 2 pm, my name is Asha"


@pytest.fixture
def inbox(tenant, now):
    TenantConfig.update(template=Template.BOOKING, content=CONTENT).where(TenantConfig.tenant == tenant).execute()
    return Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_ASKED", now)


def test_a_booking_is_made_with_the_reply_that_says_so(inbox, seen, now):
    inbox.take(seen(text=WISH), now)
    taken = inbox.take(seen(text="yes"), now + timedelta(minutes=1))
    assert "Your booking is confirmed: it is no. 1." in taken.replies[0].text
    row = Booking.get()
    assert (row.number, row.name, row.phone, row.chat.id) == (1, "Asha", "+255711000001", taken.chat_id)
    assert BookingCell.select().count() == 4


def test_of_two_customers_who_confirm_the_same_time_the_second_is_offered_others(inbox, seen, now):
    other = "255711000002"
    inbox.take(seen(text=WISH), now)
    inbox.take(seen(other, text=WISH), now)
    inbox.take(seen(text="yes"), now + timedelta(minutes=1))
    taken = inbox.take(seen(other, text="yes"), now + timedelta(minutes=1))
    assert "is taken already" in taken.replies[0].text
    assert "1. " in taken.replies[0].text
    assert Booking.select().count() == 1


def test_a_booking_that_a_lost_machine_has_made_is_made_again_for_the_day_that_was_meant(inbox, seen, now):
    """The log was put back a day later, and knows nothing of the conversation; the chat has both sides of it."""
    later = now + timedelta(days=1)
    for number, text in enumerate((WISH, "yes")):
        said = seen(id=f"true_255711000001@c.us_3EB0{number}", text=f"Reply {number}", from_me=True, keys=())
        assert inbox.take(seen(text=text), later, said=(said,)).replies == ()
    assert Booking.get().starts_at.date() == later.date()
    assert [line.text for line in Message.select().order_by(Message.id)] == [WISH, "Reply 0", "yes", "Reply 1"]


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_overtaken_between_the_look_and_the_deed_is_answered_anew(inbox, seen, now, tenant, monkeypatch):
    """While the message is decided upon, somebody writes the same time down in the portal."""
    inbox.take(seen(text=WISH), now)
    look, overtaken = deeds.records_for, []

    def overtake():
        with db.connection_context():
            start = now.astimezone(load_config(tenant).bot.zone).replace(hour=14) + timedelta(days=1)
            bookings.make(tenant, bookings.Entry("facial", start, "Juma"), by="alice@example.com", address="", now=now)

    def look_and_be_overtaken(*args):
        records = look(*args)
        if not overtaken:
            overtaken.append(True)
            quick = threading.Thread(target=overtake)
            quick.start()
            quick.join()
        return records

    monkeypatch.setattr(deeds, "records_for", look_and_be_overtaken)
    taken = inbox.take(seen(text="yes"), now + timedelta(minutes=1))

    assert "is taken already" in taken.replies[0].text
    assert [row.name for row in Booking.select()] == ["Juma"]
    assert Message.select().where(Message.text == "yes").count() == 1
