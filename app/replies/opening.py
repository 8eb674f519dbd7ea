"""Opening hours as a customer reads them."""
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.replies.hours import Span, alike_days, closing, is_open, next_opening
from app.replies.turn import Turn, lines, paragraphs

SHOWN_HOLIDAYS = 4
_DAY_MINUTES = 24 * 60


def moment(turn: Turn, when: datetime) -> str:
    """A coming moment in words: today at, tomorrow at, on Monday 5 March at."""
    clock = turn.voice.clock(when.hour * 60 + when.minute)
    days = (when.date() - turn.local.date()).days
    if days <= 1:
        return turn.say("time.tomorrow" if days else "time.today", clock=clock)
    return turn.say("time.on_day", date=turn.voice.date(when), clock=clock)


def opening_hours(turn: Turn) -> str:
    """Whether it is open now, the week, and the coming holidays."""
    hours = turn.config.hours
    week = turn.say("hours.always") if hours.always else lines(turn.say("hours.list"), *_week(turn))
    return paragraphs(_now(turn), week, _holidays(turn))


def _now(turn: Turn) -> str:
    if is_open(turn.config.hours, turn.local):
        closes = closing(turn.config.hours, turn.local)
        if closes is None or closes - turn.local >= timedelta(days=1):
            return "" if turn.config.hours.always else turn.say("hours.open_always_now")
        return turn.say("hours.open_now", closes=turn.voice.clock(closes.hour * 60 + closes.minute))
    opens = next_opening(turn.config.hours, turn.local)
    return turn.say("hours.closed_now", opening=moment(turn, opens)) if opens else turn.say("hours.shut_now")


def _week(turn: Turn) -> list[str]:
    names = turn.voice.days
    return [
        turn.say(
            "hours.line",
            days=names[first] if first == last else turn.say("hours.range", first=names[first], last=names[last]),
            spans=spans_told(turn, spans),
        )
        for first, last, spans in alike_days(turn.config.hours)
    ]


def spans_told(turn: Turn, spans: Sequence[Span]) -> str:
    """The opening hours of a day in words."""
    if not spans:
        return turn.say("hours.closed")
    if any(span.closes - span.opens >= _DAY_MINUTES for span in spans):
        return turn.say("hours.all_day")
    clock = turn.voice.clock
    told = [turn.say("hours.span", opens=clock(span.opens), closes=clock(span.closes)) for span in spans]
    return ", ".join(told)


def _holidays(turn: Turn) -> str:
    coming = sorted(day for day in turn.config.hours.holidays if day >= turn.local.date())[:SHOWN_HOLIDAYS]
    dates = [turn.voice.date(datetime(day.year, day.month, day.day, tzinfo=turn.config.zone)) for day in coming]
    return turn.say("hours.holidays", dates=", ".join(dates)) if dates else ""
