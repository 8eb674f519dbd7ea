"""What a customer does with its own bookings: look at them, move one, cancel one, answer a time that is proposed."""
from datetime import UTC, datetime, time
from typing import Any

from app.replies.appointment import read_day, starts_at, take_day, take_time, told_day, told_time
from app.replies.diary import (
    CONFIRMED,
    PROPOSED,
    REQUESTED,
    AnswerProposal,
    CancelBooking,
    MoveBooking,
    OwnBooking,
)
from app.replies.forms import Form, Slot, advance, begin, hold, picked
from app.replies.menu import number_in, show
from app.replies.offering import objection, offer_days, offer_times, told_moment
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.vacancies import Vacancies

CANCEL = "cancel"


def check_booking(turn: Turn) -> Reply:
    """The customer's coming bookings."""
    own = turn.records.diary.own
    if not own:
        return _none(turn, "check_booking")
    told = [turn.say("own.line", booking=_in_words(turn, one), state=turn.say(f"own.{one.state.lower()}"))
            for one in own]
    return Reply(paragraphs(lines(turn.say("own.title"), *told), turn.say("booking.later")), "check_booking")


def unclear(turn: Turn) -> Reply | None:
    """What is not understood for sure but is about a booking, from somebody who has one."""
    if turn.intent or turn.chat.form or not turn.records.diary.own:
        return None
    if turn.meaning.intent == "change_booking" and (turn.slots.day or turn.slots.time):
        return change_booking(turn)
    return check_booking(turn) if turn.asks_something() and "book" in turn.meaning.concepts else None


def change_booking(turn: Turn) -> Reply:
    """Move a booking, with everything the message says."""
    return begin(turn, MOVE) if turn.records.diary.own else _none(turn, "change_booking")


def cancel_booking(turn: Turn) -> Reply:
    """Cancel a booking; which, where there are several."""
    own = turn.records.diary.own
    if not own:
        return _none(turn, "cancel_booking")
    meant = _meant(turn)
    if meant:
        return ask_to_cancel(turn, str(meant)) or _none(turn, "cancel_booking")
    turn.chat.drop_form()
    return Reply(lines(turn.say("own.which_to_cancel"), _choice(turn, CANCEL)), "cancel:ask_booking")


def ask_to_cancel(turn: Turn, number: str) -> Reply | None:
    """Whether that booking shall really be cancelled; None where it is there no more."""
    booking = _own(turn, number)
    if booking is None:
        return None
    turn.chat.drop_form()
    turn.chat.menu, turn.chat.offer = [], f"{CANCEL}:{booking.number}"
    return Reply(turn.say("own.really_cancel", booking=_in_words(turn, booking)), "cancel:confirm")


def answered(turn: Turn) -> Reply | None:
    """The answer to whether a booking shall be cancelled, or to a time that the business proposes."""
    what, _, number = turn.chat.offer.partition(":")
    if what == CANCEL:
        turn.chat.offer = ""
        return _cancelled(turn, _own(turn, number))
    proposed = _proposal(turn)
    return _settled(turn, proposed) if proposed and turn.intent in ("yes", "no") else None


def _cancelled(turn: Turn, booking: OwnBooking | None) -> Reply | None:
    if booking is None:
        return None
    if turn.intent in ("yes", "cancel_booking") or turn.says_one_of("drop", whole=True):
        said = turn.say("own.cancelled", booking=_in_words(turn, booking))
        return Reply(said, "cancel:done", deeds=(CancelBooking(booking.number),))
    if turn.intent == "no":
        return Reply(turn.say("own.kept", booking=_in_words(turn, booking)), "cancel:kept")
    return None


def _proposal(turn: Turn) -> OwnBooking | None:
    """The time that was proposed last, if that is what a yes or no is about.

    It is not where the bot has put a question of its own since.
    """
    proposed = [one for one in turn.records.diary.own if one.state == PROPOSED]
    newest = max(proposed, key=lambda one: one.changed, default=None)
    is_asked = bool(turn.chat.offer) or turn.chat.asked in ("confirm", "change")
    return newest if newest and (not is_asked or newest.changed.isoformat() > turn.seen_before) else None


def _settled(turn: Turn, booking: OwnBooking) -> Reply:
    accepted = turn.intent == "yes"
    turn.chat.drop_form()
    turn.chat.offer, turn.chat.menu = "", []
    deed, told = AnswerProposal(booking.number, accepted), _in_words(turn, booking)
    if accepted:
        return Reply(paragraphs(turn.say("own.accepted", booking=told), turn.say("booking.later")),
                     "proposal:accepted", deeds=(deed,))
    known = {"service": booking.service or booking.service_name, "name": booking.name}
    hold(turn, "booking", **{name: value for name, value in known.items() if value})
    return Reply(turn.say("own.refused", booking=told), "proposal:refused", deeds=(deed,))


def _none(turn: Turn, because: str) -> Reply:
    """There is no coming booking in this chat; a person may know of one."""
    turn.chat.drop_form()
    turn.chat.offer = "person"
    return Reply(paragraphs(turn.say("own.none"), turn.say("offer.person")), because)


def _in_words(turn: Turn, booking: OwnBooking) -> str:
    service = turn.config.services.by_key.get(booking.service)
    name = turn.name_of(service) if service else booking.service_name
    return turn.say("own.booking", number=booking.number, service=name, when=told_moment(turn, booking.starts))


def _choice(turn: Turn, kind: str) -> str:
    return show(turn, [(f"{kind}:{one.number}", _in_words(turn, one)) for one in turn.records.diary.own])


def _own(turn: Turn, number: Any) -> OwnBooking | None:
    return next((one for one in turn.records.diary.own if str(one.number) == str(number)), None)


def _meant(turn: Turn) -> int | None:
    """The number of the booking that is meant: the only one, the only one of a service that is named, or by number."""
    own = turn.records.diary.own
    if len(own) == 1:
        return own[0].number
    named = {item.key for item in turn.services.items}
    fitting = [one.number for one in own if one.service in named]
    if len(fitting) == 1:
        return fitting[0]
    said = {word for word in turn.raw_words if word.isdecimal() and "#" in turn.text}
    by_number = [one.number for one in own if str(one.number) in said]
    return by_number[0] if len(by_number) == 1 else None


def _take_booking(turn: Turn, asked: bool) -> int | None:
    if not asked:
        return None if "booking" in turn.chat.slots else _meant(turn)
    key = picked(turn, "booking") or str(number_in(turn.raw_words) or _meant(turn) or "")
    booking = _own(turn, key)
    return booking.number if booking else None


def _moving(turn: Turn) -> OwnBooking | None:
    return _own(turn, turn.chat.slots.get("booking"))


def _vacancies(turn: Turn) -> Vacancies:
    booking = _moving(turn)
    service = turn.config.services.by_key.get(booking.service) if booking else None
    return Vacancies(turn.config, turn.records.diary, service, turn.now, people=booking.people if booking else 1,
                     but=booking.number if booking else 0)


def _objection(turn: Turn) -> str:
    """Of a booking that moves, what is not said stays: the time on another day, the day at another time."""
    booking, slots = _moving(turn), turn.chat.slots
    if booking is None:
        slots.pop("booking", None)
        return ""
    start = booking.starts.astimezone(turn.config.zone)
    if "time" in slots and "day" not in slots:
        slots["day"] = start.date().isoformat()
    if "day" in slots and "time" not in slots and _is_free(turn, str(slots["day"]), start.time()):
        slots["time"] = f"{start:%H:%M}"
    return objection(turn, _vacancies(turn))


def _is_free(turn: Turn, day: str, clock: time) -> bool:
    read = read_day(day)
    return read is not None and not _vacancies(turn).trouble(datetime.combine(read, clock, turn.config.zone))


def _summary(turn: Turn) -> str:
    slots, booking = turn.chat.slots, _moving(turn)
    return lines(
        turn.say("move.title"),
        turn.say("move.old", booking=_in_words(turn, booking) if booking else ""),
        turn.say("booking.day", value=told_day(turn, str(slots["day"]))),
        turn.say("booking.time", value=told_time(turn, str(slots["time"]))),
    )


def _finish(turn: Turn) -> Reply:
    booking, start, vacancies = _moving(turn), starts_at(turn), _vacancies(turn)
    if booking is None or start is None or vacancies.trouble(start):
        return advance(turn, MOVE)
    begins = start.astimezone(UTC)
    is_sure = turn.config.bookings.bot_confirms
    deed = MoveBooking(booking.number, begins, begins + vacancies.length, CONFIRMED if is_sure else REQUESTED,
                       vacancies.rooms)
    turn.chat.drop_form()
    told = turn.say("move.confirmed" if is_sure else "move.recorded", number=booking.number,
                    when=told_moment(turn, start))
    return Reply(told, "move:confirmed" if is_sure else "move:recorded", deeds=(deed,))


MOVE = Form(
    name="move",
    slots=(
        Slot("booking", _take_booking, options=lambda turn: _choice(turn, "booking")),
        Slot("day", take_day, options=lambda turn: offer_days(turn, _vacancies(turn))),
        Slot("time", take_time, options=lambda turn: offer_times(turn, _vacancies(turn))),
    ),
    finish=_finish,
    summary=_summary,
    objection=_objection,
    intents=frozenset({"change_booking", "make_booking", "ask_availability"}),
)
