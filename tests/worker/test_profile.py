import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

from worker import profile
from worker.profile import RESTORED, AlreadyRunning, NoSpace, Profile


def test_a_second_worker_of_the_tenant_is_refused_and_told_who_runs(tmp_path):
    first = Profile(tmp_path / "acme")
    with pytest.raises(AlreadyRunning, match=r"pid \d+"):
        Profile(tmp_path / "acme")
    first.release()
    Profile(tmp_path / "acme").release()


def test_the_end_of_the_process_frees_the_profile(tmp_path):
    code = ("import os; from pathlib import Path; from worker.profile import Profile; "
            f"Profile(Path({str(tmp_path)!r})); os.abort()")
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode != 0
    Profile(tmp_path).release()


def test_what_a_killed_worker_left_on_the_profile_is_ended_and_nothing_else(tmp_path):
    ours, other = Profile(tmp_path / "acme"), Profile(tmp_path / "acme-two")
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    orphan = subprocess.Popen([*sleep, f"--user-data-dir={ours.path}"])
    stranger = subprocess.Popen([*sleep, f"--user-data-dir={other.path}"])
    try:
        assert ours.end_leftovers() == 1
        assert not psutil.pid_exists(orphan.pid)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        ours.release()
        other.release()


def test_a_stale_lock_of_chromium_is_removed_and_the_profile_kept(tmp_path):
    held = Profile(tmp_path)
    (held.path / "SingletonLock").symlink_to("elsewhere-4711")
    (held.path / "Default").mkdir()
    held.end_leftovers()
    assert [path.name for path in held.path.iterdir()] == ["Default"]
    held.release()


def test_the_lock_of_a_browser_that_cannot_be_ended_stays(tmp_path, monkeypatch):
    held = Profile(tmp_path)
    (held.path / "SingletonLock").symlink_to("here-4711")
    monkeypatch.setattr(psutil, "wait_procs", lambda processes, timeout: ([], [psutil.Process()]))
    held.end_leftovers()
    assert [path.name for path in held.path.iterdir()] == ["SingletonLock"]
    held.release()


def test_a_full_disk_is_told_before_a_browser_fails_on_it(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(profile.shutil, "disk_usage", lambda path: usage(10**9, 10**9, 3 * 2**20))
    with pytest.raises(NoSpace, match="3 MB left.*make room"):
        Profile(tmp_path)


def test_a_directory_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NoSpace, match="cannot be used"):
        Profile(tmp_path / "file" / "acme")


def test_a_snapshot_that_was_put_back_by_half_is_put_back_whole(tmp_path):
    restored = tmp_path / RESTORED
    restored.mkdir()
    (restored / "Default").write_text("linked")
    profile = Profile(tmp_path)
    assert (profile.path / "Default").read_text() == "linked" and not restored.exists()
    profile.release()


def test_a_snapshot_that_was_unpacked_by_half_does_not_take_the_profiles_place(tmp_path):
    for name in (RESTORED, "profile"):
        (tmp_path / name).mkdir()
    (tmp_path / "profile" / "Default").write_text("linked")
    profile = Profile(tmp_path)
    assert (profile.path / "Default").read_text() == "linked"
    profile.release()
