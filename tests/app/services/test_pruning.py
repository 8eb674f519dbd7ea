from datetime import timedelta

import pytest

from app.errors import Invalid
from app.models import (
    Absence,
    Booking,
    BookingCell,
    Chat,
    Message,
    PortalEvent,
    StateChange,
    Tenant,
    Ticket,
    TicketEntry,
)
from app.models.base import utc_now
from app.services import places, pruning
from app.services.pruning import prune
from app.services.tenants import create_tenant

NOW = utc_now()


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.fixture
def write(acme):
    chat = Chat.create(tenant=acme, wa_chat_id="1@c.us", phone="+255700000009")

    def write(id: str, days: float, **values: object) -> None:
        at = NOW - timedelta(days=days)
        Message.create(**{"tenant": acme, "chat": chat, "direction": "IN", "wa_message_id": id, "sent_at": at,
                          "created_at": at, **values})
    return write


def ids() -> set[str]:
    return {message.wa_message_id for message in Message.select()}


def test_messages_are_deleted_once_they_are_too_old_and_not_before(write):
    write("old", 30.1)
    write("young", 29.9)
    assert prune(now=NOW, messages_days=30, history_days=0)["messages"] == 1
    assert ids() == {"young"}
    assert Chat.select().count() == 1


def test_closed_tickets_go_with_the_messages_and_open_ones_stay(acme, write):
    write("young", 1)
    for number, state in enumerate(("CLOSED", "OPEN", "SOLVED"), 1):
        ticket = Ticket.create(tenant=acme, chat=Chat.get(), number=number, state=state, changed_at=NOW - timedelta(31))
        TicketEntry.create(tenant=acme, ticket=ticket, cause="opened", text="slow")
    assert prune(now=NOW, messages_days=30, history_days=0)["tickets"] == 1
    assert {ticket.state for ticket in Ticket.select()} == {"OPEN", "SOLVED"}
    assert TicketEntry.select().count() == 2


def test_a_reply_that_is_still_to_be_sent_stays(write):
    write("waits", 400, direction="OUT", delivery="PENDING")
    write("sent", 400, direction="OUT", delivery="SENT")
    prune(now=NOW, messages_days=30, history_days=0)
    assert ids() == {"waits"}


def test_bookings_are_deleted_with_the_messages_of_their_time(acme):
    for number, days in ((1, 40), (2, 10), (3, -10)):
        at = NOW - timedelta(days=days)
        booking = Booking.create(tenant=acme, number=number, state="CONFIRMED", starts_at=at, ends_at=at)
        BookingCell.create(tenant=acme, booking=booking, resource="x", starts_at=at, seat=0)
    assert prune(now=NOW, messages_days=30, history_days=0)["bookings"] == 1
    assert [row.number for row in Booking.select().order_by(Booking.number)] == [2, 3]
    assert places.forget_old(now=NOW) == 1
    assert [cell.booking.number for cell in BookingCell.select()] == [3]


def test_history_has_a_time_of_its_own(acme, write):
    write("old", 400)
    for days in (10, 50):
        at = NOW - timedelta(days=days)
        StateChange.create(tenant=acme, machine="worker", state="STOPPED", cause="stopped", at=at)
        PortalEvent.create(tenant=acme, event_type="x", created_at=at)
        Absence.create(tenant=acme, since=at, until=at)
    kept = StateChange.select().count() - 1
    assert prune(now=NOW, messages_days=0, history_days=30) == {
        "messages": 0, "bookings": 0, "state changes": 1, "absences": 1, "events": 1, "tickets": 0, "orders": 0}
    assert (StateChange.select().count(), PortalEvent.select().count(), ids()) == (kept, 1, {"old"})


def test_nothing_goes_where_nothing_is_said(acme, write):
    write("old", 4000)
    assert set(prune(now=NOW, messages_days=0, history_days=0).values()) == {0}
    assert ids() == {"old"}


def test_more_than_a_batch_goes_in_batches(write, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 3)
    for number in range(7):
        write(f"old{number}", 40)
    assert prune(now=NOW, messages_days=30, history_days=0)["messages"] == 7


@pytest.mark.parametrize("days", [{"messages_days": 6, "history_days": 0}, {"messages_days": 0, "history_days": 1}])
def test_too_few_days_are_refused(acme, days):
    with pytest.raises(Invalid, match="keep 7 at least"):
        prune(now=NOW, **days)
