"""What a business does with its bookings: look at them, confirm, propose another time, decline, cancel, make one."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.db import db
from app.errors import Conflict, Invalid, NotFound, Overtaken
from app.models import Booking, BookingState, Chat, Tenant, TenantConfig
from app.replies import BotConfig
from app.replies.booking_rules import length_of, places_for
from app.replies.content import Item, in_language
from app.replies.vacancies import Vacancies
from app.services import audit, chats, content, diary
from app.services.booking_texts import told_text
from app.services.phones import read_phone
from app.services.states import BOOKING, OPEN, allows

LONGEST_NAME, LONGEST_NOTE, MOST_PEOPLE = 60, 500, 500
SUGGESTED = 6
TOLD = "booking:told"


class UnknownBooking(NotFound):
    """The tenant has no such booking."""


@dataclass(frozen=True)
class Entry:
    """A booking as somebody of the business writes it down; `start` is aware, `service` a key of the content."""

    service: str
    start: datetime
    name: str
    phone: str = ""
    people: int = 1
    note: str = ""


def bot_of(tenant: Tenant) -> BotConfig:
    """The bot that customers talk to; raises app.replies.ConfigError where the content cannot be used."""
    config = TenantConfig.get(TenantConfig.tenant == tenant)
    return content.read_values(config.template, content.published(tenant))


def find(tenant: Tenant, number: int) -> Booking:
    """The tenant's booking of that number; raises UnknownBooking."""
    booking = Booking.get_or_none(Booking.tenant == tenant, Booking.number == number)
    if booking is None:
        raise UnknownBooking("There is no booking %(number)s.", number=number)
    return booking


def between(tenant: Tenant, first: date, last: date, zone: ZoneInfo) -> list[Booking]:
    """The bookings that begin from the first to the last day of the zone, in order."""
    begins, ends = chats.day_of(first, zone)[0], chats.day_of(last, zone)[1]
    query = Booking.select().where(Booking.tenant == tenant, Booking.starts_at >= begins, Booking.starts_at < ends)
    return list(query.order_by(Booking.starts_at, Booking.number))


def waiting(tenant: Tenant, now: datetime) -> list[Booking]:
    """The coming requests that nobody has answered, the nearest first."""
    query = Booking.select().where(
        Booking.tenant == tenant, Booking.starts_at > now, Booking.state == BookingState.REQUESTED)
    return list(query.order_by(Booking.starts_at))


def coming(tenant: Tenant, now: datetime) -> list[Booking]:
    """The open bookings that are not over, the nearest first."""
    query = Booking.select().where(Booking.tenant == tenant, Booking.ends_at > now, Booking.state.in_(tuple(OPEN)))
    return list(query.order_by(Booking.starts_at))


def can(booking: Booking, cause: str, now: datetime) -> bool:
    """Whether that can be done with the booking; nobody is missed before the time, nor confirmed after it."""
    is_begun = booking.starts_at <= now
    return allows(BOOKING, booking.state, cause) and is_begun == (cause == "missed")


def suggestions(tenant: Tenant, booking: Booking, now: datetime) -> list[datetime]:
    """Free times near the booking's, by the tenant's clock, to propose."""
    bot = bot_of(tenant)
    wanted = max(booking.starts_at, now).astimezone(bot.zone)
    found = _vacancies(tenant, bot, booking, now).near(wanted, SUGGESTED + 1)
    return [start for start in found if start != wanted][:SUGGESTED]


def confirm(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> bool:
    """Say yes to a booking; whether the customer is told in WhatsApp. Raises Conflict where that cannot be done."""
    return _settle(tenant, number, "confirmed", "told_confirmed", by=by, address=address, now=now)


def decline(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> bool:
    """Say no to a request; as `confirm`."""
    return _settle(tenant, number, "declined", "told_declined", by=by, address=address, now=now)


def cancel(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> bool:
    """Take a booking back that was confirmed; as `confirm`."""
    return _settle(tenant, number, "cancelled", "told_cancelled", by=by, address=address, now=now)


def mark_missed(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> None:
    """Note that the customer did not come; nobody is told. Raises Conflict where that cannot be done."""
    _settle(tenant, number, "missed", "", by=by, address=address, now=now)


def propose(tenant: Tenant, number: int, start: datetime, *, by: str, address: str, now: datetime) -> bool:
    """Propose another time (aware), which is held until the customer has answered; as `confirm`, and Invalid."""
    _check_start(start, now)
    with _explained(), db.atomic():
        booking, bot = find(tenant, number), bot_of(tenant)
        starts = start.astimezone(UTC)
        time = starts, starts + (booking.ends_at - booking.starts_at)
        diary.move(booking, "proposed", time, bot.bookings.rooms(_service(bot, booking.service)), now=now,
                   by_customer=False)
        told = _tell(booking, bot, "told_proposed", by=by, now=now)
        _note(tenant, booking, "proposed", by, address)
    return told


def make(tenant: Tenant, entry: Entry, *, by: str, address: str, now: datetime) -> Booking:
    """Write down a booking that was made by phone or at the desk; it takes the same places, and is confirmed.

    Where the number is a customer's of the chats, the booking is theirs there too, and they are told. Raises Invalid
    for what cannot be written down, and Conflict where the time is taken.
    """
    bot = bot_of(tenant)
    service = _service(bot, entry.service)
    _check(entry, bot, service, now)
    phone = read_phone(entry.phone) if entry.phone else ""
    with _explained(), db.atomic():
        starts, chat = entry.start.astimezone(UTC), _chat_of(tenant, phone)
        booking = Booking(
            tenant=tenant, chat=chat, number=diary.next_number(tenant), service=service.key if service else "",
            service_name=in_language(service.name, bot.language) if service else "", name=entry.name,
            phone=phone, starts_at=starts, ends_at=starts + length_of(service), people=entry.people,
            places=places_for(service, entry.people), state=BookingState.CONFIRMED, note=entry.note, made_by=by,
            created_at=now, updated_at=now)
        diary.store(booking, bot.bookings.rooms(service))
        _tell(booking, bot, "told_made", by=by, now=now)
        _note(tenant, booking, "make", by, address)
    return booking


def _settle(tenant: Tenant, number: int, cause: str, phrase: str, *, by: str, address: str, now: datetime) -> bool:
    with _explained(), db.atomic():
        booking = find(tenant, number)
        if not can(booking, cause, now):
            raise Conflict("That cannot be done with this booking any more. Look at it again.")
        diary.change(booking, cause, now=now, by_customer=False)
        told = bool(phrase) and _tell(booking, bot_of(tenant), phrase, by=by, now=now)
        _note(tenant, booking, cause, by, address)
    return told


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except Overtaken as error:
        raise Conflict("That time is taken, or somebody has changed the booking meanwhile. Look again and choose "
                       "another time.") from error


def _tell(booking: Booking, bot: BotConfig, phrase: str, *, by: str, now: datetime) -> bool:
    """Have the customer told, in the language of the chat; not who wants no automatic messages."""
    chat = booking.chat
    if chat is None or (chat.state or {}).get("out"):
        return False
    said = told_text(booking, bot, phrase, str((chat.state or {}).get("language") or bot.language))
    chats.put_message(booking.tenant, chat, said, because=TOLD, by=by, now=now)
    return True


def _service(bot: BotConfig, key: str) -> Item | None:
    return bot.services.by_key.get(key)


def _vacancies(tenant: Tenant, bot: BotConfig, booking: Booking, now: datetime) -> Vacancies:
    return Vacancies(bot, diary.diary_for(tenant, None, now), _service(bot, booking.service), now,
                     people=booking.people, but=booking.number)


def _check(entry: Entry, bot: BotConfig, service: Item | None, now: datetime) -> None:
    if bot.services and service is None:
        raise Invalid("Choose one of your services.")
    if not 0 < len(entry.name) <= LONGEST_NAME:
        raise Invalid("Give the customer's name.")
    if not 1 <= entry.people <= MOST_PEOPLE:
        raise Invalid("Give a number of people from 1 to %(most)s.", most=MOST_PEOPLE)
    if places_for(service, entry.people) > min(room.capacity for room in bot.bookings.rooms(service)):
        raise Invalid("There is no room for so many people at the same time.")
    if len(entry.note) > LONGEST_NOTE:
        raise Invalid("The note is longer than %(most)s characters.", most=LONGEST_NOTE)
    _check_start(entry.start, now)


def _check_start(start: datetime, now: datetime) -> None:
    if start <= now:
        raise Invalid("That time has passed. Choose one that is still to come.")
    if start > now + timedelta(days=730):
        raise Invalid("That is more than two years ahead. Choose a nearer day.")


def _chat_of(tenant: Tenant, phone: str) -> Chat | None:
    return Chat.get_or_none(Chat.tenant == tenant, Chat.phone.in_((phone, phone.lstrip("+")))) if phone else None


def _note(tenant: Tenant, booking: Booking, action: str, by: str, address: str) -> None:
    audit.record(by=by, action=f"booking.{action}", slug=tenant.slug, address=address,
                 detail={"number": booking.number})
