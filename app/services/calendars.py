"""PURE: bookings as calendar programs read them (iCalendar, RFC 5545)."""
from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event

from app.models import Booking, BookingState

PRODUCT = "-//Flow HQ//Bookings//EN"
STATUS = {BookingState.CONFIRMED: "CONFIRMED", BookingState.REQUESTED: "TENTATIVE", BookingState.PROPOSED: "TENTATIVE",
          BookingState.NO_SHOW: "CONFIRMED"}


def calendar_of(bookings: Iterable[Booking], *, slug: str, business: str, now: datetime) -> bytes:
    """The bookings as one .ics file; a booking that is imported again replaces itself, since its UID stays."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", business)
    for booking in bookings:
        calendar.add_component(_event(booking, slug, business, now))
    return bytes(calendar.to_ical())


def _event(booking: Booking, slug: str, business: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"booking-{booking.number}@{slug}.flowhq")
    event.add("dtstamp", now)
    event.add("last-modified", booking.updated_at)
    # Calendars take a change only under a higher number than the last.
    event.add("sequence", int((booking.updated_at - booking.created_at).total_seconds()))
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("summary", f"{booking.service_name}: {booking.name}")
    event.add("description", _description(booking))
    event.add("location", business)
    event.add("status", STATUS.get(booking.state, "CANCELLED"))
    return event


def _description(booking: Booking) -> str:
    people = f"{booking.people} people" if booking.people > 1 else ""
    return "\n".join(part for part in (f"no. {booking.number}", booking.phone, people, booking.note) if part)
