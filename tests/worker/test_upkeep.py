from datetime import timedelta

import pytest

from worker.snapshots import Snapshots
from worker.upkeep import FAILED_STARTS, Bounds, Load, Upkeep, reason_to_close

BOUNDS = Bounds(mib=1000, age_s=86400, first_snapshot_s=600)
YOUNG = Load(mib=300, age_s=700, connected_s=601, snapshot_age_s=3600)


@pytest.mark.parametrize(("load", "quiet", "reason"), [
    ({}, True, ""),
    ({"mib": 1001}, True, "memory"), ({"mib": 1001}, False, ""), ({"mib": 1501}, False, "memory"),
    ({"age_s": 86401}, True, "age"), ({"age_s": 86401}, False, ""), ({"age_s": 129601}, False, "age"),
    ({"snapshot_age_s": None}, True, "snapshot"), ({"snapshot_age_s": None}, False, ""),
    ({"snapshot_age_s": None, "connected_s": 600}, True, ""), ({"snapshot_age_s": 86401}, True, "snapshot")])
def test_a_browser_is_closed_at_a_quiet_moment_or_when_it_is_far_beyond_its_bounds(load, quiet, reason):
    assert reason_to_close(Load(**(vars(YOUNG) | load)), BOUNDS, is_quiet=quiet) == reason


def test_bounds_of_nothing_are_none():
    old = Load(mib=9999, age_s=1e9, connected_s=1e9, snapshot_age_s=1e9)
    assert reason_to_close(old, Bounds(0, 0, 0), is_quiet=True) == ""


@pytest.fixture
def upkeep(tmp_path, now):
    """Of a linked browser that was closed once, so that there is a snapshot."""
    (tmp_path / "profile" / "Default").mkdir(parents=True)
    (tmp_path / "profile" / "Default" / "link").write_text("kept")
    made = Upkeep(BOUNDS, Snapshots(tmp_path / "profile"))
    made.started(0)
    made.connected(5)
    made.closed(now)
    return made


def test_a_browser_that_does_not_start_gets_the_snapshot_after_some_tries(upkeep, tmp_path, now):
    for _ in range(FAILED_STARTS - 1):
        upkeep.not_started()
        assert not upkeep.before_start(now)
    upkeep.not_started()
    (tmp_path / "profile" / "Default" / "link").write_text("broken")
    assert upkeep.before_start(now)
    assert (tmp_path / "profile" / "Default" / "link").read_text() == "kept"


def test_a_link_that_is_gone_is_put_back_once_until_it_is_proved(upkeep, now):
    assert upkeep.lost_link() and upkeep.before_start(now)
    upkeep.started(9)
    assert not upkeep.lost_link() and not upkeep.before_start(now)
    upkeep.connected(10)
    assert upkeep.lost_link()


def test_a_link_that_somebody_has_ended_is_not_put_back(upkeep, now):
    taken = upkeep.snapshots.newest_at()
    upkeep.ended()
    upkeep.closed(now + timedelta(hours=1))
    assert upkeep.snapshots.newest_at() == taken, "what is left is worth no snapshot"
    assert not upkeep.lost_link() and not upkeep.before_start(now)


def test_a_browser_that_was_never_linked_leaves_no_snapshot(tmp_path, now):
    (tmp_path / "profile").mkdir()
    upkeep = Upkeep(BOUNDS, Snapshots(tmp_path / "profile"))
    upkeep.started(0)
    upkeep.closed(now + timedelta(hours=1))
    assert upkeep.snapshots.newest_at() is None


def test_a_snapshot_that_was_dated_ahead_counts_for_none(upkeep, now):
    upkeep.started(0)
    upkeep.connected(0)
    upkeep.look(100, is_quiet=True, clock=601, now=now + timedelta(seconds=1))
    assert not upkeep.wants_new_browser
    upkeep.look(100, is_quiet=True, clock=601, now=now - timedelta(days=30))
    assert upkeep.wants_new_browser
