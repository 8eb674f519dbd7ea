from datetime import timedelta

import pytest

from worker import snapshots as module
from worker.snapshots import KEPT, MOST_BROKEN, Snapshots


@pytest.fixture
def profile(tmp_path):
    made = tmp_path / "profile"
    (made / "Default" / "Cache").mkdir(parents=True)
    (made / "Default" / "Cache" / "big").write_text("made again by the browser")
    (made / "Default" / "link").write_text("kept")
    (made / "SingletonLock").symlink_to("host-1")
    return made


def files(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if not path.is_dir())


def test_a_profile_is_put_back_without_what_a_browser_makes_again_and_the_broken_one_is_kept(profile, now):
    snapshots = Snapshots(profile)
    assert snapshots.take(now) and snapshots.newest_at() == now
    (profile / "Default" / "link").write_text("broken")
    assert snapshots.restore(now)
    assert files(profile) == ["Default/link"] and (profile / "Default" / "link").read_text() == "kept"
    broken = next(profile.parent.glob("profile.broken*"))
    assert (broken / "Default" / "link").read_text() == "broken"


def test_only_the_newest_are_kept(profile, now):
    snapshots = Snapshots(profile)
    for hour in range(KEPT + 3):
        snapshots.take(now + timedelta(hours=hour))
    assert len(files(profile.parent / "snapshots")) == KEPT
    assert snapshots.newest_at() == now + timedelta(hours=KEPT + 2)


def test_a_profile_that_is_too_large_has_none(profile, now, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 3)
    assert not Snapshots(profile).take(now) and Snapshots(profile).newest_at() is None


def test_a_broken_snapshot_leaves_the_profile_as_it_is(profile, now):
    snapshots = Snapshots(profile)
    snapshots.take(now)
    newest = next((profile.parent / "snapshots").glob("*.tar.gz"))
    newest.write_bytes(newest.read_bytes()[:40])
    assert not snapshots.restore(now)
    assert (profile / "Default" / "link").read_text() == "kept"


def test_where_the_newest_is_broken_the_one_before_is_put_back(profile, now):
    snapshots = Snapshots(profile)
    snapshots.take(now)
    snapshots.take(now + timedelta(hours=1))
    newest = max((profile.parent / "snapshots").glob("*.tar.gz"))
    newest.write_bytes(newest.read_bytes()[:40])
    (profile / "Default" / "link").write_text("broken")
    assert snapshots.restore(now)
    assert (profile / "Default" / "link").read_text() == "kept"


def test_what_a_wrong_clock_has_dated_ahead_gives_way_to_what_is_newer(profile, now):
    snapshots = Snapshots(profile)
    for hour in (0, 1000, 1001, 2):
        snapshots.take(now + timedelta(hours=hour))
    assert len(files(profile.parent / "snapshots")) == 1
    assert snapshots.newest_at() == now + timedelta(hours=2)


def test_nothing_is_put_back_after_so_many_broken_profiles(profile, now):
    snapshots = Snapshots(profile)
    snapshots.take(now)
    for hour in range(MOST_BROKEN):
        assert snapshots.restore(now + timedelta(hours=hour))
        snapshots.mark_proved()
    assert not snapshots.can_restore() and not snapshots.restore(now + timedelta(days=1))


def test_what_cannot_be_written_is_no_snapshot_and_no_error(profile, now):
    (profile.parent / "snapshots").write_text("in the way")
    assert not Snapshots(profile).take(now)
