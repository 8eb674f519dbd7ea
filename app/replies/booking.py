"""What a business that takes bookings answers: a booking from the first word to its confirmation."""
from dataclasses import replace
from datetime import UTC, datetime

from app.replies.answers import COMMON, Handler, ask_team, catalogue, from_content
from app.replies.appointment import ACROSS, starts_at, take_day, take_time, told_day, told_time
from app.replies.content import Item
from app.replies.diary import CONFIRMED, REQUESTED, MakeBooking
from app.replies.forms import HELD, LONGEST_ANSWER, Form, Slot, advance, begin, picked
from app.replies.listing import options_of
from app.replies.menu import number_in, page
from app.replies.notes import COMPLAINT, REVIEW, describe, problem
from app.replies.offering import AROUND, objection, offer_days, offer_times
from app.replies.own_bookings import cancel_booking, change_booking, check_booking
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.vacancies import Vacancies

MOST_PEOPLE = 500
MOST_NAME_WORDS, LONGEST_NAME = 4, 60
CROWD = "crowd"
"""The slot that is there while more people were named than can be served at once."""
NO_NAME = frozenset({
    "yes", "no", "menu", "help", "contact_human_agent", "cancel_booking", "change_booking", "check_booking", "hours",
    "location", "prices", "thanks", "goodbye",
})
"""Intents that are no answer to the question for a name."""


def _take_service(turn: Turn, asked: bool) -> str | None:
    services = turn.config.services
    if not services:
        return turn.text[:LONGEST_ANSWER] if asked and turn.text and not turn.intent else None
    key = picked(turn, "service") if asked else None
    if key in services.by_key:
        return key
    if len(services.items) == 1 and "service" not in turn.chat.slots:
        return services.items[0].key
    return turn.services.items[0].key if len(turn.services.items) == 1 else None


def _service_options(turn: Turn) -> str:
    several = turn.services.items if len(turn.services.items) > 1 else turn.config.services.items
    return page(turn, options_of(turn, "service", several), 0, "more:service") if several else ""


def _take_name(turn: Turn, asked: bool) -> str | None:
    if turn.slots.labels.name:
        return turn.slots.labels.name
    words = turn.text.split()
    asks = turn.asks_something() and len(words) > 1
    if not asked or asks or turn.plainly in NO_NAME or not 0 < len(words) <= MOST_NAME_WORDS:
        return None
    is_a_name = len(turn.text) > 1 and all(any(letter.isalpha() for letter in word) for word in words)
    return turn.text[:LONGEST_NAME] if is_a_name and not _says_more_of_it(turn, len(words)) else None


def _says_more_of_it(turn: Turn, words: int) -> bool:
    """Whether it speaks of the booking, not of who comes: `actually 10am`; by itself, June may be a name."""
    slots = turn.slots
    may_be_month = words == 1 and slots.day is not None and slots.day.kind == "span"
    return bool(turn.services.items or slots.time or slots.people or (slots.day and not may_be_month))


def _take_people(turn: Turn, asked: bool) -> int | None:
    people = turn.slots.people or (number_in(turn.raw_words) if asked else None)
    return people if people and people <= MOST_PEOPLE else None


def _take_phone(turn: Turn, asked: bool) -> str | None:
    return turn.slots.labels.phone or None


def service_in(turn: Turn) -> Item | None:
    """The service that the form is about, if it is still offered."""
    return turn.config.services.by_key.get(str(turn.chat.slots.get("service", "")))


def service_held(turn: Turn) -> str:
    """The name of the service that the form is about."""
    service = service_in(turn)
    return turn.name_of(service) if service else str(turn.chat.slots.get("service", ""))


def _people(turn: Turn) -> int:
    return int(turn.chat.slots.get("people", 1))


def _vacancies(turn: Turn) -> Vacancies:
    return Vacancies(turn.config, turn.records.diary, service_in(turn), turn.now, people=_people(turn))


def _objection(turn: Turn) -> str:
    vacancies = _vacancies(turn)
    if service_in(turn) and vacancies.places > vacancies.most_people:
        turn.chat.slots.pop("people")
        turn.chat.slots[CROWD] = 1
        return turn.say("vacancies.too_many", most=vacancies.most_people, service=service_held(turn))
    if "people" in turn.chat.slots:
        turn.chat.slots.pop(CROWD, None)
    return objection(turn, vacancies)


def _told(turn: Turn) -> str:
    slots = turn.chat.slots
    day, time = told_day(turn, str(slots.get("day", ""))), told_time(turn, str(slots.get("time", "")))
    return ", ".join(part for part in (service_held(turn), day, time) if part)


def summary(turn: Turn) -> str:
    """The booking as the form knows it."""
    slots, service = turn.chat.slots, service_in(turn)
    return lines(
        turn.say("booking.title"),
        turn.say("booking.service", value=service_held(turn)),
        turn.say("booking.day", value=told_day(turn, str(slots["day"]))),
        turn.say("booking.time", value=told_time(turn, str(slots["time"]))),
        turn.say("booking.name", value=slots["name"]),
        turn.say("booking.people", value=slots["people"]) if "people" in slots else "",
        turn.say("items.price", price=turn.price_of(service)) if service and service.price is not None else "",
    )


def _finish(turn: Turn) -> Reply:
    """Make the booking, unless what was free when it was read back has been taken since."""
    start = starts_at(turn)
    if start is None or _vacancies(turn).trouble(start):
        return advance(turn, BOOKING)
    deed, said = _deed(turn, start), summary(turn)
    turn.chat.keep_request("booking", turn.now)
    done = "confirmed" if deed.state == CONFIRMED else "recorded"
    told = turn.say(f"booking.{done}", number=deed.number)
    return Reply(paragraphs(said, told, turn.say("booking.later")), f"booking:{done}", deeds=(deed,))


def _deed(turn: Turn, start: datetime) -> MakeBooking:
    service, vacancies, begins = service_in(turn), _vacancies(turn), start.astimezone(UTC)
    return MakeBooking(
        number=turn.records.diary.next_number, service=service.key if service else "", service_name=service_held(turn),
        starts=begins, ends=begins + vacancies.length, name=str(turn.chat.slots["name"]),
        state=CONFIRMED if turn.config.bookings.bot_confirms else REQUESTED, people=_people(turn),
        places=vacancies.places, rooms=vacancies.rooms, phone=str(turn.chat.slots.get("phone", "")))


BOOKING = Form(
    name="booking",
    slots=(
        Slot("service", _take_service, options=_service_options),
        Slot("day", take_day, options=lambda turn: offer_days(turn, _vacancies(turn))),
        Slot("people", _take_people, is_needed=lambda turn: CROWD in turn.chat.slots),
        Slot("time", take_time, options=lambda turn: offer_times(turn, _vacancies(turn))),
        Slot("name", _take_name),
        Slot("phone", _take_phone, is_needed=lambda turn: False),
    ),
    finish=_finish,
    summary=summary,
    objection=_objection,
    told=_told,
    intents=frozenset({"make_booking", "ask_availability", "services"}),
    cancels=frozenset({"cancel_booking"}),
)


def make_booking(turn: Turn) -> Reply:
    """Begin a booking with everything the message says, and the name that the customer gave before."""
    return begin(turn, BOOKING, **_known_name(turn))


def book_service(turn: Turn, key: str) -> Reply:
    """Begin a booking of the service chosen from a menu, or put it into the one in hand."""
    if turn.chat.form == BOOKING.name and turn.chat.asked == "service":
        turn.chat.slots["service"] = key
        return advance(turn, BOOKING)
    return begin(turn, BOOKING, service=key, **_known_name(turn))


def _known_name(turn: Turn) -> dict[str, str]:
    """The name under which the customer booked before."""
    booked = [own.name for own in turn.records.diary.own if own.name]
    noted = [str(request["slots"].get("name", "")) for request in turn.chat.requests if request["form"] == "booking"]
    name = next(reversed([*noted, *booked]), "")
    return {"name": name} if name else {}


def take_offered(turn: Turn, moment: str) -> None:
    """Put a moment that was offered into the form in hand."""
    day, _, clock = moment.partition("T")
    turn.chat.slots.update(day=day, time=clock)
    for hint in (ACROSS, AROUND):
        turn.chat.slots.pop(hint, None)


def availability(turn: Turn) -> Reply:
    """What is free, of the service and the day that were named; which service has to be known first."""
    if "busy" in turn.meaning.concepts:
        return ask_team("busy")(turn)
    known = _known_name(turn)
    begun = _asked_meanwhile(turn) or begin(turn, BOOKING, **known)
    if turn.chat.asked == "day" and ACROSS not in turn.chat.slots:
        turn.chat.slots[ACROSS] = turn.local.date().isoformat()
        return replace(begun, text=lines(begun.text, offer_days(turn, _vacancies(turn))))
    if turn.chat.asked == "service":
        return replace(begun, text=lines(turn.say("vacancies.depends"), begun.text))
    return begun


def _asked_meanwhile(turn: Turn) -> Reply | None:
    """What is free, asked in the middle of a booking, is asked of that one."""
    if turn.chat.form != BOOKING.name or turn.chat.asked == HELD:
        return None
    turn.chat.asked = ""
    return advance(turn, BOOKING)


def bookable(turn: Turn) -> Reply:
    """Whether one can book here: yes, and so it begins."""
    begun = make_booking(turn)
    return Reply(paragraphs(turn.say("booking.possible"), begun.text), begun.because)


INTENTS: dict[str, Handler] = COMMON | {
    "make_booking": make_booking,
    "check_booking": check_booking,
    "cancel_booking": cancel_booking,
    "change_booking": change_booking,
    "ask_availability": availability,
    "ask_if_bookable": bookable,
    "services": catalogue("service"),
    "check_payment_methods": from_content("payment", "payment"),
    "check_refund_policy": from_content("refund", "refund"),
    "get_refund": from_content("refund", "refund"),
    "check_cancellation_fee": from_content("refund", "cancellation_fee", "cancellation_fee"),
    "delivery_options": from_content("delivery", "delivery"),
    "get_invoice": ask_team("invoice"),
    "review": describe(REVIEW),
    "complaint": describe(COMPLAINT),
    "problem": problem,
}
