"""The places that bookings take. A UNIQUE constraint stands behind them: no two bookings have the same seat.

A booking holds a seat of each resource for every quarter of an hour that it touches. Whoever looks for free seats may
be overtaken by somebody else who looks at the same moment; the constraint then refuses the later of the two.
"""
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from peewee import IntegrityError

from app.db import db
from app.errors import Overtaken
from app.models import Booking, BookingCell
from app.replies.booking_rules import Room, cells_of

KEPT_FOR = timedelta(days=2)


def take(booking: Booking, rooms: Iterable[Room]) -> None:
    """Take places for the booking's time. Raises Overtaken where there are not enough, or somebody was quicker."""
    cells = list(cells_of(booking.starts_at, booking.ends_at))
    rows = [row for room in rooms for row in _seats(booking, room, cells)]
    try:
        # Apart, so that what is around it can go on with another time.
        with db.atomic():
            BookingCell.insert_many(rows).execute()
    except IntegrityError as error:
        raise Overtaken(f"booking {booking.number}: somebody else took the place") from error


def give_back(booking: Booking) -> None:
    """Give the booking's places back."""
    BookingCell.update(seat=None).where(BookingCell.booking == booking, BookingCell.seat.is_null(False)).execute()


def forget_old(*, now: datetime) -> int:
    """Forget the places that are past or were given back; returns how many there were."""
    is_old = (BookingCell.starts_at < now - KEPT_FOR) | BookingCell.seat.is_null()
    return int(BookingCell.delete().where(is_old).execute())


def _seats(booking: Booking, room: Room, cells: list[datetime]) -> Iterator[dict[str, Any]]:
    held: dict[datetime, set[int]] = {}
    query: Any = BookingCell.select(BookingCell.starts_at, BookingCell.seat).where(
        BookingCell.tenant == booking.tenant, BookingCell.resource == room.resource,
        BookingCell.starts_at.between(cells[0], cells[-1]), BookingCell.seat.is_null(False))
    for row in query:
        held.setdefault(row.starts_at, set()).add(row.seat)
    for cell in cells:
        free = [seat for seat in range(room.capacity) if seat not in held.get(cell, ())][:booking.places]
        if len(free) < booking.places:
            raise Overtaken(f"booking {booking.number}: {room.resource} is full at {cell}")
        yield from ({"tenant": booking.tenant, "booking": booking, "resource": room.resource, "starts_at": cell,
                     "seat": seat} for seat in free)
