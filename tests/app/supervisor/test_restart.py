"""The pure decision about a worker that ended by itself."""
from dataclasses import replace

import pytest

from app.supervisor.restart import Pace, Verdict, after_exit

PACE = Pace(first_delay_s=2.0, longest_delay_s=60.0, well_after_s=60.0)


def test_the_delay_doubles_with_every_crash_in_a_row_up_to_the_longest():
    delays, crashes = [], 0
    for _ in range(8):
        verdict = after_exit(1, ran_s=5.0, crashes=crashes, pace=PACE)
        crashes = verdict.crashes
        delays.append(verdict.delay_s)
    assert delays == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_worker_that_ran_well_for_a_while_starts_over_with_the_first_delay():
    assert after_exit(1, ran_s=60.0, crashes=5, pace=PACE).delay_s == 2


def test_a_worker_that_will_not_work_until_somebody_changes_something_stays_down():
    assert after_exit(78, ran_s=600.0, crashes=0, pace=PACE).delay_s is None


@pytest.mark.parametrize("code", [0, 1, 75, -9, -15, 255])
def test_every_other_end_that_nobody_asked_for_is_followed_by_a_start(code):
    assert after_exit(code, ran_s=1.0, crashes=0, pace=PACE).delay_s == 2


def test_one_that_fails_too_often_in_a_row_is_given_up_and_one_that_ran_well_between_is_not():
    assert after_exit(1, ran_s=0.0, crashes=PACE.give_up_after - 2, pace=PACE).delay_s == 60
    assert after_exit(1, ran_s=0.0, crashes=PACE.give_up_after - 1, pace=PACE) == Verdict(None, PACE.give_up_after)
    assert after_exit(1, ran_s=60.0, crashes=PACE.give_up_after - 1, pace=PACE).delay_s == 2


def test_many_crashes_do_not_overflow_the_delay():
    pace = replace(PACE, give_up_after=20_000)
    assert after_exit(1, ran_s=0.0, crashes=10_000, pace=pace).delay_s == 60
