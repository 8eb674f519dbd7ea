"""What a conversation has to know of the bookings, and does to them."""
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from peewee import IntegrityError, fn

from app.db import db
from app.errors import Overtaken
from app.models import Booking, BookingNews, BookingState, Chat, Tenant
from app.models.prepared import Prepared, Slot
from app.replies.booking_rules import Room
from app.replies.diary import (
    AnswerProposal,
    BookingDeed,
    CancelBooking,
    Diary,
    MakeBooking,
    MoveBooking,
    OwnBooking,
    Taken,
)
from app.services import places
from app.services.states import BOOKING, OPEN, after, allows

NEWS = {
    "cancelled": BookingNews.CANCELLED, "moved": BookingNews.MOVED, "move_requested": BookingNews.MOVED,
    "accepted": BookingNews.ACCEPTED, "refused": BookingNews.REFUSED,
}

# Read with each message of a customer, and by hand: peewee would take longer to make rows of it than all else together.
_COLUMNS = (Booking.chat, Booking.number, Booking.service, Booking.service_name, Booking.starts_at, Booking.ends_at,
            Booking.places, Booking.people, Booking.name, Booking.state, Booking.updated_at)
_COMING = Prepared(lambda: Booking.select(*_COLUMNS).where(
    Booking.tenant == Slot("tenant", Booking.id), Booking.ends_at > Slot("now", Booking.ends_at),
    Booking.state.in_(sorted(OPEN))))
_HIGHEST = Prepared(lambda: Booking.select(fn.MAX(Booking.number)).where(Booking.tenant == Slot("tenant", Booking.id)))


class _Row(NamedTuple):
    """A booking as the database gives it, in the order of _COLUMNS."""

    chat: int | None
    number: int
    service: str
    service_name: str
    starts: datetime | str
    ends: datetime | str
    places: int
    people: int
    name: str
    state: str
    changed: datetime | str

    def taken(self) -> Taken:
        """What it takes."""
        return Taken(self.number, self.service, _aware(self.starts), _aware(self.ends), self.places)

    def own(self) -> OwnBooking:
        """What its customer knows of it."""
        return OwnBooking(self.number, self.service, self.service_name, _aware(self.starts), _aware(self.ends),
                          self.name, self.state, self.people, _aware(self.changed))


def _aware(stored: datetime | str) -> datetime:
    """A moment as stored: SQLite gives it as a text."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC)


def diary_for(tenant: Tenant, chat: Chat | None, now: datetime) -> Diary:
    """What is taken from `now` on, this customer's own bookings, and the next number."""
    rows = [_Row(*row) for row in _COMING.run(tenant=tenant.id, now=now).fetchall()]
    own = (row.own() for row in rows if chat and row.chat == chat.id)
    return Diary(tuple(row.taken() for row in rows), tuple(sorted(own, key=lambda one: (one.starts, one.number))),
                 next_number(tenant))


def next_number(tenant: Tenant) -> int:
    """The number of the tenant's next booking."""
    highest: int | None = _HIGHEST.run(tenant=tenant.id).fetchone()[0]
    return (highest or 0) + 1


def do(deed: BookingDeed, tenant: Tenant, chat: Chat, now: datetime) -> None:
    """Do what a conversation decided about a booking. Raises Overtaken where that cannot be done any more."""
    match deed:
        case MakeBooking():
            _make(deed, tenant, chat, now)
        case MoveBooking():
            cause = "moved" if deed.state == BookingState.CONFIRMED else "move_requested"
            move(_own_of(deed, tenant, chat), cause, (deed.starts, deed.ends), deed.rooms, now=now)
        case CancelBooking():
            change(_own_of(deed, tenant, chat), "cancelled", now=now)
        case AnswerProposal():
            change(_own_of(deed, tenant, chat), "accepted" if deed.accepted else "refused", now=now)
        case _:
            raise TypeError(f"{deed} is done to no booking")


def store(booking: Booking, rooms: Iterable[Room]) -> None:
    """Write a new booking with its places. Raises Overtaken where its number or its places were taken meanwhile."""
    try:
        with db.atomic():
            booking.save(force_insert=True)
    except IntegrityError as error:
        raise Overtaken(f"booking {booking.number}: the number was given away") from error
    places.take(booking, rooms)


def move(
    booking: Booking, cause: str, time: tuple[datetime, datetime], rooms: Iterable[Room], *, now: datetime,
    by_customer: bool = True,
) -> None:
    """Bring a booking to another time, from when to when, and into the state that `cause` leads to.

    Raises Overtaken where that time is taken, or the booking was changed meanwhile.
    """
    change(booking, cause, now=now, by_customer=by_customer, starts_at=time[0], ends_at=time[1], reminded_at=None)
    places.give_back(booking)
    places.take(booking, rooms)


def change(booking: Booking, cause: str, *, now: datetime, by_customer: bool = True, **changes: Any) -> None:
    """Bring a booking into the state that `cause` leads to; one that is over gives its places back.

    Raises Overtaken where it was changed since it was read, or is in a state that `cause` leads nowhere from.
    """
    if not allows(BOOKING, booking.state, cause):
        raise Overtaken(f"booking {booking.number}: {cause} while {booking.state}")
    state = after(BOOKING, booking.state, cause)
    values = {"state": state, "updated_at": now, **({"news": NEWS[cause]} if by_customer else {}), **changes}
    # The row first: whoever changes the same booking waits here, and then finds it changed.
    if not Booking.update(values).where(
            Booking.id == booking.id, Booking.state == booking.state,
            Booking.updated_at == booking.updated_at).execute():
        raise Overtaken(f"booking {booking.number}: somebody else changed it")
    for name, value in values.items():
        setattr(booking, name, value)
    if state not in OPEN:
        places.give_back(booking)


def _make(deed: MakeBooking, tenant: Tenant, chat: Chat, now: datetime) -> None:
    store(Booking(
        tenant=tenant, chat=chat, number=deed.number, service=deed.service, service_name=deed.service_name,
        name=deed.name, phone=deed.phone or number_of(chat), starts_at=deed.starts, ends_at=deed.ends,
        people=deed.people, places=deed.places, state=deed.state, news=BookingNews.MADE, created_at=now,
        updated_at=now), deed.rooms)


def number_of(chat: Chat) -> str:
    """The customer's number with its plus, as bookings have it; chats keep what WhatsApp gives. Empty where unknown."""
    digits = str(chat.phone or "").lstrip("+")
    return f"+{digits}" if digits else ""


def _own_of(deed: Any, tenant: Tenant, chat: Chat) -> Booking:
    booking = Booking.get_or_none(Booking.tenant == tenant, Booking.chat == chat, Booking.number == deed.number)
    if booking is None:
        raise Overtaken(f"booking {deed.number}: it is gone")
    return booking
