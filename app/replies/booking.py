"""What a business that takes bookings answers: the request for a booking, and what goes with it."""
from app.replies.answers import COMMON, Handler, ask_team, catalogue, from_content, pass_on
from app.replies.appointment import objection, take_day, take_time, told_day, told_time
from app.replies.forms import LONGEST_ANSWER, Form, Slot, begin, picked
from app.replies.listing import options_of
from app.replies.menu import page
from app.replies.notes import COMPLAINT, REVIEW, describe, problem
from app.replies.turn import Reply, Turn, lines, paragraphs


def _take_service(turn: Turn, asked: bool) -> str | None:
    if not turn.config.services:
        return turn.text[:LONGEST_ANSWER] if asked and turn.text and not turn.intent else None
    key = picked(turn, "service") if asked else None
    if key in turn.config.services.by_key:
        return key
    return turn.services.items[0].key if len(turn.services.items) == 1 else None


def _service_options(turn: Turn) -> str:
    several = turn.services.items if len(turn.services.items) > 1 else turn.config.services.items
    return page(turn, options_of(turn, "service", several), 0, "more:service") if several else ""


def service_held(turn: Turn) -> str:
    """The name of the service that the form is about."""
    service = turn.config.services.by_key.get(str(turn.chat.slots.get("service", "")))
    return turn.name_of(service) if service else str(turn.chat.slots.get("service", ""))


def _told(turn: Turn) -> str:
    slots = turn.chat.slots
    day, time = told_day(turn, str(slots.get("day", ""))), told_time(turn, str(slots.get("time", "")))
    return ", ".join(part for part in (service_held(turn), day, time) if part)


def summary(turn: Turn) -> str:
    """The booking as the form knows it."""
    slots = turn.chat.slots
    service = turn.config.services.by_key.get(str(slots["service"]))
    return lines(
        turn.say("booking.title"),
        turn.say("booking.service", value=service_held(turn)),
        turn.say("booking.day", value=told_day(turn, str(slots["day"]))),
        turn.say("booking.time", value=told_time(turn, str(slots["time"]))),
        turn.say("items.price", price=turn.price_of(service)) if service and service.price is not None else "",
    )


def _finish(turn: Turn) -> Reply:
    said = summary(turn)
    turn.chat.keep_request("booking", turn.now)
    return Reply(paragraphs(said, turn.say("booking.recorded")), "booking:recorded")


BOOKING = Form(
    name="booking",
    slots=(
        Slot("service", _take_service, options=_service_options),
        Slot("day", take_day, is_free=True),
        Slot("time", take_time, is_free=True),
    ),
    finish=_finish,
    summary=summary,
    objection=objection,
    told=_told,
    intents=frozenset({"make_booking", "availability", "services"}),
    cancels=frozenset({"cancel_booking"}),
)


def make_booking(turn: Turn) -> Reply:
    """Begin a booking with everything the message says."""
    return begin(turn, BOOKING)


def book_service(turn: Turn, key: str) -> Reply:
    """Begin a booking of the service chosen from a menu."""
    return begin(turn, BOOKING, service=key)


def availability(turn: Turn) -> Reply:
    """Free times cannot be seen; a day or a service in the question makes it the beginning of a booking."""
    if "busy" in turn.meaning.concepts:
        return ask_team("busy")(turn)
    if turn.slots.day or turn.services.items:
        return make_booking(turn)
    return ask_team("availability")(turn)


def bookable(turn: Turn) -> Reply:
    """Whether one can book here: yes, and so it begins."""
    begun = make_booking(turn)
    return Reply(paragraphs(turn.say("booking.possible"), begun.text), begun.because)


INTENTS: dict[str, Handler] = COMMON | {
    "make_booking": make_booking,
    "check_booking": pass_on("check_booking"),
    "cancel_booking": ask_team("cancel_booking"),
    "change_booking": ask_team("change_booking"),
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
