"""Times of day as people say them: `3 pm`, `half past seven`, and the Swahili clock, whose day begins at six."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.replies.slots.tokens import Token, number_at, phrases

HOUR, NOON, DAY = 60, 12 * 60, 24 * 60
SWAHILI_SHIFT = 6
FIRST_HOUR, LAST_HOUR = 6, 18
"""Hours said without a part of the day are looked for from the first to the last of these, half a day."""
WESTERN_AM_FROM = 7
GREETED = frozenset({"good", "za"})
WISHED = frozenset({"mwema", "njema"})
SWAHILI_PARTS = frozenset({"asubuhi", "asbuhi", "mchana", "alasiri", "jioni", "usiku", "alfajiri", "adhuhuri"})
AT_NIGHT_UNTIL = 5
DAWN = 5 * HOUR
FOUR_DIGITS = 4


@dataclass(frozen=True)
class Part:
    """A part of the day, from minute to minute since midnight; `name` is how it was said."""

    name: str
    opens: int
    closes: int


@dataclass(frozen=True)
class SaidTime:
    """A time in minutes since midnight; `until` ends a span, `other` is how it may also be meant (12 hours apart).

    It was said by the tokens from `start` to before `end`.
    """

    start: int
    end: int
    minutes: int
    until: int | None = None
    other: int | None = None
    is_part: bool = False

    def iso(self) -> str:
        """`15:00`, or `15:00/17:00` for a span."""
        return clock_text(self.minutes) + (f"/{clock_text(self.until)}" if self.until is not None else "")


def clock_text(minutes: int) -> str:
    """Minutes since midnight as `HH:MM`; the end of the day is 23:59."""
    hour, minute = divmod(min(minutes, DAY - 1), 60)
    return f"{hour:02}:{minute:02}"


def times_in(tokens: Sequence[Token]) -> list[SaidTime]:
    """All times said, in their order; a part of the day by itself is a span."""
    parts = _parts(tokens)
    around = next((part for _, _, part in parts), None) if len(parts) == 1 else None
    found: list[SaidTime] = []
    place = 0
    while place < len(tokens):
        said = _clock_at(tokens, place, around)
        found.extend([said] if said else [])
        place = said.end if said else place + 1
    if not found:
        return [SaidTime(start, end, part.opens * HOUR, part.closes * HOUR if part.closes > part.opens else None,
                         is_part=part.closes > part.opens) for start, end, part in parts]
    return _joined(found, tokens)


def _clock_at(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    readers: tuple[Callable[[Sequence[Token], int, Part | None], SaidTime | None], ...] = (
        _swahili, _worded, _digital, _bare_span, _hour_of_24, _of_four_digits, _hour,
    )
    return next((said for reader in readers if (said := reader(tokens, place, around))), None)


def part_at(tokens: Sequence[Token], place: int) -> tuple[Part, int] | None:
    """The part of the day at a place, perhaps after `in the` or `ya`, and the place after it."""
    for skipped in (0, 1, 2):
        before = [token.text for token in tokens[place:place + skipped]]
        if any(word not in ("in", "the", "at", "ya", "za", ",", "ya", "leo", "this") for word in before):
            return None
        found = phrases("parts").at(tokens, place + skipped)
        if found:
            start = place + skipped
            name = " ".join(token.text for token in tokens[start:found[1]])
            return Part(name, *found[0]), found[1]
    return None


def _parts(tokens: Sequence[Token]) -> list[tuple[int, int, Part]]:
    found, place = [], 0
    while place < len(tokens):
        said = phrases("parts").at(tokens, place)
        if said and not _is_greeting(tokens, place, said[1]):
            found.append((place, said[1], Part(" ".join(t.text for t in tokens[place:said[1]]), *said[0])))
        place = said[1] if said else place + 1
    return found


def _is_greeting(tokens: Sequence[Token], start: int, end: int) -> bool:
    before = tokens[start - 1].text if start else ""
    after = tokens[end].text if end < len(tokens) else ""
    is_clock = start > 1 and (tokens[start - 2].kind in ("number", "clock") or number_at(tokens, start - 2) is not None)
    return after in WISHED or (before in GREETED and not is_clock)


def _swahili(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`saa mbili na nusu usiku`, `saa 4:30 asubuhi`."""
    if tokens[place].text not in ("saa", "saa'") or _is_length(tokens, place):
        return None
    read = _hour_and_minute(tokens, place + 1) or _number_as_hour(tokens, place + 1)
    if read is None:
        return None
    hour, minute, end = read
    more, end = _minutes_after(tokens, end)
    more = more or _minutes_before(tokens, place)
    part = part_at(tokens, end)
    period, end = part if part else (around, end)
    # A whole hour and 60 minutes more or less: `saa tatu kasoro robo`.
    if hour > 12:
        return SaidTime(place, end, (hour * HOUR + minute + more) % DAY)
    minutes, other = swahili_time(hour, minute + more, period)
    return SaidTime(place, end, minutes, other=other)


def _is_length(tokens: Sequence[Token], place: int) -> bool:
    """Whether hours are a length of time here: `baada ya saa mbili`, `kwa saa 2`."""
    before = tuple(token.text for token in tokens[max(0, place - 2):place])
    return " ".join(before) in ("baada ya", "ndani ya", "muda wa") or (bool(before) and before[-1] == "kwa")


def swahili_time(hour: int, minutes: int, part: Part | None) -> tuple[int, int | None]:
    """The minutes since midnight of an hour of the Swahili clock (1 to 12), and how it may also be meant."""
    early = ((hour + SWAHILI_SHIFT) % 12) * HOUR + minutes
    if part is None:
        first = early if early >= FIRST_HOUR * HOUR else early + NOON
        first = first if first <= LAST_HOUR * HOUR + 59 else first - NOON
        return first % DAY, (first + NOON) % DAY
    name = part.name.split(" ")[0]
    if name == "alfajiri":
        return early % DAY, None
    if name in ("usiku", "night", "tonight", "midnight"):
        is_after_midnight = hour >= SWAHILI_SHIFT and hour < 12
        return (early if is_after_midnight else early + NOON) % DAY, None
    if name in ("asubuhi", "asbuhi", "morning", "early", "late"):
        return _in_the_morning(hour, early, minutes), None
    # Hours before noon are called mchana too, from ten on.
    is_before_noon = name == "mchana" and hour in (4, 5)
    return (early if is_before_noon else early + NOON) % DAY, None


def _in_the_morning(hour: int, early: int, minutes: int) -> int:
    if hour == SWAHILI_SHIFT:
        return NOON + minutes
    # Nobody means half past four at night by 10:30 asubuhi: that hour is told by the other clock.
    return early if early >= DAWN else hour * HOUR + minutes


def _number_as_hour(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    number = number_at(tokens, place, 24)
    return (number[0], 0, number[1]) if number and number[0] >= 1 else None


def _hour_and_minute(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    """Digits such as `10:30`: hour, minute, and the place after."""
    if place >= len(tokens) or tokens[place].kind != "clock":
        return None
    hour, minute = (int(part) for part in tokens[place].text.replace(".", ":").split(":"))
    return (hour, minute, place + 1) if hour <= 24 and minute < 60 else None


def _minutes_after(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """What follows a Swahili hour: `na nusu`, `kasoro dakika tano`, `kamili`; minutes and the place after."""
    words = [token.text for token in tokens[place:place + 3]] + ["", "", ""]
    sign = {"na": 1, "kasoro": -1, "kasorobo": -1, "u": 1}.get(words[0], 0)
    if words[0] == "kasorobo":
        return -15, place + 1
    if words[0] in ("nusu", "unusu"):
        return 30, place + 1
    if words[0] in ("kamili", "sharp"):
        return 0, place + 1
    if sign and words[1] in ("nusu", "robo"):
        return sign * (30 if words[1] == "nusu" else 15), place + 2
    if sign and words[1] == "dakika":
        number = number_at(tokens, place + 2, 59)
        return (sign * number[0], number[1]) if number else (0, place)
    number = number_at(tokens, place + 1, 59) if words[0] == "kasoro" else None
    return (-number[0], number[1]) if number else (0, place)


def _minutes_before(tokens: Sequence[Token], place: int) -> int:
    """What some say before a Swahili hour: `kasoro robo saa nne`."""
    words = [token.text for token in tokens[max(0, place - 3):place]]
    is_of_this_hour = len(words) < 3 or number_at(tokens, place - 3) is None
    return -15 if is_of_this_hour and (words[-2:] == ["kasoro", "robo"] or words[-1:] == ["kasorobo"]) else 0


def _worded(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`half past seven`, `quarter to 5 pm`, `ten past three`."""
    words = [token.text for token in tokens[place:place + 2]] + ["", ""]
    start = place + 1 if words[0] in ("a", "at") else place
    lead = {"half": 30, "quarter": 15}.get(tokens[start].text if start < len(tokens) else "")
    number = number_at(tokens, start, 29) if lead is None else (lead, start + 1)
    after = number[1] if number else len(tokens)
    sign = {"past": 1, "to": -1}.get(tokens[after].text if after < len(tokens) else "", 0)
    hour = number_at(tokens, after + 1, 12) if number else None
    if not sign or hour is None or number is None or (lead is None and (sign < 0 or number[0] % 5)):
        return None
    return _western(tokens, (place, hour[1]), (hour[0], sign * number[0]), around)


def _digital(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`10:30`, `6.00pm`, `9:00 usiku`."""
    start = place
    read = _hour_and_minute(tokens, place)
    if read is None:
        return None
    hour, minute, end = read
    is_told = bool(_half(tokens, end)) or part_at(tokens, end) is not None or _after_at(tokens, place)
    if "." in tokens[place].text and not is_told:
        return None
    if _swahili_part(tokens, end) and 1 <= hour <= 12:
        part = part_at(tokens, end)
        minutes, _ = swahili_time(hour, minute, part[0] if part else None)
        return SaidTime(start, part[1] if part else end, minutes)
    return _western(tokens, (start, end), (hour, minute), around, tokens[place].text.startswith("0") or hour > 12)


def _bare_span(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """The first hour of `3 to 5 pm`, `between 9 and 11:30`, `10-12`; the second is read by itself and joined to it."""
    number = number_at(tokens, place, 24)
    to = (_to_at(tokens, number[1]) or _and_at(tokens, place, number[1])) if number else None
    if number is None or to is None or to >= len(tokens):
        return None
    after = to
    second = _digital(tokens, after, around) or _hour(tokens, after, around)
    if second is None:
        return None
    hour = number[0] * HOUR
    nearest = max((h for h in (hour % NOON, hour % NOON + NOON) if h < second.minutes), default=hour)
    return SaidTime(place, second.end, nearest if hour <= NOON else hour % DAY, until=second.minutes)


def _to_at(tokens: Sequence[Token], place: int) -> int | None:
    """The place after `to` or a dash."""
    if place < len(tokens) and tokens[place].text == "-":
        return place + 1
    to = phrases("to").at(tokens, place)
    return to[1] if to else None


def _and_at(tokens: Sequence[Token], first: int, place: int) -> int | None:
    """The place after `and`, where the number before it stands after `between`."""
    between, both = phrases("between"), phrases("both").at(tokens, place)
    is_between = any(found and found[1] == first for back in (1, 2) if (found := between.at(tokens, first - back)))
    return both[1] if both and is_between else None


def _hour_of_24(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`18h`, `8h30`."""
    number = number_at(tokens, place, 24)
    if number is None or tokens[place].kind != "number" or number[1] >= len(tokens) or tokens[number[1]].text != "h":
        return None
    minute = number_at(tokens, number[1] + 1, 59)
    more, end = minute or (0, number[1] + 1)
    return SaidTime(place, end, (number[0] * HOUR + more) % DAY)


def _of_four_digits(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`1430hrs`."""
    written, after = tokens[place].text, tokens[place + 1].text if place + 1 < len(tokens) else ""
    if tokens[place].kind != "number" or len(written) != FOUR_DIGITS or after not in ("h", "hr", "hrs", "hours"):
        return None
    hour, minute = divmod(int(written), 100)
    return SaidTime(place, place + 2, hour * HOUR + minute) if hour * HOUR < DAY and minute < HOUR else None


def _hour(tokens: Sequence[Token], place: int, around: Part | None) -> SaidTime | None:
    """`3pm`, `10 o'clock`, `at 10`, `seven thirty pm`, `10 jioni`."""
    number = number_at(tokens, place, 24)
    if number is None or number[0] == 0:
        return None
    hour, end = number
    if _swahili_part(tokens, end) and hour <= 12 and tokens[place].kind == "number":
        part = part_at(tokens, end)
        return SaidTime(place, part[1] if part else end, swahili_time(hour, 0, part[0] if part else None)[0])
    minute = number_at(tokens, end, 59)
    if minute and minute[0] >= 10 and tokens[place].kind == "word" and tokens[end].kind == "word":
        half = _half(tokens, minute[1])
        said = _western(tokens, (place, minute[1]), (hour, minute[0]), around)
        return said if half or _after_at(tokens, place) else None
    is_clock = end < len(tokens) and tokens[end].text in ("oclock", "hrs")
    is_said = is_clock or _half(tokens, end) or _after_at(tokens, place) or _english_part(tokens, end)
    if not is_said or (_after_at(tokens, place) and _counts_something(tokens, end)):
        return None
    return _western(tokens, (place, end + is_clock), (hour, 0), around)


def _counts_something(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word follows that makes the number a count (`from 2 people`)."""
    if place >= len(tokens) or tokens[place].kind != "word":
        return False
    units = ("day", "weeks", "hours", "minutes", "month_units", "ordinal", "months", "of")
    return any(phrases(unit).at(tokens, place) for unit in units) or bool(phrases("people", "").at(tokens, place))


def _after_at(tokens: Sequence[Token], place: int) -> bool:
    return place > 0 and bool(phrases("at").at(tokens, place - 1))


def _half(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].text if place < len(tokens) and tokens[place].text in ("am", "pm") else ""


def _swahili_part(tokens: Sequence[Token], place: int) -> bool:
    part = part_at(tokens, place)
    return bool(part) and part is not None and part[0].name.split(" ")[0] in SWAHILI_PARTS


def _english_part(tokens: Sequence[Token], place: int) -> bool:
    return bool(part_at(tokens, place)) and not _swahili_part(tokens, place)


def _western(
    tokens: Sequence[Token], place: tuple[int, int], clock: tuple[int, int], around: Part | None,
    is_exact: bool = False,
) -> SaidTime:
    """A time, as hour and minutes, of the clock that begins at midnight and noon; `place` is where it was said."""
    (start, end), (hour, minutes) = place, clock
    end = end + 1 if end < len(tokens) and tokens[end].text in ("oclock", "hrs", "hours") else end
    half = _half(tokens, end)
    part = part_at(tokens, end + bool(half))
    end = part[1] if part else end + bool(half)
    period = part[0] if part else around
    total = hour * HOUR + minutes
    if half or not (is_exact or hour > 12):
        return SaidTime(start, end, *_of_half_day(hour % 12 * HOUR + minutes, half, period))
    return SaidTime(start, end, total % DAY)


def _of_half_day(early: int, half: str, part: Part | None) -> tuple[int, None, int | None]:
    """A time known up to 12 hours, placed by `am`, `pm` or the part of the day; otherwise by day, and perhaps not."""
    if half:
        return (early if half == "am" else early + NOON) % DAY, None, None
    if part is None:
        first = early if early >= WESTERN_AM_FROM * HOUR else early + NOON
        return first, None, (first + NOON) % DAY
    if part.opens >= 18 or part.name in ("usiku", "night"):
        return (early if early < AT_NIGHT_UNTIL * HOUR else early + NOON) % DAY, None, None
    return (early if part.opens < 12 and part.closes <= 12 and early >= 60 else early + NOON) % DAY, None, None


def _joined(found: list[SaidTime], tokens: Sequence[Token]) -> list[SaidTime]:
    """Two times with `to` between them as a span; the first takes its half of the day from the second."""
    for place, (first, second) in enumerate(zip(found, found[1:], strict=False)):
        between = [token.text for token in tokens[first.end:second.start]]
        to = _to_at(tokens, first.end)
        is_to = to is not None and set(between[to - first.end:]) <= {"saa", "at"}
        is_and = between in (["and"], ["na"])
        if (is_to or is_and) and first.until is None and second.until is None:
            begins = first.minutes
            if first.other is not None and second.other is None and first.other < second.minutes:
                begins = max(time for time in (first.minutes, first.other) if time < second.minutes)
            span = replace(first, end=second.end, minutes=begins, until=second.minutes, other=None)
            return [*found[:place], span, *found[place + 2:]]
    return found
