"""Lengths of time in days, as people say them: `two weeks`, `siku tatu`, `for 3 nights`."""
from collections.abc import Sequence

from app.replies.slots.tokens import Token, number_at, phrases

MOST_DAYS, MOST_WEEKS, MOST_MONTHS = 366, 60, 24


def length_at(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    """A number of days, weeks or months, in either order: days, months, and the place after."""
    number = number_at(tokens, place, MOST_DAYS)
    unit = _unit_at(tokens, number[1]) if number else _unit_at(tokens, place)
    if unit is None:
        return None
    number = number or number_at(tokens, unit[1], MOST_DAYS)
    if number is None or number[0] > {1: MOST_DAYS, 7: MOST_WEEKS, 0: MOST_MONTHS}[unit[0]]:
        return None
    end = max(number[1], unit[1])
    return (number[0] * unit[0], 0 if unit[0] else number[0], end)


def _unit_at(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    for name, days in (("day", 1), ("weeks", 7), ("month_units", 0)):
        found = phrases(name).at(tokens, place)
        if found:
            return days, found[1]
    return None


def stay_at(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """How many days later a stay ends of which the length stands at that place, and the place after it."""
    lead = phrases("for").at(tokens, place)
    read = length_at(tokens, lead[1]) if lead else None
    if read is None or read[1]:
        return None
    is_nights = any(token.text in ("night", "nights", "usiku") for token in tokens[place:read[2]])
    return (read[0] if is_nights else read[0] - 1), read[2]
