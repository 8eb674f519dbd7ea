"""All slots of one message together: what one reader took is not read again by the next."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.replies.slots.calendar import UNREAL, SaidDay, days_in
from app.replies.slots.clock import HOUR, SaidTime, times_in
from app.replies.slots.labels import Labels, read_labels
from app.replies.slots.lengths import stay_at
from app.replies.slots.tokens import Token, number_at, phrases, tokens_of

MOST_PEOPLE, MOST_THINGS = 500, 999
TAKEN = Token("|", "mark")
REGIONS = {
    "Africa/Nairobi": "KE", "Africa/Kampala": "UG", "Africa/Kigali": "RW", "Africa/Bujumbura": "BI",
    "Africa/Lubumbashi": "CD", "Africa/Kinshasa": "CD", "Africa/Maputo": "MZ", "Africa/Lusaka": "ZM",
    "Africa/Blantyre": "MW", "Africa/Addis_Ababa": "ET", "Africa/Mogadishu": "SO", "Indian/Comoro": "KM",
}
LONGEST_DURATION = 24 * 60
COUNTED_PEOPLE = frozenset({"wawili", "watatu", "wanne", "watano", "wanane"})
"""Swahili numbers in the form that counts people alone."""
TALK = frozenset({"a", "an", "one", "moja"})
"""Numbers that are mostly no count."""
PLACED_BY = frozenset({"at", "on", "for"})
HEDGES = frozenset({"if", "why", "kama", "kwanini", "mbona"})


@dataclass(frozen=True)
class Slots:
    """What was said: days and times in the customer's words resolved; None or nothing where it was not said."""

    day: SaidDay | None = None
    time: SaidTime | None = None
    people: int | None = None
    quantity: int | None = None
    labels: Labels = Labels()
    is_unreal_day: bool = False
    """Whether the only date that was said is one that there is not: `31 April`."""


def region_of(zone: str) -> str:
    """The country whose phone numbers people of a time zone write without its code."""
    return REGIONS.get(zone, "TZ")


def read_slots(text: str, local: datetime, region: str = "TZ") -> Slots:
    """The slots of a message; `local` is now in the zone of the business, `region` whose phone numbers are usual."""
    labels = read_labels(text, region)
    tokens = tokens_of(labels.rest)
    soon, tokens = _soon(tokens, local)
    dates = days_in(tokens, local.date())
    denied = _denied_from(tokens)
    tokens = _without_stays(_without_numbers(tokens, dates))
    days = [day for day in dates if day.kind != UNREAL and day.start not in denied]
    duration, tokens = _duration(tokens)
    people, tokens = _people(tokens, denied)
    times = [soon] if soon else times_in(tokens)
    meant = [time for time in times if time.start not in denied]
    time = _lasting(meant[0], duration) if meant else None
    day = next((day for day in days if day.first == day.last), days[0] if days else None)
    if soon and not day:
        when = local + timedelta(minutes=soon.minutes - local.hour * HOUR - local.minute)
        day = SaidDay(soon.start, soon.end, when.date(), when.date(), "relative")
        time = SaidTime(soon.start, soon.end, when.hour * HOUR + when.minute)
    return Slots(day, time, people, _quantity(_blank(tokens, times)), labels,
                 is_unreal_day=bool(dates) and all(day.kind == UNREAL for day in dates))


def _denied_from(tokens: Sequence[Token]) -> frozenset[int]:
    """The places at which begins what the customer does not mean: `not Friday but Saturday`, `sio kesho`.

    `If not Friday` and `why not Friday` deny nothing.
    """
    denied: set[int] = set()
    for place in range(len(tokens)):
        denial = phrases("denials", "").at(tokens, place)
        if denial and not (place and tokens[place - 1].text in HEDGES):
            after = denial[1]
            denied |= {after, after + (after < len(tokens) and tokens[after].text in PLACED_BY)}
    return frozenset(denied)


def _blank(tokens: Sequence[Token], said: Sequence[SaidDay | SaidTime]) -> tuple[Token, ...]:
    taken = {place for one in said for place in range(one.start, one.end)}
    return tuple(TAKEN if place in taken else token for place, token in enumerate(tokens))


def _without_numbers(tokens: Sequence[Token], days: Sequence[SaidDay]) -> tuple[Token, ...]:
    """The tokens without the numbers of dates; `tonight` and `asubuhi` stay, they tell the time too."""
    taken = {place for day in days for place in range(day.start, day.end)}
    return tuple(
        TAKEN if place in taken and (token.kind != "word" or number_at(tokens, place)) else token
        for place, token in enumerate(tokens)
    )


def _without_stays(tokens: Sequence[Token]) -> tuple[Token, ...]:
    stays = [SaidTime(place, stay[1], 0) for place in range(len(tokens)) if (stay := stay_at(tokens, place))]
    return _blank(tokens, stays)


def _hours_at(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """A length of time at a place, in minutes, in either order (`2 hours`, `masaa mawili`), and the place after it."""
    number = number_at(tokens, place, LONGEST_DURATION)
    unit = _clock_unit(tokens, number[1] if number else place)
    number = number or (number_at(tokens, unit[1], LONGEST_DURATION) if unit else None)
    if unit is None or number is None:
        return None
    end = max(number[1], unit[1])
    half = " ".join(token.text for token in tokens[end:end + 2]) in ("na nusu", "and half")
    minutes = number[0] * unit[0] + (30 if half and unit[0] == HOUR else 0)
    return (minutes, end + 2 * half) if 0 < minutes <= LONGEST_DURATION else None


def _clock_unit(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    for name, minutes in (("hours", HOUR), ("minutes", 1)):
        found = phrases(name).at(tokens, place)
        if found:
            return minutes, found[1]
    return None


def _soon(tokens: Sequence[Token], local: datetime) -> tuple[SaidTime | None, tuple[Token, ...]]:
    """`in two hours`, `baada ya dakika 30`: minutes of local midnight, perhaps beyond the day's end."""
    for place in range(len(tokens)):
        lead = phrases("in").at(tokens, place)
        length = _hours_at(tokens, lead[1]) if lead else None
        if length:
            said = SaidTime(place, length[1], local.hour * HOUR + local.minute + length[0])
            return said, _blank(tokens, [said])
    return None, tuple(tokens)


def _duration(tokens: Sequence[Token]) -> tuple[int, tuple[Token, ...]]:
    """`for two hours`, `kwa masaa mawili`: how many minutes, 0 where none are said."""
    for place in range(len(tokens)):
        lead = phrases("for").at(tokens, place)
        length = _hours_at(tokens, lead[1]) if lead else None
        if length:
            return length[0], _blank(tokens, [SaidTime(place, length[1], 0)])
    return 0, tuple(tokens)


def _lasting(time: SaidTime, duration: int) -> SaidTime:
    """The time as a span where its length was said."""
    if not duration or time.until is not None or time.minutes + duration >= LONGEST_DURATION:
        return time
    return SaidTime(time.start, time.end, time.minutes, time.minutes + duration)


def _people(tokens: Sequence[Token], denied: frozenset[int]) -> tuple[int | None, tuple[Token, ...]]:
    """How many people come: `4 people`, `table for two`, `watu wanne`, `just me`."""
    for place in range(len(tokens)):
        company = phrases("people_with_me", "").at(tokens, place)
        found = _with_me(tokens, company[1]) if company else _people_at(tokens, place)
        if found and 1 <= found[0] <= MOST_PEOPLE:
            rest = _blank(tokens, [SaidTime(place, found[1], 0)])
            return _people(rest, denied) if place in denied else (found[0], rest)
    return None, tuple(tokens)


def _people_at(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    alone = phrases("people_alone", "").at(tokens, place)
    if alone and tokens[place].text != "for":
        return 1, alone[1]
    lead = phrases("people_before", "").at(tokens, place)
    number = number_at(tokens, lead[1] if lead else place, MOST_PEOPLE)
    if number is None:
        return None
    if lead and not _counts_time(tokens, number[1]):
        return number
    if tokens[place].text in COUNTED_PEOPLE:
        return number
    after = phrases("people", "").at(tokens, number[1])
    if after:
        return number[0], after[1]
    is_for = place > 0 and tokens[place - 1].text == "for" and tokens[place].text not in TALK
    is_last = number[1] == len(tokens) or tokens[number[1]].kind in ("mark",) or _begins_a_time(tokens, number[1])
    return number if is_for and is_last else None


def _with_me(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """Whoever writes, and who is named or counted beside: `me and my wife`, `mimi na marafiki wangu watatu`."""
    for at in range(place, min(place + 3, len(tokens))):
        number = number_at(tokens, at, MOST_PEOPLE)
        if number:
            return number[0] + 1, number[1]
    one = phrases("companions", "").at(tokens, place)
    return (2, one[1]) if one else None


def _counts_time(tokens: Sequence[Token], place: int) -> bool:
    names = ("day", "weeks", "month_units", "hours", "minutes", "ordinal")
    return any(phrases(name).at(tokens, place) for name in names) or (
        place < len(tokens) and tokens[place].text in ("am", "pm", "oclock"))


def _begins_a_time(tokens: Sequence[Token], place: int) -> bool:
    names = ("days_ahead", "weekdays", "at", "parts", "next", "coming")
    return tokens[place].text in ("on", "please", "tafadhali", "saa") or any(
        phrases(name).at(tokens, place) for name in names)


def _quantity(tokens: Sequence[Token]) -> int | None:
    """The one number that is left and counts something."""
    units = phrases("units", "")
    counts, place = [], 0
    while place < len(tokens):
        number = number_at(tokens, place, MOST_THINGS)
        if number and number[0] and tokens[place].text not in TALK and not units.at(tokens, number[1]) \
                and not (place and units.at(tokens, place - 1)):
            counts.append(number[0])
        place = number[1] if number else place + 1
    return counts[0] if len(set(counts)) == 1 else None
