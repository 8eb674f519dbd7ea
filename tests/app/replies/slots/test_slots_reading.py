from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replies.slots.reading import MOST_PEOPLE, MOST_THINGS, read_slots, region_of

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Africa/Dar_es_Salaam"))


def read(text):
    slots = read_slots(text, NOON)
    return slots.day and slots.day.iso(), slots.time and slots.time.iso(), slots.people, slots.quantity


@pytest.mark.parametrize(("text", "slots"), [
    ("nataka kubook table ya watu wanne kesho saa mbili usiku", ("2026-03-05", "20:00", 4, None)),
    ("table for 4 at 8pm tomorrow", ("2026-03-05", "20:00", 4, None)),
    ("book for two on friday", ("2026-03-06", None, 2, None)),
    ("March 5 in the afternoon", ("2026-03-05", "12:00/17:00", None, None)),
    ("tarehe 12 mwezi wa 2 mchana", ("2027-02-12", "12:00/16:00", None, None)),
    ("in two hours", ("2026-03-04", "14:00", None, None)),
    ("baada ya masaa mawili", ("2026-03-04", "14:00", None, None)),
    ("baada ya masaa 13", ("2026-03-05", "01:00", None, None)),
    ("for two hours tomorrow at 3pm", ("2026-03-05", "15:00/17:00", None, None)),
    ("kesho saa nne asubuhi kwa masaa mawili", ("2026-03-05", "10:00/12:00", None, None)),
    ("meeting for 3 nights from 10 March", ("2026-03-10/2026-03-13", None, None, None)),
    ("just me, on Sunday", ("2026-03-08", None, 1, None)),
    ("tuko wawili", (None, None, 2, None)),
    ("meza ya watu 6 leo usiku saa tatu", ("2026-03-04", "21:00", 6, None)),
    ("I want 2 solar lamps", (None, None, None, 2)),
    ("nataka soksi tatu", (None, None, None, 3)),
    ("sukari kilo 5", (None, None, None, None)),
    ("I need 3 chairs for tomorrow at 10", ("2026-03-05", "10:00", None, 3)),
    ("me and my 3 friends", (None, None, 4, None)),
    ("mimi na marafiki wangu watatu kesho", ("2026-03-05", None, 4, None)),
    ("mimi na mke wangu", (None, None, 2, None)),
    ("for me and my husband", (None, None, 2, None)),
    ("we are 6 tomorrow at 7pm", ("2026-03-05", "19:00", 6, None)),
    ("tuko 5 leo jioni", ("2026-03-04", "16:00/19:00", 5, None)),
    ("tuko saa ngapi", (None, None, None, None)),
    ("kesho jioni hii tarehe 31/4", ("2026-03-05", "16:00/19:00", None, None)),
    ("1430hrs on 31 April", (None, "14:30", None, None)),
    ("hello", (None, None, None, None)),
])
def test_each_number_is_what_it_counts(text, slots):
    assert read(text) == slots


@pytest.mark.parametrize(("text", "name"), [
    ("my name is john and I want to book", "john"), ("Naitwa Asha Juma, nataka miadi", "Asha Juma"),
    ("jina langu ni Baraka", "Baraka"), ("this is urgent", ""), ("this is Neema", "Neema"), ("call me tomorrow", ""),
    ("under the name Dr. Mushi please", "Mushi"), ("mimi ni mteja wenu", ""), ("hello", ""),
])
def test_the_customers_name(text, name):
    assert read_slots(text, NOON).labels.name == name


@pytest.mark.parametrize(("text", "phone"), [
    ("nipigie 0754 123 456 kesho", "+255754123456"), ("my number is +254 712 345678", "+254712345678"),
    ("order 20260304", ""), ("123456789", ""), ("I paid 1000000000", ""),
])
def test_a_phone_number(text, phone):
    assert read_slots(text, NOON).labels.phone == phone


def test_a_phone_number_without_its_country_is_of_the_business_country():
    assert read_slots("0712 345 678", NOON, region_of("Africa/Nairobi")).labels.phone == "+254712345678"
    assert region_of("Africa/Dar_es_Salaam") == "TZ"


@pytest.mark.parametrize(("text", "order"), [
    ("where is order 4512", "4512"), ("oda yangu namba ORD-1234 iko wapi", "ORD-1234"), ("#A1234", "A1234"),
    ("I want to order 2", ""), ("order number: 00981", "00981"), ("my order", ""),
])
def test_the_number_of_an_order(text, order):
    assert read_slots(text, NOON).labels.order == order


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_or_brings_out_what_nobody_can_mean(text):
    found = read_slots(text, NOON)

    assert found.day is None or found.day.first <= found.day.last
    assert found.time is None or time.fromisoformat(found.time.iso().split("/")[0])
    assert found.people is None or 1 <= found.people <= MOST_PEOPLE
    assert found.quantity is None or 1 <= found.quantity <= MOST_THINGS
