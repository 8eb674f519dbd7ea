"""The letters about a tenant's bot: trouble, its end, and the day in numbers, each in the language of who reads it."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta

from app.catalogues import N_, say
from app.models import Booking, BookingNews, Trouble
from app.services.history import Day
from app.services.mailer import Letter


@dataclass(frozen=True)
class Reader:
    """Who reads a letter; `language` is EN or SW, `page` where they choose what they are told."""

    email: str
    language: str
    page: str = "/portal/notifications"


@dataclass(frozen=True)
class Told:
    """A tenant's trouble, as it is told."""

    slug: str
    business: str
    trouble: Trouble
    since: datetime
    zone: ZoneInfo


# What happened, and what its owner can do about it.
OWNERS: Mapping[Trouble, tuple[str, str]] = {
    Trouble.DISCONNECTED: (
        N_("The bot of %(business)s has had no connection to WhatsApp since %(since)s, so that it answers nobody."),
        N_("Look whether the phone of the business is on and online. The bot goes on by itself once it can.")),
    Trouble.CONFLICT: (
        N_("WhatsApp Web has been opened somewhere else with the number of %(business)s, so that the bot was put aside "
           "at %(since)s and answers nobody."),
        N_("Close the other WhatsApp Web; then the bot can take over again.")),
    Trouble.LOGGED_OUT: (
        N_("The phone of %(business)s has unlinked the bot at %(since)s. It answers nobody until it is linked again."),
        N_("Open the WhatsApp page and scan the code with the phone of the business.")),
    Trouble.ACTION_REQUIRED: (
        N_("WhatsApp asks for something that only a person can do, so that the bot of %(business)s has answered nobody "
           "since %(since)s."),
        N_("Open WhatsApp on the phone of the business, see whether it asks for something, and do it.")),
    Trouble.NOT_DELIVERED: (
        N_("WhatsApp does not deliver the replies of %(business)s, so that the bot sends nothing since %(since)s but "
           "tries again from time to time. What customers get meanwhile waits and is sent then."),
        N_("Open WhatsApp on the phone of the business and send a message by hand. Where that fails too, the phone "
           "says why; do not link the bot again before it works there.")),
    Trouble.STOPPED: (
        N_("The bot of %(business)s has stopped at %(since)s because something went wrong."),
        N_("There is nothing to do for you: the people who run Flow HQ have been told.")),
    Trouble.BANNED: (
        N_("WhatsApp has blocked the number of %(business)s. The bot answers nobody since %(since)s."),
        N_("Open WhatsApp on the phone of the business: it says why, and how to ask for a review. Do not link the bot "
           "again before that.")),
}
# What the people who run the platform read of it in a line.
ADMINS: Mapping[Trouble, str] = {
    Trouble.DISCONNECTED: N_("no connection to WhatsApp since %(since)s"),
    Trouble.CONFLICT: N_("opened elsewhere at %(since)s"),
    Trouble.LOGGED_OUT: N_("unlinked at %(since)s"),
    Trouble.ACTION_REQUIRED: N_("WhatsApp asks for something since %(since)s"),
    Trouble.NOT_DELIVERED: N_("replies are not delivered and sending is paused since %(since)s"),
    Trouble.STOPPED: N_("the worker failed too often and was given up at %(since)s"),
    Trouble.BANNED: N_("number blocked by WhatsApp at %(since)s"),
}
# For the rest the owner is the one to act.
ADMINS_HEAR_OF = frozenset({Trouble.DISCONNECTED, Trouble.NOT_DELIVERED, Trouble.ACTION_REQUIRED,
                            Trouble.STOPPED, Trouble.BANNED})


def trouble_letter(told: Told, reader: Reader, web_url: str) -> Letter:
    """Tell an owner of a trouble."""
    happened, to_do = OWNERS[told.trouble]
    subject = say(reader.language, N_("%(business)s: the bot does not answer"), business=told.business)
    since = _moment(told.since, told.zone, reader.language)
    return _letter(reader, subject, (
        say(reader.language, happened, business=told.business, since=since), say(reader.language, to_do),
        say(reader.language, N_("Messages still arrive on the phone, and nothing is lost.")),
        f"{web_url}/portal/whatsapp"), web_url)


def recovery_letter(told: Told, reader: Reader, web_url: str, *, now: datetime) -> Letter:
    """Tell an owner that the trouble is over."""
    subject = say(reader.language, N_("%(business)s: the bot answers again"), business=told.business)
    text = say(reader.language, N_("The bot of %(business)s is connected and answers again. It was away for %(long)s."),
               business=told.business, long=_length(now - told.since, reader.language))
    return _letter(reader, subject, (text, f"{web_url}/portal/"), web_url)


def admin_letter(
    begun: Sequence[Told], ended: Sequence[Told], reader: Reader, web_url: str,
) -> Letter:
    """Tell an admin of all tenants that came into trouble or out of it since the last look, in one letter."""
    subject = say(reader.language, N_("Flow HQ: %(begun)d bots in trouble, %(ended)d well again"), begun=len(begun),
                  ended=len(ended))
    lines = [f"- {each.slug} ({each.business}): " + say(
        reader.language, ADMINS[each.trouble], since=_moment(each.since, each.zone, reader.language))
        for each in begun]
    lines += [f"- {each.slug} ({each.business}): " + say(reader.language, N_("answers again")) for each in ended]
    return _letter(reader, subject, ("\n".join(lines), f"{web_url}/admin/"), web_url)


# What customers did with bookings.
BOOKINGS: Mapping[BookingNews, str] = {
    BookingNews.MADE: N_("new: no. %(number)d, %(service)s, %(when)s"),
    BookingNews.MOVED: N_("moved: no. %(number)d, %(service)s, now %(when)s"),
    BookingNews.CANCELLED: N_("cancelled: no. %(number)d, %(service)s, %(when)s"),
    BookingNews.ACCEPTED: N_("the customer said yes to your time: no. %(number)d, %(service)s, %(when)s"),
    BookingNews.REFUSED: N_("the customer said no to your time: no. %(number)d, %(service)s, %(when)s"),
}


def bookings_letter(
    business: str, bookings: Sequence[Booking], reader: Reader, web_url: str, *, zone: ZoneInfo,
) -> Letter:
    """Tell an owner what customers did with these bookings; who they are is to be read in the portal."""
    subject = say(reader.language, N_("%(business)s: bookings"), business=business)
    lines = [
        "- " + say(reader.language, BOOKINGS[BookingNews(booking.news)], number=booking.number,
                   service=booking.service_name, when=_moment(booking.starts_at, zone, reader.language))
        for booking in bookings]
    return _letter(reader, subject, ("\n".join(lines), f"{web_url}/portal/bookings"), web_url)


# What customers do with orders.
ORDERS: Mapping[str, str] = {
    "placed": N_("Order %(number)d: new"),
    "changed": N_("Order %(number)d: changed by the customer"),
    "called_off": N_("Order %(number)d: cancelled by the customer"),
}


def orders_letter(business: str, happened: Sequence[tuple[int, str]], reader: Reader, web_url: str) -> Letter:
    """Tell an owner what customers did with orders: each number with a cause of ORDERS."""
    subject = say(reader.language, N_("%(business)s: orders"), business=business)
    if len(happened) == 1:
        ((number, cause),) = happened
        subject = f"{business}: {say(reader.language, ORDERS[cause], number=number)}"
    lines = [say(reader.language, ORDERS[cause], number=number) for number, cause in happened]
    return _letter(reader, subject, ("\n".join(lines), f"{web_url}/portal/orders"), web_url)


def digest_letter(
    business: str, day: Day, waiting: int, reader: Reader, web_url: str, *, now: datetime, zone: ZoneInfo,
) -> Letter:
    """Tell an owner of the day; `waiting` is the number of chats that wait for a person."""
    date = format_date(now.astimezone(zone).date(), "long", locale=reader.language.lower())
    subject = say(reader.language, N_("%(business)s: your day on WhatsApp"), business=business)
    counted = (
        say(reader.language, N_("Messages from customers: %(count)d"), count=day.received),
        say(reader.language, N_("Messages to customers: %(count)d"), count=day.sent),
        say(reader.language, N_("Handed over to a person: %(count)d"), count=day.handed_over),
        say(reader.language, N_("Chats that wait for a person now: %(count)d"), count=waiting))
    return _letter(reader, subject, (f"{business}, {date}", "\n".join(counted), f"{web_url}/portal/chats"), web_url)


def tickets_letter(
    business: str, tickets: Sequence[tuple[int, str]], reader: Reader, web_url: str,
) -> Letter:
    """Tell an owner of tickets that wait, each by its number and subject."""
    subject = say(reader.language, N_("%(business)s: tickets that wait for you: %(count)d"), business=business,
                  count=len(tickets))
    text = say(reader.language, N_("The bot of %(business)s could not help these customers by itself:"),
               business=business)
    rows = "\n".join(f"- {number}: {' '.join(about.split())}" for number, about in tickets)
    return _letter(reader, subject, (text, rows, f"{web_url}/portal/tickets"), web_url)


def _letter(reader: Reader, subject: str, paragraphs: Sequence[str], web_url: str) -> Letter:
    foot = say(reader.language, N_("Which of these letters you get is up to you: %(url)s"),
               url=web_url + reader.page)
    # A line break in a business's name would end the subject.
    return Letter(reader.email, " ".join(subject.split())[:200], "\n\n".join((*paragraphs, "Flow HQ", foot)) + "\n")


def _moment(moment: datetime, zone: ZoneInfo, language: str) -> str:
    return str(format_datetime(moment, "short", tzinfo=zone, locale=language.lower()))


def _length(length: timedelta, language: str) -> str:
    return str(format_timedelta(length, threshold=1.5, locale=language.lower()))
