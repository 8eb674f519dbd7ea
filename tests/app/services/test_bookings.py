"""What a business does with its bookings, and what its customers are told."""
from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Conflict, Invalid, Overtaken
from app.models import DRAFT_ID, AuditEntry, Booking, BookingCell, Chat, Delivery, Message, Tenant, TenantConfig
from app.services import bookings, diary
from app.services.bookings import Entry
from tests.app.services.test_diary import done, making

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
TEN = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHO = {"by": "alice@example.com", "address": "127.0.0.1"}
CONTENT = {"services": [{"name": {"EN": "Facial", "SW": "Facial ya uso"}, "minutes": 60},
                        {"name": "Table", "minutes": 90, "capacity": 6}]}
DAYS = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}


@pytest.fixture
def tenant(database):
    made = Tenant.create(slug="acme", name="Acme Ltd")
    TenantConfig.create(tenant=made, business_name="Acme Spa", content=CONTENT, hours=DAYS)
    return made


@pytest.fixture
def chat(tenant):
    return Chat.create(tenant=tenant, wa_chat_id="255711000001@c.us", phone="+255711000001", state={"language": "SW"})


@pytest.fixture
def requested(tenant, chat):
    done(making(1, state="REQUESTED"), tenant, chat)
    return Booking.get()


def told():
    return [(row.text, row.because, row.delivery, row.wa_message_id.startswith(DRAFT_ID), row.author)
            for row in Message.select()]


@pytest.mark.parametrize(("verb", "state", "words"), [
    (bookings.confirm, "CONFIRMED", "imethibitishwa: Facial ya uso, Ijumaa tarehe 6 Machi, saa 4:00 asubuhi"),
    (bookings.decline, "DECLINED", "hawawezi kupokea miadi yako namba 1"),
    (bookings.cancel, "CANCELLED", "wamelazimika kufuta miadi yako namba 1"),
])
def test_the_customer_is_told_in_the_chats_language_what_was_decided(tenant, requested, verb, state, words):
    assert verb(tenant, 1, now=NOW, **WHO) is True

    assert Booking.get().state == state
    (text, because, delivery, is_draft, author), = told()
    assert words in text
    assert (because, delivery, is_draft, author) == ("booking:told", Delivery.PENDING, True, "alice@example.com")
    assert Chat.get().person_until is None
    assert BookingCell.select().where(BookingCell.seat.is_null(False)).count() == (4 if state == "CONFIRMED" else 0)
    assert [(entry.actor, entry.detail) for entry in AuditEntry.select()] == [("alice@example.com", {"number": 1})]


def test_what_was_decided_cannot_be_decided_again(tenant, requested):
    bookings.decline(tenant, 1, now=NOW, **WHO)
    for verb in (bookings.confirm, bookings.decline, bookings.cancel):
        with pytest.raises(Conflict):
            verb(tenant, 1, now=NOW, **WHO)
    assert len(told()) == 1


def test_who_wants_no_automatic_messages_gets_none(tenant, chat, requested):
    Chat.update(state={"out": True}).execute()
    assert bookings.confirm(tenant, 1, now=NOW, **WHO) is False
    assert told() == []
    assert Booking.get().state == "CONFIRMED"


def test_a_proposed_time_is_held_and_the_old_one_is_free(tenant, chat, requested):
    assert bookings.propose(tenant, 1, TEN + 2 * HOUR, now=NOW, **WHO) is True

    row = Booking.get()
    assert (row.state, row.starts_at, row.ends_at - row.starts_at) == ("PROPOSED", TEN + 2 * HOUR, HOUR)
    assert "wanapendekeza muda mwingine, Ijumaa tarehe 6 Machi, saa 6:00 mchana" in told()[0][0]
    done(making(2), tenant, chat)
    with pytest.raises(Overtaken):
        done(making(3, starts=TEN + 2 * HOUR), tenant, chat)


@pytest.mark.parametrize(("start", "error"), [(NOW - HOUR, Invalid), (TEN + 3 * HOUR, Conflict)])
def test_a_time_that_is_past_or_taken_cannot_be_proposed(tenant, chat, requested, start, error):
    done(making(2, starts=TEN + 3 * HOUR), tenant, chat)
    with pytest.raises(error):
        bookings.propose(tenant, 1, start, now=NOW, **WHO)
    assert (Booking.get(Booking.number == 1).state, told()) == ("REQUESTED", [])


def test_free_times_near_the_booking_are_suggested(tenant, chat, requested):
    done(making(2, starts=TEN + HOUR), tenant, chat)
    times = [f"{start:%a %H:%M}" for start in bookings.suggestions(tenant, requested, NOW)]
    assert times == ["Fri 09:00", "Fri 09:30", "Fri 12:00", "Fri 12:30", "Fri 13:00"] or "Fri 11:00" not in times
    assert "Fri 10:00" not in times and len(times) >= 5


def test_a_missed_booking_can_be_noted_after_its_time_and_not_before(tenant, chat):
    done(making(1), tenant, chat)
    with pytest.raises(Conflict):
        bookings.mark_missed(tenant, 1, now=TEN - HOUR, **WHO)
    bookings.mark_missed(tenant, 1, now=TEN + HOUR, **WHO)
    assert (Booking.get().state, told()) == ("NO_SHOW", [])
    with pytest.raises(Conflict):
        bookings.cancel(tenant, 1, now=TEN + HOUR, **WHO)


def test_a_booking_by_phone_takes_the_same_places(tenant, chat):
    made = bookings.make(tenant, Entry("facial", TEN, "Juma", "0755 123 456", note="pays cash"), now=NOW, **WHO)
    assert (made.number, made.state, made.phone, made.chat, made.made_by) == (
        1, "CONFIRMED", "+255755123456", None, "alice@example.com")
    assert told() == []
    with pytest.raises(Conflict, match="taken"):
        bookings.make(tenant, Entry("facial", TEN + HOUR / 2, "Neema"), now=NOW, **WHO)
    assert diary.diary_for(tenant, chat, NOW).taken[0].starts == TEN
    assert Booking.select().count() == 1


@pytest.mark.parametrize("stored", ["+255711000001", "255711000001"])
def test_a_booking_by_phone_of_a_customer_of_the_chats_is_theirs_there(tenant, chat, stored):
    Chat.update(phone=stored).execute()
    bookings.make(tenant, Entry("facial", TEN, "Asha", "0711 000 001"), now=NOW, **WHO)
    assert [own.number for own in diary.diary_for(tenant, chat, NOW).own] == [1]
    assert "Acme Spa wamekuwekea miadi ya Facial ya uso" in told()[0][0]


@pytest.mark.parametrize("entry", [
    Entry("nothing", TEN, "Juma"), Entry("facial", TEN, ""), Entry("facial", NOW - HOUR, "Juma"),
    Entry("table", TEN, "Juma", people=7), Entry("facial", TEN, "Juma", people=0), Entry("facial", TEN, "x" * 61),
    Entry("facial", TEN, "Juma", phone="call me"), Entry("facial", TEN + timedelta(days=1000), "Juma"),
])
def test_what_cannot_be_written_down_is_refused(tenant, entry):
    with pytest.raises(Invalid):
        bookings.make(tenant, entry, now=NOW, **WHO)
    assert Booking.select().count() == 0


def test_another_tenants_booking_is_not_found(tenant, requested):
    other = Tenant.create(slug="other", name="Other")
    with pytest.raises(bookings.UnknownBooking):
        bookings.confirm(other, 1, now=NOW, **WHO)


def test_a_day_of_the_calendar_is_one_of_the_business_clock(tenant, chat):
    late = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)
    done(making(1, starts=late), tenant, chat)
    zone = bookings.bot_of(tenant).zone
    assert bookings.between(tenant, NOW.date(), date(2026, 3, 6), zone) == []
    assert len(bookings.between(tenant, date(2026, 3, 7), date(2026, 3, 7), zone)) == 1
