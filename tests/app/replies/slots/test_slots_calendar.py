"""Days in words, seen from Wednesday 4 March 2026."""
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replies.slots.calendar import days_in
from app.replies.slots.tokens import tokens_of
from app.replies.voice import LANGUAGES, voice

WEDNESDAY = date(2026, 3, 4)
some_day = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def said(text, today=WEDNESDAY):
    return [day.iso() for day in days_in(tokens_of(text), today)]


@pytest.mark.parametrize(("text", "day"), [
    ("today", "2026-03-04"), ("leo", "2026-03-04"), ("tomorrow", "2026-03-05"), ("kesho", "2026-03-05"),
    ("the day after tomorrow", "2026-03-06"), ("keshokutwa", "2026-03-06"),
    ("day after tmrw", "2026-03-06"), ("this evening", "2026-03-04"), ("usiku huu", "2026-03-04"),
    ("kesho kutwa", "2026-03-06"),
    ("yesterday", "2026-03-03"), ("jana", "2026-03-03"), ("juzi", "2026-03-02"), ("tonight", "2026-03-04"),
    ("Saturday", "2026-03-07"), ("Jumamosi", "2026-03-07"), ("siku ya Jumapili", "2026-03-08"), ("J3", "2026-03-09"),
    ("Wednesday", "2026-03-11"), ("this Wednesday", "2026-03-04"), ("Jumatano hii", "2026-03-04"),
    ("next Friday", "2026-03-13"), ("Jumamosi ijayo", "2026-03-07"), ("friday next week", "2026-03-13"),
    ("next week on Monday", "2026-03-09"), ("jumatatu ya wiki ijayo", "2026-03-09"),
    ("wiki ijayo ijumaa", "2026-03-13"),
    ("last Monday", "2026-03-02"), ("Ijumaa iliyopita", "2026-02-27"),
    ("5/3", "2026-03-05"), ("3/3", "2027-03-03"), ("25/12/2026", "2026-12-25"), ("3/25", "2026-03-25"),
    ("2026-04-01", "2026-04-01"), ("5.4.26", "2026-04-05"),
    ("5 March", "2026-03-05"), ("March 5th", "2026-03-05"), ("the 5th of March", "2026-03-05"),
    ("1 March", "2027-03-01"),
    ("May 2", "2026-05-02"), ("the twelfth of June 2027", "2027-06-12"), ("the 15th", "2026-03-15"),
    ("2nd", "2026-04-02"),
    ("tarehe 5 Machi", "2026-03-05"), ("tarehe tano mwezi wa tatu", "2026-03-05"), ("Machi 6", "2026-03-06"),
    ("tarehe 20", "2026-03-20"), ("tarehe 1", "2026-04-01"), ("tarehe 12 mwezi wa 2", "2027-02-12"),
    ("26 ya mwezi huu", "2026-03-26"), ("tarehe 3 mwezi ujao", "2026-04-03"), ("tarehe 31", "2026-03-31"),
    ("tarehe 19 mwezi wa pili", "2027-02-19"), ("tarehe kumi na tano Mei", "2026-05-15"),
    ("Friday the 13th", "2026-03-13"), ("ijumaa ya tarehe 13 mwezi huu", "2026-03-13"),
    ("Friday, 6 March", "2026-03-06"),
    ("mwezi wa tano tarehe 12", "2026-05-12"), ("mwezi wa pili tarehe mosi", "2027-02-01"),
    ("in two weeks", "2026-03-18"), ("in 3 days", "2026-03-07"), ("a week from now", "2026-03-11"),
    ("baada ya siku tatu", "2026-03-07"), ("baada ya wiki mbili", "2026-03-18"), ("siku mbili zijazo", "2026-03-06"),
    ("in a month", "2026-04-04"), ("baada ya mwezi mmoja", "2026-04-04"), ("Christmas", "2026-12-25"),
    ("krismasi", "2026-12-25"), ("29 February", "2028-02-29"), ("since Monday", "2026-03-02"),
    ("tangu jumamosi", "2026-02-28"), ("I ordered it on Friday", "2026-02-27"), ("nililipa Jumatatu", "2026-03-02"),
    ("since next Monday", "2026-03-09"), ("yesterday's", "2026-03-03"), ("tangu Jumatatu ijayo", "2026-03-09"),
])
def test_a_day_in_either_language(text, day):
    assert said(text) == [day]


@pytest.mark.parametrize(("text", "span"), [
    ("this weekend", "2026-03-07/2026-03-08"), ("wikendi", "2026-03-07/2026-03-08"),
    ("next weekend", "2026-03-14/2026-03-15"), ("mwisho wa wiki ijayo", "2026-03-14/2026-03-15"),
    ("next week", "2026-03-09/2026-03-15"), ("wiki ijayo", "2026-03-09/2026-03-15"),
    ("this week", "2026-03-04/2026-03-08"),
    ("hii week", "2026-03-04/2026-03-08"), ("last month's", "2026-02-01/2026-02-28"),
    ("mwezi uliopita", "2026-02-01/2026-02-28"), ("last month", "2026-02-01/2026-02-28"),
    ("next month", "2026-04-01/2026-04-30"), ("mwezi ujao", "2026-04-01/2026-04-30"),
    ("in May", "2026-05-01/2026-05-31"),
    ("mwezi wa tano", "2026-05-01/2026-05-31"),
    ("wiki ya kwanza ya Aprili", "2026-04-01/2026-04-07"), ("second week of June", "2026-06-08/2026-06-14"),
    ("tarehe 5 hadi 10 Oktoba", "2026-10-05/2026-10-10"), ("Julai 5 hadi 10", "2026-07-05/2026-07-10"),
    ("2nd to 4th November", "2026-11-02/2026-11-04"), ("from 6 March to 11 March", "2026-03-06/2026-03-11"),
    ("kuanzia Machi 6 mpaka Machi 11", "2026-03-06/2026-03-11"), ("Monday to Friday", "2026-03-09/2026-03-13"),
    ("10 March for 3 nights", "2026-03-10/2026-03-13"), ("kesho kwa siku tatu", "2026-03-05/2026-03-07"),
])
def test_a_span_of_days(text, span):
    assert said(text) == [span]


@pytest.mark.parametrize("text", [
    "may I come with my sister", "I want 2 of them", "march on", "leopard", "kesholeo", "5 of us", "what is today's",
    "1/2 kg",
    "the 5 of them", "wiki", "sun cream", "31/2/2026", "99/99", "week", "month",
])
def test_what_is_no_day(text):
    found = said(text)
    # Some of these hold a word that is a day by itself; none of their numbers makes a date.
    assert all(day in ("2026-03-04", "2026-03-08", "2027-02-01") for day in found)


@given(some_day, st.sampled_from(LANGUAGES), st.integers(0, 360))
def test_what_the_bot_tells_as_a_date_it_understands(today, language, ahead):
    day = today + timedelta(days=ahead)

    assert said(voice(language).date(day), today) == [day.isoformat()]


@given(some_day, st.integers(0, 6), st.sampled_from(["{}", "this {}", "next {}", "{} ijayo"]))
def test_a_weekday_is_that_day_of_the_coming_two_weeks(today, weekday, written):
    name = voice("SW" if "ijayo" in written else "EN").days[weekday]
    (day,) = days_in(tokens_of(written.format(name)), today)

    assert day.first.weekday() == weekday
    assert timedelta(0) <= day.first - today <= timedelta(days=13)


@given(some_day, st.sampled_from(["{} ijayo", "coming {}", "next {}"]))
def test_the_coming_day_of_that_name_is_never_today(today, written):
    name = voice("SW" if "ijayo" in written else "EN").days[today.weekday()]

    assert said(written.format(name), today) == [(today + timedelta(days=7)).isoformat()]


@given(some_day, st.text(max_size=200))
def test_no_text_makes_the_calendar_fail(today, text):
    for day in days_in(tokens_of(text), today):
        assert day.first <= day.last
