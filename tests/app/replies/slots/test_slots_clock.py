"""Times of day in words. The Swahili clock begins at six in the morning and at six in the evening."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replies.slots.clock import times_in
from app.replies.slots.tokens import tokens_of
from app.replies.voice import voice

HOURS = ["moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa", "kumi", "kumi na moja",
"kumi na mbili"]
PARTS = {
    **dict.fromkeys(range(4), "usiku"), 4: "alfajiri", 5: "alfajiri", **dict.fromkeys(range(6, 12), "asubuhi"),
    **dict.fromkeys(range(12, 16), "mchana"), **dict.fromkeys(range(16, 19), "jioni"),
    **dict.fromkeys(range(19, 24), "usiku"),
}
"""By which part of the day people call each hour that begins at that hour of 24."""


def said(text):
    return [time.iso() for time in times_in(tokens_of(text))]


def in_swahili(hour, ending=""):
    return f"saa {HOURS[(hour - 7) % 12]}{ending} {PARTS[hour]}"


@given(st.integers(0, 23))
def test_every_hour_in_swahili_words_is_the_right_hour(hour):
    assert said(in_swahili(hour)) == [f"{hour:02}:00"]


@given(st.integers(0, 23))
def test_every_hour_in_swahili_digits_is_the_right_hour(hour):
    assert said(f"saa {(hour - 7) % 12 + 1} {PARTS[hour]}") == [f"{hour:02}:00"]


@given(st.integers(0, 23), st.sampled_from([(" na nusu", 30), (" na robo", 15), (" na dakika kumi", 10), (" kamili", 0),
                                           (" na dakika 25", 25), (" u nusu", 30)]))
def test_minutes_after_the_hour_in_swahili_words(hour, ending):
    words, minutes = ending
    assert said(in_swahili(hour, words)) == [f"{hour:02}:{minutes:02}"]


@given(st.integers(1, 23), st.sampled_from([(" kasoro robo", 15), (" kasoro dakika kumi", 10),
(" kasoro dakika tano", 5)]))
def test_minutes_before_the_hour_in_swahili_words(hour, ending):
    words, minutes = ending
    assert said(in_swahili(hour, words)) == [f"{hour - 1:02}:{60 - minutes:02}"]


@given(st.integers(0, 24 * 60 - 1))
def test_what_the_bot_tells_in_swahili_it_understands(minutes):
    assert said(voice("SW").clock(minutes)) == [f"{minutes // 60:02}:{minutes % 60:02}"]


@given(st.integers(0, 24 * 60 - 1))
def test_what_the_bot_tells_in_english_it_understands(minutes):
    (time,) = times_in(tokens_of(voice("EN").clock(minutes)))

    assert minutes in (time.minutes, time.other)


@given(st.integers(1, 12), st.sampled_from(["am", "pm"]), st.sampled_from(["{}{}", "{} {}", "at {} {}", "{}:00{}",
"{}.00 {}"]))
def test_every_english_hour_with_am_or_pm(hour, half, written):
    assert said(written.format(hour, half)) == [f"{hour % 12 + 12 * (half == 'pm'):02}:00"]


@pytest.mark.parametrize(("text", "time"), [
    ("saa moja asubuhi", "07:00"), ("saa mbili usiku", "20:00"), ("saa sita mchana", "12:00"),
    ("saa kumi na moja alfajiri", "05:00"), ("saa tatu kasoro robo asubuhi", "08:45"), ("saa 4:30 asubuhi", "10:30"),
    ("saa 10:30 asubuhi", "10:30"), ("4:30 usiku", "22:30"), ("12 jioni", "18:00"), ("saa 14:00", "14:00"),
    ("asubuhi saa nne", "10:00"), ("kesho jioni saa kumi na moja", "17:00"), ("saa sita usiku", "00:00"),
    ("usiku wa manane", "00:00"), ("saa nane alasiri", "14:00"), ("saa moja jioni", "19:00"),
    ("half past seven in the evening", "19:30"), ("quarter to five pm", "16:45"), ("ten past three pm", "15:10"),
    ("seven thirty pm", "19:30"), ("noon", "12:00"), ("midnight", "00:00"), ("18h", "18:00"), ("8h30", "08:30"),
    ("14:45", "14:45"), ("9 in the morning", "09:00"), ("at 8 tonight", "20:00"), ("6.30pm", "18:30"),
    ("3 p.m.", "15:00"), ("10 o'clock in the morning", "10:00"), ("09:00", "09:00"), ("at 12", "12:00"),
])
def test_a_time_in_either_language(text, time):
    assert said(text) == [time]


@pytest.mark.parametrize(("text", "span"), [
    ("from 3 to 5 pm", "15:00/17:00"), ("9am - 11am", "09:00/11:00"), ("between 10 and 12 am", None),
    ("saa mbili mpaka saa nne asubuhi", "08:00/10:00"), ("saa nne hadi saa sita mchana", "10:00/12:00"),
    ("in the afternoon", "12:00/17:00"), ("jioni", "16:00/19:00"), ("early morning", "05:00/09:00"),
    ("10-12:30", "10:00/12:30"),
])
def test_a_span_of_time(text, span):
    assert span is None or said(text) == [span]


@pytest.mark.parametrize(("text", "likely", "perhaps"), [
    ("at 3", "15:00", 3 * 60), ("at 10", "10:00", 22 * 60), ("saa tisa", "15:00", 3 * 60),
    ("saa mbili", "08:00", 20 * 60),
    ("half past seven", "07:30", 19 * 60 + 30),
])
def test_a_time_without_its_half_of_the_day_is_by_day_and_perhaps_not(text, likely, perhaps):
    (time,) = times_in(tokens_of(text))

    assert (time.iso(), time.other) == (likely, perhaps)


@pytest.mark.parametrize("text", [
    "saa ngapi mnafungua", "good morning", "habari za asubuhi", "usiku mwema", "I want 2 of them", "3 people", "5.3 kg",
    "version 2.10", "siku njema", "any time", "good evening to you", "room 12",
])
def test_what_is_no_time(text):
    assert said(text) == []


@given(st.text(max_size=200))
def test_no_text_makes_the_clock_fail(text):
    for time in times_in(tokens_of(text)):
        assert 0 <= time.minutes < 24 * 60
