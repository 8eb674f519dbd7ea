from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.times import ago, local

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "said"), [
    (0, "0s ago"), (59, "59s ago"), (60, "1m ago"), (3599, "59m ago"), (3600, "1h ago"), (86399, "23h ago"),
    (86400, "1d ago"), (-5, "0s ago"),
])
def test_it_says_how_long_ago_in_the_largest_unit_that_fits(seconds: int, said: str):
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_what_never_was_is_never():
    assert ago(None, NOW) == "never"


def test_a_time_is_read_by_the_clocks_of_its_zone():
    assert local(NOW, ZoneInfo("Africa/Nairobi")) == "01 Mar 15:00:00"
