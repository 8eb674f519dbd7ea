"""Bookings as conversations make them: the places they take, and two who want the same one at once."""
import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.db import db, is_sqlite
from app.errors import Overtaken
from app.models import Booking, BookingCell, BookingNews, BookingState, Chat, Tenant, TenantConfig
from app.replies import Records
from app.replies.booking_rules import Room
from app.replies.diary import AnswerProposal, CancelBooking, MakeBooking, MoveBooking
from app.services import deeds, diary, places, states
from tests.patience import eventually

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
TEN = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant(database):
    made = Tenant.create(slug="acme", name="Acme Ltd")
    TenantConfig.create(tenant=made, business_name="Acme")
    return made


@pytest.fixture
def chat(tenant):
    return Chat.create(tenant=tenant, wa_chat_id="255711000001@c.us", phone="+255711000001")


def making(number=1, starts=TEN, length=HOUR, capacity=1, **changes):
    values = {"service": "facial", "service_name": "Facial", "name": "Asha", "state": "CONFIRMED", "people": 1,
              "places": 1, "rooms": (Room("facial", capacity),)}
    return MakeBooking(number=number, starts=starts, ends=starts + length, **values | changes)


def done(deed, tenant, chat, now=NOW):
    with db.atomic():
        deeds.do(deed, tenant, chat, now)


def seats():
    query = BookingCell.select().where(BookingCell.seat.is_null(False))
    return sorted((cell.resource, cell.starts_at, cell.seat) for cell in query)


def test_a_booking_takes_a_seat_for_each_quarter_of_an_hour_that_it_touches(tenant, chat):
    done(making(starts=TEN + timedelta(minutes=10), length=timedelta(minutes=40)), tenant, chat)
    assert seats() == [("facial", TEN + timedelta(minutes=15 * place), 0) for place in range(4)]


def test_what_the_database_makes_of_a_deed_reads_the_same_as_what_the_records_make_of_it(tenant, chat):
    played = Records()
    for deed in (
        making(1), making(2, starts=TEN + HOUR, state="REQUESTED"), making(3, starts=TEN + 3 * HOUR, people=2, places=2,
                                                                           capacity=4),
        MoveBooking(2, TEN - HOUR, TEN, "REQUESTED", (Room("facial", 1),)), CancelBooking(1),
    ):
        done(deed, tenant, chat)
        played = played.after(deed, NOW)
        stored = diary.diary_for(tenant, chat, NOW)
        assert stored.own == played.diary.own
        assert sorted(stored.taken, key=lambda one: one.number) == sorted(
            played.diary.taken, key=lambda one: one.number)
        assert stored.next_number == played.diary.next_number


def test_one_place_is_not_given_twice_and_is_free_again_after_a_cancellation(tenant, chat):
    done(making(1), tenant, chat)
    with pytest.raises(Overtaken, match="full"):
        done(making(2, starts=TEN + timedelta(minutes=45)), tenant, chat)
    assert Booking.select().count() == 1

    done(CancelBooking(1), tenant, chat)

    done(making(2), tenant, chat)
    assert [(row.number, row.state) for row in Booking.select().order_by(Booking.number)] == [
        (1, BookingState.CANCELLED), (2, BookingState.CONFIRMED)]


def test_as_many_are_served_at_once_as_the_capacity_says_and_as_the_business_serves_in_all(tenant, chat):
    both = (Room("facial", 2), Room("*", 3))
    done(making(1, rooms=both), tenant, chat)
    done(making(2, rooms=both), tenant, chat)
    with pytest.raises(Overtaken):
        done(making(3, rooms=both), tenant, chat)
    done(making(3, rooms=(Room("massage", 5), Room("*", 3)), service="massage"), tenant, chat)
    with pytest.raises(Overtaken):
        done(making(4, rooms=(Room("massage", 5), Room("*", 3)), service="massage"), tenant, chat)


def test_each_person_of_a_booking_takes_a_place(tenant, chat):
    done(making(1, places=3, people=3, capacity=4), tenant, chat)
    with pytest.raises(Overtaken):
        done(making(2, places=2, people=2, capacity=4), tenant, chat)
    done(making(2, capacity=4), tenant, chat)


def test_a_booking_that_moves_leaves_its_old_place_and_may_overlap_it(tenant, chat):
    done(making(1), tenant, chat)
    done(MoveBooking(1, TEN + HOUR / 2, TEN + 3 * HOUR / 2, "CONFIRMED", (Room("facial", 1),)), tenant, chat)
    done(making(2, starts=TEN - HOUR / 2), tenant, chat)
    row = Booking.get(Booking.number == 1)
    assert (row.starts_at, row.news) == (TEN + HOUR / 2, BookingNews.MOVED)


def test_a_move_to_a_time_that_is_taken_changes_nothing(tenant, chat):
    done(making(1), tenant, chat)
    done(making(2, starts=TEN + HOUR), tenant, chat)
    before = seats()
    with pytest.raises(Overtaken):
        done(MoveBooking(2, TEN, TEN + HOUR, "CONFIRMED", (Room("facial", 1),)), tenant, chat)
    assert seats() == before
    assert Booking.get(Booking.number == 2).starts_at == TEN + HOUR


def test_a_number_is_given_once(tenant, chat):
    done(making(1), tenant, chat)
    with pytest.raises(Overtaken, match="number"):
        done(making(1, starts=TEN + 5 * HOUR), tenant, chat)


@pytest.mark.parametrize(("accepted", "state", "held"), [(True, "CONFIRMED", 4), (False, "CANCELLED", 0)])
def test_the_answer_to_a_proposal_confirms_or_cancels(tenant, chat, accepted, state, held):
    done(making(1, state="REQUESTED"), tenant, chat)
    diary.move(Booking.get(), "proposed", (TEN + HOUR, TEN + 2 * HOUR), (Room("facial", 1),), now=NOW,
               by_customer=False)

    done(AnswerProposal(1, accepted), tenant, chat, NOW + HOUR)

    assert (Booking.get().state, len(seats())) == (state, held)
    with pytest.raises(Overtaken):
        done(AnswerProposal(1, accepted), tenant, chat, NOW + HOUR)


def test_nobody_touches_another_customers_booking(tenant, chat):
    done(making(1), tenant, chat)
    other = Chat.create(tenant=tenant, wa_chat_id="255711000002@c.us", phone="+255711000002")
    for deed in (CancelBooking(1), MoveBooking(1, TEN + HOUR, TEN + 2 * HOUR, "CONFIRMED", (Room("facial", 1),))):
        with pytest.raises(Overtaken):
            done(deed, tenant, other)
    assert diary.diary_for(tenant, other, NOW).own == ()
    assert len(diary.diary_for(tenant, other, NOW).taken) == 1


def test_a_change_of_what_was_changed_meanwhile_is_refused(tenant, chat):
    done(making(1), tenant, chat)
    mine, theirs = Booking.get(), Booking.get()
    diary.change(theirs, "missed", now=NOW + HOUR, by_customer=False)
    with pytest.raises(Overtaken, match="somebody else"):
        diary.change(mine, "cancelled", now=NOW + 2 * HOUR)


def test_past_and_other_tenants_bookings_are_in_nobodys_way(tenant, chat):
    done(making(1, starts=NOW - 3 * HOUR), tenant, chat)
    other = Tenant.create(slug="other", name="Other")
    done(making(1), other, Chat.create(tenant=other, wa_chat_id="255711000001@c.us", phone="+255711000001"))
    assert diary.diary_for(tenant, chat, NOW).taken == ()
    done(making(2), tenant, chat)


def test_of_two_connections_that_take_the_last_place_at_once_one_is_overtaken(tenant, chat, database):
    """The second looks before the first has committed, so that only the constraint can tell it."""
    ended = []

    def take_it_too():
        with db.connection_context():
            try:
                done(making(2), tenant, chat)
            except Overtaken as error:
                ended.append(error)
            else:
                ended.append(None)

    second = threading.Thread(target=take_it_too)
    with db.atomic():
        deeds.do(making(1), tenant, chat, NOW)
        second.start()
        if not is_sqlite():
            # On SQLite it waits at the beginning of its transaction; here behind the seat that it wants as well.
            eventually(lambda: db.execute_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0])
    second.join()

    assert [type(error) for error in ended] == [Overtaken]
    assert [row.number for row in Booking.select()] == [1]
    assert len(seats()) == 4


def test_the_table_refuses_a_second_holder_of_a_seat_whatever_the_program_believes(tenant, chat, monkeypatch):
    done(making(1), tenant, chat)
    row = {"tenant": tenant, "booking": Booking.get(), "resource": "facial", "starts_at": TEN, "seat": 0}
    monkeypatch.setattr(places, "_seats", lambda *_: [row])
    with pytest.raises(Overtaken, match="somebody else"):
        done(making(2), tenant, chat)
    assert len(seats()) == 4


def test_of_many_who_want_the_last_place_at_once_one_gets_it(tenant, chat):
    wants, got = 6, []
    start = threading.Barrier(wants)

    def want(number):
        with db.connection_context():
            start.wait()
            try:
                done(making(number), tenant, chat)
                got.append(number)
            except Overtaken:
                pass

    threads = [threading.Thread(target=want, args=(number,)) for number in range(1, wants + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.number for row in Booking.select()] == got and len(got) == 1
    assert len(seats()) == 4


def test_every_state_that_is_not_over_can_be_left_and_no_other():
    left = {state for state in BookingState if any(states.allows(states.BOOKING, state, cause)
                                                   for cause in states.BOOKING)}
    assert left == states.OPEN
