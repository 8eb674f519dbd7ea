"""The day and the time of a booking: taken from a message, and told.

A form keeps them in ISO form (`2026-03-06`, `14:30`, spans with a slash between).
"""
from datetime import date, datetime, time, timedelta

from app.replies.menu import number_of
from app.replies.slots.calendar import SaidDay, days_in
from app.replies.slots.clock import SaidTime, times_in
from app.replies.slots.tokens import tokens_of
from app.replies.turn import Turn

SHORT_ANSWER_WORDS = 5
MOST_NUMBERS = 2
LAST_DAY = 31
LAST_HOUR = 24
FAR = timedelta(days=300)
"""A day so far ahead is told with its year."""
ACROSS = "across"
"""The slot that holds the day from which on free times of several days are to be offered."""


def take_day(turn: Turn, asked: bool) -> str | None:
    """The day a message says; a bare number in answer to the question for it is a day of the month spoken of."""
    said = turn.slots.day
    if turn.chat.asked == "name" and len(turn.raw_words) == 1 and said and said.kind == "span":
        # June and April are names too.
        return None
    if asked and said and said.kind == "date":
        said = _in_month_in_hand(turn, said)
    # The number of a time (`saa nne`) is no day, though it is the day that was asked for.
    numbers = _numbers_answered(turn, LAST_DAY) if asked and said is None and turn.slots.time is None else []
    if numbers:
        counted = " na ".join(map(str, numbers))
        said = next(iter(days_in(tokens_of(f"tarehe {counted}"), _first_of_month_in_hand(turn))), None)
    return said.iso() if said else None


def _in_month_in_hand(turn: Turn, said: SaidDay) -> SaidDay:
    """`The 10th` after talk of April is one of April; a month that is said stays that month."""
    start = _first_of_month_in_hand(turn)
    seen = next((day for day in days_in(tokens_of(turn.text), start) if day.kind == "date"), said)
    return seen if (seen.first.year, seen.first.month) == (start.year, start.month) else said


def _first_of_month_in_hand(turn: Turn) -> date:
    """The day from which on a bare number is looked for: today, or the first of a later month that was spoken of."""
    today, spoken_of = turn.local.date(), read_day(str(turn.chat.slots.get(ACROSS, "")))
    return max(today, spoken_of.replace(day=1)) if spoken_of else today


def take_time(turn: Turn, asked: bool) -> str | None:
    """The time a message says; of two readings, the one at which the business is open on the day in hand."""
    said = turn.slots.time
    if asked and said is None and len(turn.raw_words) <= SHORT_ANSWER_WORDS:
        # `3.30` may be a price or a version, but not in answer to the question for a time.
        said = next(iter(times_in(tokens_of(turn.text.replace(".", ":")))), None)
    numbers = _numbers_answered(turn, LAST_HOUR) if asked and said is None else []
    if numbers:
        lead = "saa" if turn.language == "SW" else "at"
        said = next(iter(times_in(tokens_of(" to ".join(f"{lead} {number}" for number in numbers)))), None)
    if said is None:
        return None
    day = read_day(str(turn.chat.slots.get("day", "")))
    return _open_reading(turn, said, day).iso()


def _numbers_answered(turn: Turn, highest: int) -> list[int]:
    """The fitting number in a short answer, such as `10` or `around 10`, or the two of `between 2 and 4`."""
    numbers = [number for word in turn.raw_words if (number := number_of(word)) is not None]
    fits = len(turn.raw_words) <= SHORT_ANSWER_WORDS and all(1 <= one <= highest for one in numbers)
    is_else = turn.slots.people is not None or turn.asks_something()
    return numbers if len(numbers) <= MOST_NUMBERS and fits and not is_else else []


def _open_reading(turn: Turn, said: SaidTime, day: date | None) -> SaidTime:
    if said.other is None or day is None or turn.config.hours.always:
        return said
    spans = turn.config.hours.week[day.weekday()]
    is_open = [any(span.opens <= minutes < span.closes for span in spans) for minutes in (said.minutes, said.other)]
    if is_open != [False, True]:
        return said
    later = said.until if said.until is None or said.until > said.other else said.until + said.other - said.minutes
    return SaidTime(said.start, said.end, said.other, later)


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


def starts_at(turn: Turn) -> datetime | None:
    """The moment that the form's day and time make, None where one is missing."""
    day, minutes = read_day(str(turn.chat.slots.get("day", ""))), read_time(str(turn.chat.slots.get("time", "")))
    if day is None or minutes is None:
        return None
    return datetime.combine(day, time(*divmod(minutes, 60)), turn.config.zone)


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
