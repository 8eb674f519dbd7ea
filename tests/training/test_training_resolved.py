from datetime import date

import pytest

from training import second_reading
from training.data import DataFile, Line
from training.resolved import targets_of

WEDNESDAY = date(2026, 3, 4)


def test_a_target_is_resolved_where_something_is_read_at_its_words():
    line = Line("Hifadhi meza kesho saa mbili usiku", "make_booking", "sw", "DATE: kesho $$ TIME: saa mbili usiku")
    missed = Line("Hifadhi meza siku ile", "make_booking", "sw", "DATE: siku ile $$ NUMBER: mbili")
    file = DataFile("booking.sw.dev.jsonl", "booking", "sw", "", (line, missed))

    assert [(target.kind, target.said, target.value, target.second) for target in targets_of(file)] == [
        ("DATE", "kesho", "2026-03-05", "2026-03-05"), ("TIME", "saa mbili usiku", "20:00", "20:00"),
        ("DATE", "siku ile", "", ""),
    ]
    assert [target.is_right for target in targets_of(file)] == [True, True, True]


def test_either_end_of_a_span_is_right_and_another_value_is_not():
    line = Line("kuanzia tarehe 10 mpaka 15 Machi", "make_booking", "sw", "DATE: tarehe 10 $$ DATE: 15 Machi")
    wrong = Line("Miadi tarehe 5 Mei", "make_booking", "sw", "DATE: 5 Mei")
    first, last, plain = targets_of(DataFile("booking.sw.dev.jsonl", "booking", "sw", "", (line, wrong)))

    assert (first.value, last.value, last.is_right) == ("2026-03-10/2026-03-15", "2026-03-10/2026-03-15", True)
    assert plain.is_right
    assert not type(plain)(plain.kind, plain.said, "2026-05-06", plain.second).is_right


@pytest.mark.parametrize(("said", "day"), [
    ("kesho", "2026-03-05"), ("siku ya Jumatatu", "2026-03-09"), ("Jumatano", "2026-03-11"),
    ("tarehe 5 Mei", "2026-05-05"),
    ("mei 5", "2026-05-05"), ("3 Machi", "2027-03-03"), ("tarehe 12 mwezi wa pili", "2027-02-12"),
    ("tarehe 30 mwezi wa 12", "2026-12-30"), ("tarehe 5", None), ("wiki ijayo", None), ("jumamosi ijayo", None),
    ("tarehe 31 Juni", None),
])
def test_the_second_reading_of_a_day(said, day):
    found = second_reading.day(said, WEDNESDAY)

    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(("said", "time"), [
    ("saa mbili usiku", "20:00"), ("saa 4 asubuhi", "10:00"), ("saa sita na nusu mchana", "12:30"),
    ("saa kumi na moja jioni", "17:00"), ("saa 7 usiku", "01:00"), ("saa mbili", None), ("asubuhi", None),
    ("saa 4 jioni", None),
])
def test_the_second_reading_of_a_time(said, time):
    assert second_reading.time(said) == time
