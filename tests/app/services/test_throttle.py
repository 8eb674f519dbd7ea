"""Token buckets."""
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import Bucket
from app.services import throttle
from app.services.throttle import Rate, TooManyTries

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
RATE = Rate(3, 10.0)


@given(st.floats(0, 3), st.integers(0, 10**6))
def test_a_bucket_never_holds_more_than_it_can_nor_less_than_it_did(tokens: float, seconds: int):
    held = throttle.refilled(tokens, timedelta(seconds=seconds), RATE)
    assert tokens <= held <= 3


def test_a_clock_that_went_back_takes_nothing_away():
    assert throttle.refilled(1.0, timedelta(seconds=-60), RATE) == 1.0


def tries(count: int, at: datetime) -> int:
    """How many of so many tries at one moment were let through."""
    through = 0
    for _ in range(count):
        try:
            throttle.take({"a": RATE}, now=at)
            through += 1
        except TooManyTries:
            pass
    return through


@pytest.mark.usefixtures("database")
def test_it_lets_a_burst_through_and_then_one_at_a_time():
    assert tries(5, NOW) == 3
    assert tries(5, NOW + timedelta(seconds=9)) == 0
    assert tries(5, NOW + timedelta(seconds=10)) == 1
    assert tries(5, NOW + timedelta(hours=1)) == 3


@pytest.mark.usefixtures("database")
def test_a_refusal_says_how_long_to_wait_and_costs_no_other_bucket():
    tries(3, NOW)
    with pytest.raises(TooManyTries, match="wait 8 seconds"):
        throttle.take({"a": RATE, "b": RATE}, now=NOW + timedelta(seconds=3))
    assert Bucket.get_or_none(Bucket.key == "b") is None
    throttle.fill("a")
    assert tries(5, NOW) == 3


@pytest.mark.usefixtures("database")
def test_buckets_that_are_full_again_are_forgotten():
    tries(1, NOW)
    assert throttle.clear_old(now=NOW + timedelta(hours=1)) == 0
    assert throttle.clear_old(now=NOW + timedelta(days=3)) == 1


def test_no_bucket_takes_longer_to_fill_than_it_is_kept():
    rates = [rate for rate in vars(throttle).values() if isinstance(rate, Rate)]
    assert len(rates) == 8
    assert all(timedelta(seconds=rate.capacity * rate.refill_s) <= throttle.FULL_AGAIN for rate in rates)
