from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.replies.hours import DAYS, closing, is_open, next_opening, read_hours

DAR = ZoneInfo("Africa/Dar_es_Salaam")
WEEK = {"mon": [["08:00", "12:00"], ["14:00", "18:00"]], "fri": [["20:00", "02:00"]], "sat": [["09:00", "24:00"]]}


def hours(stored):
    problems: list[str] = []
    read = read_hours(stored, problems)
    assert problems == []
    return read


def at(day: int, clock: str, zone: ZoneInfo = DAR) -> datetime:
    """A day of March 2026, of which the 2nd is a Monday."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=zone)


@pytest.mark.parametrize(("day", "clock", "is_open_then"), [
    (2, "07:59", False), (2, "08:00", True), (2, "11:59", True), (2, "12:00", False), (2, "13:00", False),
    (2, "14:00", True), (2, "18:00", False), (3, "10:00", False), (6, "19:59", False), (6, "20:00", True),
    (7, "00:30", True), (7, "01:59", True), (7, "02:00", False), (7, "09:00", True), (7, "23:59", True),
    (8, "00:00", False),
])
def test_it_is_open_within_its_spans_also_past_midnight(day, clock, is_open_then):
    assert is_open(hours(WEEK), at(day, clock)) is is_open_then


@pytest.mark.parametrize(("now", "opens"), [
    (at(2, "07:00"), at(2, "08:00")), (at(2, "12:30"), at(2, "14:00")), (at(2, "18:00"), at(6, "20:00")),
    (at(7, "03:00"), at(7, "09:00")), (at(8, "10:00"), at(9, "08:00")),
])
def test_the_next_opening_is_found_across_days(now, opens):
    assert next_opening(hours(WEEK), now) == opens


def test_without_days_it_is_always_open_and_never_opens_for_want_of_closing():
    assert is_open(hours({}), at(8, "03:00"))
    assert closing(hours({}), at(8, "03:00")) is None


def test_a_missing_and_an_empty_day_are_closed():
    only_monday = hours({"mon": [["08:00", "18:00"]], "tue": []})

    assert not is_open(only_monday, at(3, "10:00"))
    assert not is_open(only_monday, at(4, "10:00"))


def test_no_span_begins_on_a_holiday_but_the_night_before_runs_out():
    read = hours(WEEK | {"holidays": ["2026-03-07", "2026-03-02"]})

    assert is_open(read, at(7, "01:00"))
    assert not is_open(read, at(7, "10:00"))
    assert next_opening(read, at(1, "10:00")) == at(6, "20:00")


def test_a_business_that_is_always_open_still_keeps_its_holidays():
    read = hours({"holidays": ["2026-03-03"]})

    assert is_open(read, at(2, "23:00"))
    assert not is_open(read, at(3, "12:00"))
    assert next_opening(read, at(3, "12:00")) == at(4, "00:00")


def test_spans_that_touch_close_once():
    read = hours({"mon": [["08:00", "24:00"]], "tue": [["00:00", "06:00"]]})

    assert closing(read, at(2, "10:00")) == at(3, "06:00")


def test_the_same_minute_twice_is_a_whole_day():
    read = hours({"mon": [["07:00", "07:00"]]})

    assert closing(read, at(2, "08:00")) == at(3, "07:00")


def test_a_business_that_only_has_holidays_ahead_opens_at_no_known_time():
    year = [(date(2026, 3, 1) + timedelta(days=n)).isoformat() for n in range(120)]

    assert next_opening(hours(WEEK | {"holidays": year}), at(2, "10:00")) is None


def test_hours_follow_the_zone_through_a_change_of_the_clocks():
    berlin = ZoneInfo("Europe/Berlin")
    read = hours({"sun": [["08:00", "12:00"]]})

    opens = next_opening(read, datetime(2026, 3, 28, 23, 0, tzinfo=berlin))

    assert opens is not None
    assert (opens.hour, opens.utcoffset()) == (8, timedelta(hours=2))


@pytest.mark.parametrize(("stored", "sentence"), [
    ({"monday": []}, 'Hours: "monday" is not a day; use mon, tue, wed, thu, fri, sat, sun or holidays.'),
    ({"mon": "08:00-18:00"}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [["08:00"]]}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [["8am", "18:00"]]}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [["08:00", "25:00"]]}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [["08:00", "24:30"]]}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [[8, 18]]}, 'Hours: mon must be a list of spans such as [["08:00", "18:00"]].'),
    ({"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}, "Hours: two spans of mon overlap."),
    ({"holidays": ["25.12.2026"]}, 'Hours: the holiday "25.12.2026" must be a date such as 2026-12-25.'),
    ({"holidays": "christmas"}, 'Hours: the holiday "christmas" must be a date such as 2026-12-25.'),
])
def test_each_mistake_in_the_hours_gets_a_sentence(stored, sentence):
    problems: list[str] = []
    read_hours(stored, problems)

    assert problems == [sentence]


clocks = st.integers(0, 23 * 60 + 59).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")
weeks = st.dictionaries(st.sampled_from(DAYS), st.lists(st.tuples(clocks, clocks), max_size=1))


@settings(deadline=None)
@given(weeks, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(DAR)))  # noqa: DTZ001 - the strategy adds the zone
def test_at_its_next_opening_a_business_is_open_and_it_closes_in_the_future(stored, now):
    read = hours({day: [list(span) for span in spans] for day, spans in stored.items()})
    opens = next_opening(read, now)

    if opens is not None and not read.always:
        assert opens > now
        assert is_open(read, opens)
    if not read.always and not any(stored.values()):
        assert opens is None
        assert not is_open(read, now)
    ends = closing(read, now)
    assert (ends is not None) == (is_open(read, now) and not read.always)
    assert ends is None or ends > now
