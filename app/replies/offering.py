"""What speaks against the day and the time of a booking, and the free times that are offered instead."""
from datetime import date, datetime, time, timedelta

from app.replies.appointment import ACROSS, read_day, read_time, told_day
from app.replies.hours import Span
from app.replies.menu import Option, show
from app.replies.opening import moment, spans_told
from app.replies.turn import Turn, lines
from app.replies.vacancies import Vacancies, spread

OFFERED = 5
AROUND = "around"
"""The slot that holds the time around which free times of the day in hand are to be offered."""


def objection(turn: Turn, vacancies: Vacancies) -> str:
    """What speaks against the day or the time in hand, which is then forgotten; what is free instead is offered.

    Leaves in the chat's slots where to look for free times.
    """
    slots = turn.chat.slots
    for hint, wanted in ((ACROSS, "day"), (AROUND, "time")):
        if wanted in slots:
            slots.pop(hint, None)
    if "/" in str(slots.get("day", "")):
        return _several_days(turn)
    day = read_day(str(slots.get("day", "")))
    if day is None:
        slots.pop("day", None)
        return turn.say("booking.no_such_day") if turn.slots.is_unreal_day else ""
    return _bad_day(turn, day, vacancies) or _bad_time(turn, day, vacancies)


def offer_days(turn: Turn, vacancies: Vacancies) -> str:
    """Free times of several days, where that is what the customer needs now."""
    start = read_day(str(turn.chat.slots.get(ACROSS, "")))
    if start is None or not _is_service_known(turn):
        return ""
    return _offer(turn, vacancies.near(_at(turn, start, 0), OFFERED), day=None)


def offer_times(turn: Turn, vacancies: Vacancies) -> str:
    """Free times of the day in hand: around the one that was wanted, else from all over the day."""
    day = read_day(str(turn.chat.slots.get("day", "")))
    if day is None or not _is_service_known(turn):
        return ""
    wanted = str(turn.chat.slots.get(AROUND, ""))
    first, last = (read_time(part) for part in (wanted.partition("/")[0], wanted.rpartition("/")[2]))
    free = vacancies.free_on(day)
    if first is None or last is None:
        return _offer(turn, spread(free, OFFERED), day)
    within = [start for start in free if _at(turn, day, first) <= start <= _at(turn, day, last)]
    if first != last and within:
        return _offer(turn, spread(within, OFFERED), day)
    return _offer(turn, vacancies.near(_at(turn, day, first), OFFERED), day)


def told_moment(turn: Turn, when: datetime) -> str:
    """A moment in words, in the tenant's zone."""
    return moment(turn, when.astimezone(turn.config.zone))


def _offer(turn: Turn, starts: list[datetime], day: date | None) -> str:
    """Free times as a numbered choice; with the day where it is not the one in hand."""
    options: list[Option] = [
        (f"time:{start:%Y-%m-%dT%H:%M}",
         turn.voice.clock(start.hour * 60 + start.minute) if start.date() == day else moment(turn, start))
        for start in starts]
    return lines(turn.say("vacancies.free"), show(turn, options)) if options else ""


def _several_days(turn: Turn) -> str:
    first, last = (read_day(part) for part in str(turn.chat.slots["day"]).split("/"))
    today, is_over = turn.local.date(), last is not None and last < turn.local.date()
    if not is_over and not _is_service_known(turn):
        return ""
    turn.chat.slots.pop("day")
    if is_over and last:
        return turn.say("booking.past_day", day=told_day(turn, last.isoformat()))
    turn.chat.slots[ACROSS] = max(first or today, today).isoformat()
    return turn.say("vacancies.which_day")


def _bad_day(turn: Turn, day: date, vacancies: Vacancies) -> str:
    said = {"day": told_day(turn, day.isoformat())}
    if day < turn.local.date():
        return _without_day(turn, turn.local.date(), "booking.past_day", **said)
    if vacancies.is_too_far(day):
        last = (turn.now + turn.config.bookings.ahead).astimezone(turn.config.zone).date()
        turn.chat.slots.pop("day")
        return turn.say("vacancies.too_far", day=told_day(turn, last.isoformat()))
    if _is_shut(turn, day):
        return _without_day(turn, day, "booking.closed_day", **said)
    # A time that somebody names may lie between those that are offered.
    if "time" not in turn.chat.slots and not vacancies.free_on(day) and _is_service_known(turn):
        return _without_day(turn, day, "vacancies.full_day", **said)
    return ""


def _without_day(turn: Turn, start: date, phrase: str, **values: str) -> str:
    turn.chat.slots.pop("day")
    turn.chat.slots[ACROSS] = start.isoformat()
    return turn.say(phrase, **values)


def _is_shut(turn: Turn, day: date) -> bool:
    hours = turn.config.hours
    if day in hours.holidays:
        return True
    runs_over = any(span.closes > 24 * 60 for span in hours.week[day.weekday() - 1])
    return not (hours.always or hours.week[day.weekday()] or runs_over)


def _is_service_known(turn: Turn) -> bool:
    return not turn.config.services or "service" in turn.chat.slots or "booking" in turn.chat.slots


def _bad_time(turn: Turn, day: date, vacancies: Vacancies) -> str:
    said = str(turn.chat.slots.get("time", ""))
    first, last = (read_time(part) for part in (said.partition("/")[0], said.rpartition("/")[2]))
    if first is None or last is None:
        turn.chat.slots.pop("time", None)
        return ""
    if first != last:
        return _span_of_time(turn, day, said, vacancies)
    trouble = vacancies.trouble(_at(turn, day, first))
    if not trouble:
        return ""
    turn.chat.slots.pop("time")
    turn.chat.slots[AROUND] = said
    return _in_words(turn, day, first, trouble)


def _span_of_time(turn: Turn, day: date, said: str, vacancies: Vacancies) -> str:
    """`between two and four`, `in the afternoon`: one of its free times has to be chosen."""
    last = read_time(said.rpartition("/")[2]) or 0
    is_over = _at(turn, day, last) < turn.local
    if not is_over and not _is_service_known(turn):
        return ""
    turn.chat.slots.pop("time")
    if is_over:
        return turn.say("booking.past_time", time=turn.voice.clock(read_time(said.partition("/")[0]) or 0))
    turn.chat.slots[AROUND] = said
    return turn.say("vacancies.which_time")


def _in_words(turn: Turn, day: date, minutes: int, trouble: str) -> str:
    clock = turn.voice.clock(minutes)
    said = told_day(turn, day.isoformat())
    if trouble == "past":
        turn.chat.slots.pop(AROUND)
        return turn.say("booking.past_time", time=clock)
    if trouble == "closed":
        turn.chat.slots.pop(AROUND)
        spans = turn.config.hours.week[day.weekday()] or (Span(0, 0),)
        return turn.say("booking.closed_then", day=said, spans=spans_told(turn, spans))
    return turn.say(f"vacancies.{trouble}", time=clock, day=said)


def _at(turn: Turn, day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), turn.config.zone) + timedelta(minutes=minutes)
