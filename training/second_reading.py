"""A second reading of days and times, apart from the replies' own and with nothing in common with it.

Of the forms that can mean one thing only: a day with its month, a weekday by itself, an hour of the Swahili clock with
its part of the day. What else is said stays unread, so that agreement is never a matter of both guessing alike.
"""
import re
from datetime import date, timedelta

MONTHS = ("januari", "februari", "machi", "aprili", "mei", "juni", "julai", "agosti", "septemba", "oktoba", "novemba",
          "desemba")
WEEKDAYS = ("jumatatu", "jumanne", "jumatano", "alhamisi", "ijumaa", "jumamosi", "jumapili")
NEAR = {"juzi": -2, "jana": -1, "leo": 0, "kesho": 1, "kesho kutwa": 2, "keshokutwa": 2}
NUMBERS = {"moja": 1, "pili": 2, "mbili": 2, "tatu": 3, "nne": 4, "tano": 5, "sita": 6, "saba": 7, "nane": 8, "tisa": 9,
           "kumi": 10, "kumi na moja": 11, "kumi na mbili": 12}
CLOCK = {
    "alfajiri": {10: 4, 11: 5},
    "asubuhi": {12: 6, 1: 7, 2: 8, 3: 9, 4: 10, 5: 11},
    "mchana": {6: 12, 7: 13, 8: 14, 9: 15},
    "alasiri": {8: 14, 9: 15, 10: 16, 11: 17},
    "jioni": {10: 16, 11: 17, 12: 18},
    "usiku": {1: 19, 2: 20, 3: 21, 4: 22, 5: 23, 6: 0, 7: 1, 8: 2, 9: 3},
}
"""Written out hour by hour, as the two clocks are taught side by side, not computed."""
MORE = {"": 0, "na nusu": 30, "na robo": 15, "kamili": 0}
_MONTH = re.compile(r"(?:tarehe )?(\d{1,2})(?: ya)?(?: mwezi wa (\w+)| (\w+))")
_MONTH_FIRST = re.compile(r"(\w+) (\d{1,2})")
_TIME = re.compile(r"(?:saa )?(\d{1,2}|kumi na \w+|\w+?)(?: (na nusu|na robo|kamili))? (\w+)")


def day(said: str, today: date) -> date | None:
    """The day that these words can only mean; a month without a year is the next such day from today on."""
    words = _plain(said)
    if words in NEAR:
        return today + timedelta(days=NEAR[words])
    weekday = words.removeprefix("siku ya ")
    if weekday in WEEKDAYS:
        return next(one for one in _from(today + timedelta(days=1)) if one.weekday() == WEEKDAYS.index(weekday))
    found = _MONTH.fullmatch(words)
    if found:
        return _next(int(found[1]), _month(found[2] or found[3], bool(found[2])), today)
    found = _MONTH_FIRST.fullmatch(words)
    return _next(int(found[2]), _month(found[1], False), today) if found else None


def time(said: str) -> str | None:
    """The time that these words can only mean, as HH:MM."""
    found = _TIME.fullmatch(_plain(said))
    if found is None:
        return None
    hour = int(found[1]) if found[1].isdigit() else NUMBERS.get(found[1], 0)
    of_24 = CLOCK.get(found[3], {}).get(hour)
    return None if of_24 is None else f"{of_24:02}:{MORE[found[2] or '']:02}"


def _plain(said: str) -> str:
    return " ".join(said.lower().split())


def _month(word: str, is_number: bool) -> int:
    if is_number:
        return int(word) if word.isdigit() else NUMBERS.get(word, 0)
    return MONTHS.index(word) + 1 if word in MONTHS else 0


def _from(first: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(366)]


def _next(number: int, month: int, today: date) -> date | None:
    return next((one for one in _from(today) if (one.day, one.month) == (number, month)), None)
