"""How a business takes bookings: who confirms, how early and how far ahead, how many at once, reminders."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.replies.content import Item, Reader

CONFIRMERS = ("owner", "bot")
DEFAULT_LEAD_MIN, DEFAULT_AHEAD_DAYS = 30, 365
LONGEST_LEAD_MIN, FARTHEST_DAYS, LONGEST_REMINDER_H, MOST_AT_ONCE = 60 * 24 * 30, 730, 24 * 7, 500
USUAL_LENGTH = timedelta(hours=1)
EVERYTHING = "*"
"""The resource of which each booking takes places where a business serves only so many at once in all."""
CELL = timedelta(minutes=15)


def cells_of(starts: datetime, ends: datetime) -> Iterator[datetime]:
    """The beginnings (UTC) of the quarters of an hour that a time touches: places are counted by these."""
    cell = starts.astimezone(UTC)
    cell = cell.replace(minute=cell.minute - cell.minute % 15, second=0, microsecond=0)
    while cell < ends:
        yield cell
        cell += CELL


@dataclass(frozen=True)
class Room:
    """How many places of a resource there are at any moment."""

    resource: str
    capacity: int


@dataclass(frozen=True)
class BookingRules:
    """`reminder_hours` before the appointment, and `at_once` over all services, are 0 where there is no such thing.

    `mail` says whether owners get a letter about what customers do with bookings.
    """

    bot_confirms: bool = False
    lead: timedelta = timedelta(minutes=DEFAULT_LEAD_MIN)
    ahead: timedelta = timedelta(days=DEFAULT_AHEAD_DAYS)
    reminder_hours: int = 0
    at_once: int = 0
    mail: bool = True

    def rooms(self, service: Item | None) -> tuple[Room, ...]:
        """What a booking of this service takes places of; one place each where no capacity is given."""
        everything = (Room(EVERYTHING, self.at_once),) if self.at_once else ()
        if service is None:
            return everything or (Room("", 1),)
        return (Room(service.key, service.capacity or 1), *everything)


def length_of(service: Item | None) -> timedelta:
    """How long a service takes."""
    return timedelta(minutes=service.minutes) if service and service.minutes else USUAL_LENGTH


def places_for(service: Item | None, people: int) -> int:
    """How many places a booking takes: one a person where the service says how many it takes at once."""
    return people if service and service.capacity else 1


def read_booking_rules(reader: Reader, stored: Any) -> BookingRules:
    """The rules as stored under `booking`; what is absent is at its default."""
    if stored in (None, ""):
        return BookingRules()
    if not isinstance(stored, Mapping):
        reader.problems.append("The booking entry must have named parts, such as confirm.")
        return BookingRules()
    lead = _whole(reader, stored, "lead_minutes", DEFAULT_LEAD_MIN, (0, LONGEST_LEAD_MIN))
    ahead = _whole(reader, stored, "ahead_days", DEFAULT_AHEAD_DAYS, (1, FARTHEST_DAYS))
    return BookingRules(
        bot_confirms=_confirmer(reader, stored.get("confirm")) == "bot",
        lead=timedelta(minutes=lead), ahead=timedelta(days=ahead),
        reminder_hours=_whole(reader, stored, "reminder_hours", 0, (0, LONGEST_REMINDER_H)),
        at_once=_whole(reader, stored, "at_once", 0, (0, MOST_AT_ONCE)), mail=_is_wanted(reader, stored.get("mail")))


def _confirmer(reader: Reader, stored: Any) -> str:
    if stored in (None, "", *CONFIRMERS):
        return str(stored or CONFIRMERS[0])
    reader.problems.append(f"Bookings: confirm must be {' or '.join(CONFIRMERS)}.")
    return ""


def _is_wanted(reader: Reader, stored: Any) -> bool:
    if stored in (None, "", True, False):
        return stored is not False
    reader.problems.append("Bookings: mail must be true or false.")
    return True


def _whole(reader: Reader, stored: Mapping[str, Any], name: str, usual: int, bounds: tuple[int, int]) -> int:
    value = stored.get(name)
    if value in (None, ""):
        return usual
    lowest, highest = bounds
    if type(value) is not int or not lowest <= value <= highest:
        reader.problems.append(f"{name} must be a whole number from {lowest} to {highest}.")
        return usual
    return value
