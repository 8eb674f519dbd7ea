from datetime import timedelta

import pytest

from worker.warmup import FIRST_DAY, MINUTE_S, WarmUp, per_minute


@pytest.mark.parametrize(("age", "limit"), [
    (timedelta(), FIRST_DAY), (timedelta(hours=23), FIRST_DAY), (timedelta(days=1), 2 * FIRST_DAY),
    (timedelta(days=6), 64 * FIRST_DAY), (timedelta(days=7), 0), (-timedelta(days=2), FIRST_DAY)])
def test_a_fresh_number_may_send_twice_as_much_each_day_until_there_is_no_limit(now, age, limit):
    assert per_minute(now - age, now, 7) == limit


def test_a_number_of_unknown_age_and_one_without_warm_up_have_no_limit(now):
    assert per_minute(None, now, 7) == per_minute(now, now, 0) == 0


def test_what_is_too_much_waits_for_its_turn_and_is_not_refused():
    warm_up, clock, sent = WarmUp(limit=3), 0.0, []
    for _ in range(7):
        clock = warm_up.waits_until(clock)
        warm_up.sent(clock)
        sent.append(clock)
    assert sent == [0, 0, 0, MINUTE_S, MINUTE_S, MINUTE_S, 2 * MINUTE_S]


def test_without_a_limit_nothing_waits():
    warm_up = WarmUp()
    for _ in range(1000):
        warm_up.sent(1.0)
    assert warm_up.waits_until(1.0) == 1.0
