"""The day and the time of a booking: taken from a message, told, and refused where they are past or closed.

A form keeps them in ISO form (`2026-03-06`, `14:30`, spans with a slash between), or in the customer's own words where
those could not be read.
"""
from datetime import date, datetime, time, timedelta

from app.replies.hours import Span
from app.replies.menu import number_of
from app.replies.opening import spans_told
from app.replies.slots.calendar import days_in
from app.replies.slots.clock import SaidTime, times_in
from app.replies.slots.tokens import tokens_of
from app.replies.turn import Turn

SHORT_ANSWER_WORDS = 5
LAST_DAY = 31
LAST_HOUR = 24
FAR = timedelta(days=300)
"""A day so far ahead is told with its year."""


def take_day(turn: Turn, asked: bool) -> str | None:
    """The day a message says; a bare number in answer to the question for it is a day of the month."""
    said = turn.slots.day
    number = _number_answered(turn, LAST_DAY) if asked and said is None else None
    if number:
        said = next(iter(days_in(tokens_of(f"tarehe {number}"), turn.local.date())), None)
    return said.iso() if said else None


def take_time(turn: Turn, asked: bool) -> str | None:
    """The time a message says; of two readings, the one at which the business is open on the day in hand."""
    said = turn.slots.time
    number = _number_answered(turn, LAST_HOUR) if asked and said is None else None
    if number:
        said = next(iter(times_in(tokens_of(f"{'saa' if turn.language == 'SW' else 'at'} {number}"))), None)
    if said is None:
        return None
    day = read_day(str(turn.chat.slots.get("day", "")))
    return _open_reading(turn, said, day).iso()


def _number_answered(turn: Turn, highest: int) -> int | None:
    """The fitting number in a short answer, such as `10` or `around 10`."""
    numbers = [number for word in turn.raw_words if (number := number_of(word)) is not None]
    fits = len(turn.raw_words) <= SHORT_ANSWER_WORDS and all(1 <= one <= highest for one in numbers)
    return numbers[0] if numbers and fits and not turn.asks_something() else None


def _open_reading(turn: Turn, said: SaidTime, day: date | None) -> SaidTime:
    if said.other is None or day is None or turn.config.hours.always:
        return said
    spans = turn.config.hours.week[day.weekday()]
    is_open = [any(span.opens <= minutes < span.closes for span in spans) for minutes in (said.minutes, said.other)]
    return SaidTime(said.start, said.end, said.other) if is_open == [False, True] else said


def read_day(value: str) -> date | None:
    """The one day that a form holds; None for several days, or words that could not be read."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def read_time(value: str) -> int | None:
    """The one time that a form holds, in minutes since midnight; None for a span or words."""
    try:
        read = time.fromisoformat(value)
    except ValueError:
        return None
    return read.hour * 60 + read.minute


def told_day(turn: Turn, value: str) -> str:
    """A day as the customer reads it: its name, day and month, and the year where it is far off."""
    days = [read_day(part) for part in value.split("/")]
    if None in days:
        return value
    return " – ".join(_day_in_words(turn, day) for day in days if day)


def _day_in_words(turn: Turn, day: date) -> str:
    text = turn.voice.date(day)
    return f"{text} {day.year}" if day - turn.local.date() > FAR else text


def told_time(turn: Turn, value: str) -> str:
    """A time as the customer's language tells it."""
    minutes = [read_time(part) for part in value.split("/")]
    if None in minutes:
        return value
    return " – ".join(turn.voice.clock(one) for one in minutes if one is not None)


def objection(turn: Turn) -> str:
    """What speaks against the day or the time in hand, which is then forgotten: they are past, or it is closed."""
    slots = turn.chat.slots
    last = read_day(str(slots.get("day", "")).rpartition("/")[2])
    if last is not None and last < turn.local.date():
        slots.pop("day")
        return turn.say("booking.past_day", day=told_day(turn, last.isoformat()))
    day = read_day(str(slots.get("day", "")))
    if day is None:
        return ""
    return _closed_day(turn, day) or _bad_time(turn, day)


def _closed_day(turn: Turn, day: date) -> str:
    hours = turn.config.hours
    if day not in hours.holidays and (hours.always or hours.week[day.weekday()] or _runs_over(turn, day)):
        return ""
    turn.chat.slots.pop("day")
    return turn.say("booking.closed_day", day=told_day(turn, day.isoformat()))


def _runs_over(turn: Turn, day: date) -> bool:
    """Whether the evening before goes on into the day."""
    return any(span.closes > LAST_HOUR * 60 for span in turn.config.hours.week[day.weekday() - 1])


def _bad_time(turn: Turn, day: date) -> str:
    minutes = read_time(str(turn.chat.slots.get("time", "")).partition("/")[0])
    if minutes is None:
        return ""
    local_midnight = datetime.combine(day, time(), turn.local.tzinfo)
    until = read_time(str(turn.chat.slots["time"]).rpartition("/")[2])
    if local_midnight + timedelta(minutes=until or minutes) < turn.local:
        turn.chat.slots.pop("time")
        return turn.say("booking.past_time", time=turn.voice.clock(minutes))
    if _is_open(turn, day, minutes, until if until is not None else minutes):
        return ""
    turn.chat.slots.pop("time")
    spans = turn.config.hours.week[day.weekday()]
    return turn.say("booking.closed_then", day=told_day(turn, day.isoformat()), spans=spans_told(turn, spans))


def _is_open(turn: Turn, day: date, first: int, last: int) -> bool:
    """Whether it is open at some time from the first to the last minute of the day."""
    hours = turn.config.hours
    over = [Span(0, span.closes - LAST_HOUR * 60) for span in hours.week[day.weekday() - 1]]
    spans = (*hours.week[day.weekday()], *over)
    return hours.always or any(span.opens <= last and first < span.closes for span in spans)
