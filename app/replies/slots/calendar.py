"""Days as people say them, resolved against today: `kesho`, `next Friday`, `tarehe 5 Machi`, `5/3`, `in two weeks`."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.replies.slots.lengths import length_at, stay_at
from app.replies.slots.tokens import Token, number_at, phrases

WEEK = timedelta(days=7)
THIS = frozenset(("this", "hii"))
DAY = timedelta(days=1)
SATURDAY = 5
UNREAL = "unreal"
LONGEST_MONTH, MONTHS = 31, 12
FIRST_YEAR, LAST_YEAR = 2000, 2100
AMBIGUOUS = frozenset({"may", "march", "mar", "sept"})
"""Names of months that are other words too, so that they need a number or a word before them."""
GREETED_BY = (["za"], ["ya"], ["habari", "za"], ["habari", "ya"], ["hbr", "za"], ["habari", "yako"])
"""What comes before the day of a greeting: whoever asks `habari za leo` says no day."""
BETWEEN = frozenset({",", "the", "ya", "on", "siku", "-", "tarehe", "of"})
"""What may stand between a weekday and its date."""


@dataclass(frozen=True)
class SaidDay:
    """A day, or the days from `first` to `last`; it was said by the tokens from `start` to before `end`.

    `kind` is how: `relative`, `weekday`, `date`, `span` for a week, a weekend, a month, or `unreal` for a date that no
    year has (`31 April`).
    """

    start: int
    end: int
    first: date
    last: date
    kind: str

    def iso(self) -> str:
        """`2026-03-05`, or `2026-03-05/2026-03-08` for several days."""
        return "/".join(day.isoformat() for day in dict.fromkeys((self.first, self.last)))


def days_in(tokens: Sequence[Token], today: date) -> list[SaidDay]:
    """All days said, in their order."""
    found: list[SaidDay] = []
    place = 0
    while place < len(tokens):
        said = _day_at(tokens, place, today)
        found.extend([said] if said else [])
        place = said.end if said else place + 1
    return _lasting(_joined(_merged(found, tokens), tokens), tokens)


def _day_at(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    said = [found for reader in READERS if (found := reader(tokens, place, today))]
    return max(said, key=lambda found: found.end, default=None)


def _single(start: int, end: int, day: date, kind: str) -> SaidDay:
    return SaidDay(start, end, day, day, kind)


def _unreal(start: int, end: int, today: date) -> SaidDay:
    return _single(start, end, today, UNREAL)


def _relative(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    if [token.text for token in tokens[max(0, place - 2):place]] in GREETED_BY:
        return None
    start = place + 1 if tokens[place].text == "the" else place
    found = phrases("days_ahead").at(tokens, start)
    return _single(place, found[1], today + found[0] * DAY, "relative") if found else None


def _feast(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    found = phrases("feasts").at(tokens, place)
    day = day_of(found[0][1], found[0][0], None, today) if found else None
    return _single(place, found[1], day, "date") if found and day else None


def _digits(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`5/3`, `5-3-2026`, `2026-03-05`: the day comes first, unless that makes no date."""
    token = tokens[place]
    if token.kind not in ("iso", "dmy", "dm"):
        return None
    numbers = [int(part) for part in token.text.replace("/", "-").replace(".", "-").split("-")]
    if token.kind == "iso":
        numbers.reverse()
    day, month, year = numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None
    year = year + FIRST_YEAR if year is not None and year < 100 else year
    when = day_of(day, month, year, today) or day_of(month, day, year, today)
    if when is None and 1 <= day <= LONGEST_MONTH and 1 <= month <= MONTHS:
        return _unreal(place, place + 1, today)
    return _single(place, place + 1, when, "date") if when else None


def day_of(day: int, month: int, year: int | None, today: date) -> date | None:
    """That date; without a year the next one from today on. None where there is no such date."""
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    years = [year] if year is not None else range(today.year, today.year + 9)
    return next((when for one in years if (when := _date(one, month, day)) and (year or when >= today)), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_and_month(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`tarehe 5 Machi`, `5th of March 2026`, `tarehe 5 mwezi wa 6`, `2nd to 4th May`, `tarehe 5`, `the 5th`."""
    lead = phrases("date_lead").at(tokens, place)
    start = lead[1] if lead else place
    first = _number_of_day(tokens, start, bool(lead))
    if first is None:
        return None
    day, end, is_ordinal = first
    second = _second_day(tokens, end, bool(lead))
    month = _month_after(tokens, second[1] if second else end, today)
    if month:
        return _span_of(place, month[2], (day, second[0] if second else day), month[:2], today)
    is_tarehe = lead is not None and tokens[place].text != "the"
    if not is_tarehe and not (is_ordinal and tokens[start].kind == "number"):
        return None
    last, end = second if second and is_tarehe else (day, end)
    return _span_of(place, end, (day, last), (None, None), today)


def _number_of_day(tokens: Sequence[Token], place: int, is_led: bool) -> tuple[int, int, bool] | None:
    """The number of a day, the place after it and whether it is an ordinal."""
    ordinal = phrases("ordinals").at(tokens, place)
    if ordinal and (is_led or (ordinal[1] < len(tokens) and phrases("of").at(tokens, ordinal[1]))):
        return ordinal[0], ordinal[1], True
    number = number_at(tokens, place, 31)
    if number is None or number[0] < 1 or (tokens[place].kind == "word" and not is_led):
        return None
    after = phrases("ordinal").at(tokens, number[1])
    return number[0], after[1] if after else number[1], bool(after)


def _second_day(tokens: Sequence[Token], place: int, is_led: bool) -> tuple[int, int] | None:
    """The second day of `5 to 10 May`, `tarehe 5 na 6`."""
    to = phrases("to").at(tokens, place) or phrases("both").at(tokens, place)
    after = to[1] if to else place + 1 if place < len(tokens) and tokens[place].text == "-" else 0
    if not after:
        return None
    lead = phrases("date_lead").at(tokens, after)
    number = _number_of_day(tokens, lead[1] if lead else after, is_led)
    return number[:2] if number else None


def _month_after(tokens: Sequence[Token], place: int, today: date) -> tuple[int, int | None, int] | None:
    """The month and perhaps year that follow the number of a day, and the place after them."""
    of = phrases("of").at(tokens, place)
    start = of[1] if of else place
    month = phrases("months").at(tokens, start)
    if month:
        return (month[0], *_year_after(tokens, month[1]))
    is_month = of is not None and "mwezi" in {token.text for token in tokens[place:start]}
    number = number_at(tokens, start, 12) or phrases("ordinals").at(tokens, start) if is_month else None
    if number and 1 <= number[0] <= 12:
        return (number[0], *_year_after(tokens, number[1]))
    near = _month_near(tokens, place, today)
    return (near.first.month, near.first.year, near.end) if near else None


def _year_after(tokens: Sequence[Token], place: int) -> tuple[int | None, int]:
    start = place + 1 if place < len(tokens) and tokens[place].text == "," else place
    number = number_at(tokens, start)
    if number and tokens[start].kind == "number" and FIRST_YEAR <= number[0] <= LAST_YEAR:
        return number[0], number[1]
    return None, place


def _span_of(
    start: int, end: int, days: tuple[int, int], month: tuple[int | None, int | None], today: date,
) -> SaidDay | None:
    first, last = (_next_day(day, month, today) for day in days)
    if first is None or last is None:
        return _unreal(start, end, today) if month[0] is not None else None
    return SaidDay(start, end, first, last if last >= first else first, "date")


def _next_day(day: int, month: tuple[int | None, int | None], today: date) -> date | None:
    """The day of that month and year; of the next month that has it where no month was said."""
    if month[0] is not None:
        return day_of(day, month[0], month[1], today)
    months = (_months_on(today, ahead) for ahead in range(13))
    return next((when for one in months if (when := _date(one.year, one.month, day)) and when >= today), None)


def _months_on(today: date, ahead: int) -> date:
    """The first day of the month so many months ahead."""
    return date(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1, 1)


def _month_and_day(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`March 5th`, `Machi 5 hadi 10`, and a month by itself: `in March`, `mwezi wa tatu`."""
    month = phrases("months").at(tokens, place)
    if month is None:
        return None
    lead = phrases("date_lead").at(tokens, month[1])
    first = _number_of_day(tokens, lead[1] if lead else month[1], bool(lead))
    if first is None or (first[1] < len(tokens) and tokens[first[1]].text in (":", "am", "pm")):
        return _whole_month(tokens, place, month, today)
    second = _second_day(tokens, first[1], False)
    is_two = second is not None and not _month_after(tokens, second[1], today)
    year, end = _year_after(tokens, second[1] if second and is_two else first[1])
    last = second[0] if second and is_two else first[0]
    return _span_of(place, end, (first[0], last), (month[0], year), today)


def _whole_month(tokens: Sequence[Token], place: int, month: tuple[int, int], today: date) -> SaidDay | None:
    name, before = tokens[place].text, tokens[place - 1].text if place else ""
    if name in AMBIGUOUS and before not in ("in", "this", "next", "of"):
        return None
    year, end = _year_after(tokens, month[1])
    this_or_next = today.year if month[0] >= today.month else today.year + 1
    first = date(year or this_or_next, month[0], 1)
    return SaidDay(place, end, first, _months_on(first, 1) - DAY, "span")


def _numbered_month(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`mwezi wa tano tarehe 12`, and `mwezi wa tano` by itself."""
    if [token.text for token in tokens[place:place + 2]] != ["mwezi", "wa"]:
        return None
    month = number_at(tokens, place + 2, 12) or phrases("ordinals").at(tokens, place + 2)
    if month is None or not 1 <= month[0] <= 12:
        return None
    lead = phrases("date_lead").at(tokens, month[1])
    day = _number_of_day(tokens, lead[1], True) if lead else None
    if day is None:
        return _whole_month(tokens, place, month, today)
    return _span_of(place, day[1], (day[0], day[0]), (month[0], None), today)


def _weekday(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`Friday`, `next Friday` (of next week), `Jumamosi ijayo` (the coming one), `Friday next week`."""
    is_next = phrases("next").at(tokens, place)
    is_past = phrases("past").at(tokens, place)
    is_this = phrases("coming").at(tokens, place)
    lead = is_next or is_past or is_this
    found = phrases("weekdays").at(tokens, lead[1] if lead else place)
    if found is None:
        return None
    weekday, end = found
    next_after, past_after = phrases("next_after").at(tokens, end), phrases("past_after").at(tokens, end)
    coming_after = phrases("coming_after").at(tokens, end)
    after = next_after or past_after or coming_after
    this = [is_this and tokens[is_this[1] - 1].text, coming_after and tokens[coming_after[1] - 1].text]
    # `Jumanne hii` may be today, `Jumanne ijayo` never is.
    day = _coming(weekday, today, not THIS.isdisjoint(this))
    if not after and not lead and _is_over(tokens, place):
        day = _coming(weekday, today, False) - WEEK
    elif is_next or next_after:
        day = _monday(today) + WEEK + weekday * DAY
    elif is_past or past_after:
        day = _coming(weekday, today, True) - WEEK
    return _single(place, after[1] if after else end, day, "weekday")


def _is_over(tokens: Sequence[Token], place: int) -> bool:
    """Whether what stands before a day speaks of one that was: `since Monday`, `niliagiza Jumamosi`."""
    was = phrases("was")
    return any(found and found[1] == place for back in (1, 2, 3) if (found := was.at(tokens, place - back)))


def _coming(weekday: int, today: date, may_be_today: bool) -> date:
    ahead = (weekday - today.weekday()) % 7
    return today + (ahead if ahead or may_be_today else 7) * DAY


def _monday(today: date) -> date:
    return today - today.weekday() * DAY


def _week(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """This or next week or weekend, in English and Swahili order."""
    is_next, is_this = phrases("next").at(tokens, place), phrases("coming").at(tokens, place)
    is_past = phrases("past").at(tokens, place)
    lead = is_next or is_this or is_past
    start = lead[1] if lead else place
    weekend, week = phrases("weekend").at(tokens, start), phrases("week").at(tokens, start)
    found = weekend or week
    if found is None:
        return None
    after = phrases("coming_after").at(tokens, found[1]) or phrases("past_after").at(tokens, found[1])
    said = tokens[found[1]].text if found[1] < len(tokens) else ""
    shift = 7 * bool(is_next or (after and said in ("ijayo", "inayokuja", "inayofuata", "ijao")))
    shift -= 7 * bool(is_past or (after and said == "iliyopita"))
    if not weekend and not lead and not after:
        return None
    end = after[1] if after else found[1]
    monday = _monday(today) + shift * DAY
    if weekend:
        saturday = monday + SATURDAY * DAY
        return SaidDay(place, end, max(saturday, today) if not shift else saturday, saturday + DAY, "span")
    return SaidDay(place, end, max(monday, today) if shift == 0 else monday, monday + 6 * DAY, "span")


def _month_near(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`this month`, `next month`, `last month`, `of this month`, `mwezi huu`, `mwezi ujao`, `mwezi uliopita`."""
    of = phrases("of").at(tokens, place)
    start = place + 1 if of and tokens[place].text in ("of", "ya") else place
    is_next, is_past = phrases("next").at(tokens, start), phrases("past").at(tokens, start)
    lead = is_next or is_past or phrases("coming").at(tokens, start)
    month = phrases("month").at(tokens, lead[1] if lead else start)
    if month is None:
        return None
    after = tokens[month[1]].text if month[1] < len(tokens) else ""
    is_next_after, is_past_after = after in ("ujao", "ijayo", "unaokuja", "kesho"), after in ("uliopita", "uliyopita")
    if not lead and not is_next_after and not is_past_after and after != "huu":
        return None
    end = month[1] + (0 if lead else 1)
    if is_past or (is_past_after and not lead):
        first = _months_on(today, -1)
        return SaidDay(place, end, first, _months_on(first, 1) - DAY, "span")
    first = _months_on(today, 1 if is_next or is_next_after else 0)
    return SaidDay(place, end, max(first, today), _months_on(first, 1) - DAY, "span")


def _week_of_month(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`wiki ya kwanza ya Aprili`, `first week of April`."""
    week = phrases("week").at(tokens, place)
    start = phrases("of").skip(tokens, week[1]) if week else place
    ordinal = phrases("ordinals").at(tokens, start)
    if ordinal is None or ordinal[0] > 4:
        return None
    after = ordinal[1] if week else phrases("week").skip(tokens, ordinal[1])
    month = _month_after(tokens, after, today) if week or after > ordinal[1] else None
    first = day_of(7 * ordinal[0] - 6, month[0], month[1], today) if month else None
    return SaidDay(place, month[2], first, first + 6 * DAY, "span") if month and first else None


def _ahead(tokens: Sequence[Token], place: int, today: date) -> SaidDay | None:
    """`in two weeks`, `3 days from now`, `baada ya siku tatu`, `wiki mbili zijazo`."""
    lead = phrases("in").at(tokens, place)
    start = lead[1] if lead else place
    read = length_at(tokens, start)
    if read is None:
        return None
    days, months, end = read
    after = phrases("from_now").at(tokens, end)
    if not lead and not after:
        return None
    end = after[1] if after else end
    if months:
        first = _months_on(today, months)
        return _single(place, end, min(first + (today.day - 1) * DAY, _months_on(first, 1) - DAY), "relative")
    return _single(place, end, today + days * DAY, "relative")


READERS: tuple[Callable[[Sequence[Token], int, date], SaidDay | None], ...] = (
    _relative, _feast, _digits, _day_and_month, _month_and_day, _numbered_month, _weekday, _week, _month_near,
    _week_of_month, _ahead,
)


def _merged(found: list[SaidDay], tokens: Sequence[Token]) -> list[SaidDay]:
    """A weekday beside its date is that date, and beside a week the day of that week."""
    for place, (first, second) in enumerate(zip(found, found[1:], strict=False)):
        between = {token.text for token in tokens[first.end:second.start]}
        kinds = {first.kind, second.kind}
        if not between <= BETWEEN or "weekday" not in kinds or len(kinds) < 2 or "relative" in kinds:
            continue
        weekday, other = (first, second) if first.kind == "weekday" else (second, first)
        if other.kind == "span":
            day = next((d for d in _days_of(other) if d.weekday() == weekday.first.weekday()), weekday.first)
            other = replace(other, first=day, last=day, kind="weekday")
        merged = replace(other, start=first.start, end=second.end)
        return _merged([*found[:place], merged, *found[place + 2:]], tokens)
    return found


def _days_of(span: SaidDay) -> list[date]:
    return [span.first + ahead * DAY for ahead in range(min((span.last - span.first).days, 31) + 1)]


def _joined(found: list[SaidDay], tokens: Sequence[Token]) -> list[SaidDay]:
    """Two days with `to` between them as a span."""
    for place, (first, second) in enumerate(zip(found, found[1:], strict=False)):
        to = phrases("to").at(tokens, first.end)
        end = to[1] if to else first.end + 1 if second.start > first.end and tokens[first.end].text == "-" else 0
        if second.kind == "weekday" and second.first <= first.first:
            second = replace(second, first=second.first + WEEK, last=second.last + WEEK)
        if end and {token.text for token in tokens[end:second.start]} <= BETWEEN and second.first > first.first:
            return [*found[:place], replace(first, end=second.end, last=second.last), *found[place + 2:]]
    return found


def _lasting(found: list[SaidDay], tokens: Sequence[Token]) -> list[SaidDay]:
    """A day with the length of a stay (`for 3 nights`, `kwa siku tatu`) as a span."""
    stays = [stay for place in range(len(tokens)) if (stay := stay_at(tokens, place))]
    if len(found) != 1 or not stays or found[0].first != found[0].last:
        return found
    return [replace(found[0], last=found[0].first + stays[0][0] * DAY)]
