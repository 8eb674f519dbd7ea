from hypothesis import given
from hypothesis import strategies as st

from worker.reconnect import CAP_S, FIRST_S, JITTER, delay_s


def test_each_try_waits_twice_as_long_as_the_one_before_until_the_cap():
    delays = [delay_s(attempt, 0.5) for attempt in range(1, 40)]
    assert delays[:4] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]
    assert delays[-1] == CAP_S


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_never_nothing_and_never_far_over_the_cap(attempt, chance):
    assert FIRST_S * (1 - JITTER) <= delay_s(attempt, chance) <= CAP_S * (1 + JITTER)


def test_chance_spreads_the_tries_of_many_workers():
    assert len({delay_s(3, chance / 10) for chance in range(10)}) == 10
