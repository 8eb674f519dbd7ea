"""Reminders: once, at a fitting time, only to who began and still wants to be written to."""
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Booking, Chat, Direction, Message, Tenant, TenantConfig
from app.replies.hours import read_hours
from app.replies.reminding import remind_at
from app.services import bookings, diary, reminders
from tests.app.services.test_diary import done, making

BOOKED = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
# Friday at ten in Dar es Salaam, and a day before.
TEN, DUE = datetime(2026, 3, 6, 7, 0, tzinfo=UTC), datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
CONTENT = {"services": [{"name": {"EN": "Facial", "SW": "Facial ya uso"}, "minutes": 60}],
           "booking": {"reminder_hours": 24}}
HOURS = {day: [["09:00", "22:00"]] for day in ("tue", "wed", "thu", "fri", "sat")} | {"sun": [], "mon": []}


@pytest.fixture
def tenant(database):
    made = Tenant.create(slug="acme", name="Acme Ltd")
    TenantConfig.create(tenant=made, business_name="Acme Spa", content=CONTENT, hours=HOURS)
    return made


@pytest.fixture
def chat(tenant):
    made = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="+255711000001", state={"language": "SW"})
    Message.create(tenant=tenant, chat=made, direction=Direction.IN, wa_message_id="a", text="hi", sent_at=BOOKED)
    return made


def reminded(tenant, now):
    return reminders.put_due(tenant, bookings.bot_of(tenant), now)


def told():
    return [row.text for row in Message.select().where(Message.direction == Direction.OUT)]


def test_a_customer_is_reminded_once_in_its_language(tenant, chat):
    done(making(1), tenant, chat, BOOKED)
    assert reminded(tenant, DUE - timedelta(minutes=1)) == 0
    assert [reminded(tenant, DUE + timedelta(minutes=minute)) for minute in range(3)] == [1, 0, 0]
    assert [text.partition(".")[0] for text in told()] == [
        "Tunakukumbusha miadi yako namba 1: Facial ya uso, Ijumaa tarehe 6 Machi, saa 4:00 asubuhi"]
    assert Booking.get().reminded_at == DUE


@pytest.mark.parametrize("why", ["out", "silent", "requested", "cancelled", "past", "off", "by hand", "just booked"])
def test_nobody_is_reminded(tenant, chat, why):
    if why == "by hand":
        bookings.make(tenant, bookings.Entry("facial", TEN, "Juma"), by="a@b", address="", now=BOOKED)
    else:
        done(making(1, state="REQUESTED" if why == "requested" else "CONFIRMED"), tenant, chat,
             DUE + timedelta(hours=1) if why == "just booked" else BOOKED)
    if why == "out":
        Chat.update(state={"out": True}).execute()
    if why == "silent":
        Message.delete().execute()
    if why == "cancelled":
        diary.change(Booking.get(), "cancelled", now=BOOKED + timedelta(hours=1))
    if why == "off":
        TenantConfig.update(content=CONTENT | {"booking": {}}).execute()
    assert reminded(tenant, TEN if why == "past" else DUE + timedelta(hours=2)) == 0
    assert told() == []


def test_after_a_move_there_is_a_reminder_of_the_new_time(tenant, chat):
    done(making(1), tenant, chat, BOOKED)
    assert reminded(tenant, DUE) == 1
    diary.move(Booking.get(), "moved", (TEN + timedelta(days=1), TEN + timedelta(days=1, hours=1)), making().rooms,
               now=DUE + timedelta(minutes=5))
    assert reminded(tenant, DUE + timedelta(hours=1)) == 0
    assert reminded(tenant, DUE + timedelta(days=1)) == 1


def test_a_worker_that_was_away_reminds_late_but_not_at_night(tenant, chat):
    done(making(1, starts=TEN + timedelta(hours=12)), tenant, chat, BOOKED)
    assert reminded(tenant, datetime(2026, 3, 6, 2, 0, tzinfo=UTC)) == 0
    assert reminded(tenant, datetime(2026, 3, 6, 5, 30, tzinfo=UTC)) == 1


@pytest.mark.parametrize(("start", "before_h", "due"), [
    ("2026-03-06T10:00", 24, "2026-03-05T10:00"), ("2026-03-06T21:00", 24, "2026-03-05T21:00"),
    ("2026-03-06T09:00", 4, "2026-03-05T21:45"), ("2026-03-09T08:30", 10, "2026-03-08T19:45"),
])
def test_what_would_be_due_at_night_is_due_before_it(start, before_h, due):
    hours = read_hours(HOURS, [])
    assert remind_at(hours, datetime.fromisoformat(start), before_h) == datetime.fromisoformat(due)
