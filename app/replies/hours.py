"""Business hours in the tenant's zone: open now, open when, and the week in short.

The stored shape is `{"mon": [["08:00", "18:00"]], …, "sun": [], "holidays": ["2026-12-25"]}`. A day that is missing or
empty is closed; no days at all means always open. A span that closes before it opens, or at the same minute, runs into
the next day; `24:00` is the end of the day. On a holiday no span begins.
"""
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES = 24 * 60
_SEARCHED_DAYS = 92


@dataclass(frozen=True, order=True)
class Span:
    """Open from minute to minute of a day; `closes` lies beyond 1440 where the span runs into the next day."""

    opens: int
    closes: int


@dataclass(frozen=True)
class Hours:
    """A week of spans, Monday first, and the dates on which none begins."""

    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    holidays: frozenset[date] = frozenset()
    always: bool = True


def read_hours(stored: Mapping[str, Any], problems: list[str]) -> Hours:
    """The hours of the stored shape; adds one sentence per mistake to `problems`."""
    unknown = [str(key) for key in stored if key not in (*DAYS, "holidays")]
    problems.extend(f'Hours: "{key}" is not a day; use {", ".join(DAYS)} or holidays.' for key in unknown)
    week = tuple(_read_day(day, stored.get(day), problems) for day in DAYS)
    always = not any(day in stored for day in DAYS)
    return Hours(week, _read_holidays(stored.get("holidays"), problems), always)


def _read_day(day: str, stored: Any, problems: list[str]) -> tuple[Span, ...]:
    spans = [_read_span(pair) for pair in stored] if isinstance(stored, list | tuple) else [None] * (stored is not None)
    if None in spans:
        problems.append(f'Hours: {day} must be a list of spans such as [["08:00", "18:00"]].')
    known = sorted(span for span in spans if span)
    if any(earlier.closes > later.opens for earlier, later in zip(known, known[1:], strict=False)):
        problems.append(f"Hours: two spans of {day} overlap.")
    return tuple(known)


def _read_span(pair: Any) -> Span | None:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        return None
    opens, closes = (_read_clock(value) for value in pair)
    if opens is None or closes is None or opens == _DAY_MINUTES:
        return None
    return Span(opens, closes if closes > opens else closes + _DAY_MINUTES)


def _read_clock(value: Any) -> int | None:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else _DAY_MINUTES + 1
    return minutes if minutes <= _DAY_MINUTES else None


def _read_holidays(stored: Any, problems: list[str]) -> frozenset[date]:
    found = set()
    for value in stored if isinstance(stored, list | tuple) else [stored] * (stored is not None):
        try:
            found.add(date.fromisoformat(value))
        except (TypeError, ValueError):
            problems.append(f'Hours: the holiday "{str(value)[:40]}" must be a date such as 2026-12-25.')
    return frozenset(found)


def _openings(hours: Hours, local: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end of every span from yesterday's on, in local time, in order."""
    for ahead in range(-1, _SEARCHED_DAYS):
        day = local.date() + timedelta(days=ahead)
        if day not in hours.holidays:
            midnight = datetime.combine(day, time(), local.tzinfo)
            for span in hours.week[day.weekday()]:
                yield midnight + timedelta(minutes=span.opens), midnight + timedelta(minutes=span.closes)


def is_open(hours: Hours, local: datetime) -> bool:
    """Whether the business is open at this moment of its zone."""
    if hours.always:
        return local.date() not in hours.holidays
    return closing(hours, local) is not None


def closing(hours: Hours, local: datetime) -> datetime | None:
    """When the business closes, if it is open by its week; spans that touch are one. None while closed."""
    end = None
    for opens, closes in _openings(hours, local):
        if opens > (end or local):
            break
        if closes > local:
            end = closes if end is None else max(end, closes)
    return end


def next_opening(hours: Hours, local: datetime) -> datetime | None:
    """When the business opens next, in its zone; None if it does not within three months."""
    if hours.always:
        days = (local.date() + timedelta(days=ahead) for ahead in range(1, _SEARCHED_DAYS))
        day = next((day for day in days if day not in hours.holidays), None)
        return datetime.combine(day, time(), local.tzinfo) if day else None
    return next((opens for opens, _ in _openings(hours, local) if opens > local), None)


def alike_days(hours: Hours) -> list[tuple[int, int, tuple[Span, ...]]]:
    """Runs of days with the same spans: first day, last day (Monday is 0), spans."""
    runs: list[tuple[int, int, tuple[Span, ...]]] = []
    for day, spans in enumerate(hours.week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs
