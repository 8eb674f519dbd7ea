"""The schedule of chaos: drawn from its seed alone, with every fault in it."""
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from app.chaos import schedule
from app.chaos.mix import KINDS, Side
from app.chaos.schedule import Plan
from worker.sandbox.fault_kinds import KINDS as SANDBOX_FAULTS

PLAN = Plan(seed=1, minutes=10, customers=20, rate=17, tenants=3)


def test_the_same_seed_gives_the_same_faults_and_lines():
    again = Plan(seed=1, minutes=10, customers=20, rate=17, tenants=3)
    assert schedule.strikes(PLAN) == schedule.strikes(again)
    assert schedule.lines(PLAN) == schedule.lines(again)


def test_another_seed_gives_others():
    other = replace(PLAN, seed=2)
    assert schedule.strikes(PLAN) != schedule.strikes(other)
    assert [line.text for line in schedule.lines(PLAN)] != [line.text for line in schedule.lines(other)]


def test_a_longer_run_begins_as_a_shorter_one():
    shorter = replace(PLAN, minutes=2)
    assert schedule.strikes(PLAN)[:len(schedule.strikes(shorter))] == schedule.strikes(shorter)
    assert schedule.lines(PLAN)[:2040] == schedule.lines(shorter)


def test_every_fault_comes_before_any_comes_again():
    names = [strike.fault for strike in schedule.strikes(PLAN)]
    assert Counter(names[:len(KINDS)]) == Counter(list(KINDS))


def test_faults_come_in_order_within_the_time_with_what_their_kind_allows():
    for strike in schedule.strikes(PLAN):
        least, most = KINDS[strike.fault].lasts_s
        assert 0 < strike.at_s < 600 and 0 <= strike.tenant < 3 and least <= strike.lasts_s <= most
        assert set(strike.options) == set(KINDS[strike.fault].options)
    assert all(earlier.at_s <= later.at_s for earlier, later in pairwise(schedule.strikes(PLAN)))


def test_ten_minutes_are_ten_thousand_lines_dealt_out_in_turn():
    lines = schedule.lines(PLAN)
    assert len(lines) == 10_200
    assert [line.customer for line in lines[:21]] == [*range(20), 0]
    assert len({line.text for line in lines}) == len(lines)


def test_the_sandbox_has_the_faults_that_are_asked_of_it():
    for name, kind in KINDS.items():
        if kind.side is Side.WHATSAPP:
            assert set(kind.options) <= set(SANDBOX_FAULTS[name].options) | {"times"}
            assert SANDBOX_FAULTS[name].lasts == bool(kind.lasts_s[1])
