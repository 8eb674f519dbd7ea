"""PURE: opening hours and holidays as form fields, and back."""
from collections.abc import Mapping
from typing import Any

from app.replies.hours import DAYS
from app.web.portal.rows import clean, lines

SPANS = 2
MIDNIGHT, END_OF_DAY = "00:00", "24:00"
Form = Mapping[str, str]


def spans_of(hours: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """For each day at least SPANS pairs of opening and closing, those without a time at the end."""
    return {day: _filled(hours.get(day)) for day in DAYS}


def is_always_open(hours: Mapping[str, Any]) -> bool:
    """Whether no day says anything."""
    return not any(day in hours for day in DAYS)


def read_week(form: Form) -> dict[str, Any]:
    """The hours as they are stored; a pair with one time is kept so that it can be shown with what is wrong."""
    hours: dict[str, Any] = {}
    if form.get("always") != "yes":
        for day in DAYS:
            pairs = ((clean(form.get(f"{day}-{place}-opens", "")), clean(form.get(f"{day}-{place}-closes", "")))
                     for place in range(_count(form)))
            hours[day] = [list(pair) for pair in pairs if any(pair)]
    if holidays := lines(form.get("holidays", "")):
        hours["holidays"] = holidays
    return hours


def _count(form: Form) -> int:
    given = form.get("spans", "")
    return min(int(given), 12) if given.isdecimal() and len(given) < 3 else SPANS


def _filled(spans: Any) -> list[tuple[str, str]]:
    pairs = [(_padded(pair[0]), _padded(pair[1])) for pair in spans or ()
             if isinstance(pair, list | tuple) and len(pair) == 2]
    return pairs + [("", "")] * (SPANS - len(pairs))


def _padded(clock: Any) -> str:
    """As an input of a time takes it: two digits an hour, and midnight at the end of a day is the next one's."""
    text = str(clock)
    text = f"0{text}" if len(text) == 4 else text
    return MIDNIGHT if text == END_OF_DAY else text
