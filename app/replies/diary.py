"""The diary of a business as one customer's conversation sees it, and what the conversation does to it."""
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.replies.actions import Deed
from app.replies.booking_rules import Room

REQUESTED, PROPOSED, CONFIRMED = "REQUESTED", "PROPOSED", "CONFIRMED"


@dataclass(frozen=True)
class Taken:
    """What a coming booking of anybody takes: places of a service, from when to when (aware)."""

    number: int
    service: str
    starts: datetime
    ends: datetime
    places: int = 1


@dataclass(frozen=True)
class OwnBooking:
    """A coming booking of this customer; `changed` is when it came into its state."""

    number: int
    service: str
    service_name: str
    starts: datetime
    ends: datetime
    name: str
    state: str
    people: int
    changed: datetime


class BookingDeed(Deed):
    """Something that is done to a booking."""


@dataclass(frozen=True)
class MakeBooking(BookingDeed):
    """Make a booking under the next number; `state` is REQUESTED or CONFIRMED, `rooms` what it takes places of."""

    number: int
    service: str
    service_name: str
    starts: datetime
    ends: datetime
    name: str
    state: str
    people: int
    places: int
    rooms: tuple[Room, ...]
    phone: str = ""


@dataclass(frozen=True)
class MoveBooking(BookingDeed):
    """Move the customer's own booking to another time."""

    number: int
    starts: datetime
    ends: datetime
    state: str
    rooms: tuple[Room, ...]


@dataclass(frozen=True)
class CancelBooking(BookingDeed):
    """Cancel the customer's own booking."""

    number: int


@dataclass(frozen=True)
class AnswerProposal(BookingDeed):
    """Say yes or no to the time that the business proposes; by a no the booking is cancelled."""

    number: int
    accepted: bool


@dataclass(frozen=True)
class Diary:
    """What is taken from now on, this customer's own bookings by their time, and the number of the next one."""

    taken: tuple[Taken, ...] = ()
    own: tuple[OwnBooking, ...] = ()
    next_number: int = 1

    def after(self, deed: BookingDeed, now: datetime) -> "Diary":
        """The diary once the deed is done."""
        match deed:
            case MakeBooking():
                own = OwnBooking(deed.number, deed.service, deed.service_name, deed.starts, deed.ends, deed.name,
                                 deed.state, deed.people, now)
                taken = Taken(deed.number, deed.service, deed.starts, deed.ends, deed.places)
                return Diary((*self.taken, taken), _by_time((*self.own, own)), deed.number + 1)
            case MoveBooking():
                return self._moved(deed, now)
            case AnswerProposal(accepted=True):
                return replace(self, own=tuple(
                    replace(one, state=CONFIRMED, changed=now) if one.number == deed.number else one
                    for one in self.own))
            case CancelBooking() | AnswerProposal():
                return self._without(deed.number)
        raise TypeError(f"{deed} is done to no booking")

    def _moved(self, deed: MoveBooking, now: datetime) -> "Diary":
        taken = tuple(replace(one, starts=deed.starts, ends=deed.ends) if one.number == deed.number else one
                      for one in self.taken)
        own = (replace(one, starts=deed.starts, ends=deed.ends, state=deed.state, changed=now)
               if one.number == deed.number else one for one in self.own)
        return replace(self, taken=taken, own=_by_time(own))

    def _without(self, number: int) -> "Diary":
        return replace(self, taken=tuple(one for one in self.taken if one.number != number),
                       own=tuple(one for one in self.own if one.number != number))


def _by_time(bookings: Iterable[OwnBooking]) -> tuple[OwnBooking, ...]:
    return tuple(sorted(bookings, key=lambda one: (one.starts, one.number)))
