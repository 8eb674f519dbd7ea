"""The workers' processes as the machine shows them."""
import subprocess
import sys

from app.stress import here
from tests.patience import eventually

# A worker of this tenant by its command line, with a child that works on a profile as a browser does.
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)", "--user-data-dir=" + sys.argv[1]])
time.sleep(120)
"""


def test_a_worker_is_seen_with_its_profile_and_what_is_left_of_it_afterwards(tmp_path):
    slug, profile = f"stress-{tmp_path.name}", tmp_path / "profile"
    profile.mkdir()
    worker = subprocess.Popen([sys.executable, "-c", WORKER, profile, "-m", "worker", "--tenant", slug])
    try:
        seen = eventually(lambda: (found := here.running([slug, "nobody"]))[slug].profiles and found)
        assert (seen[slug].pids, seen[slug].profiles) == ((worker.pid,), (str(profile),))
        assert seen["nobody"].pids == ()
        assert len(here.left(seen.values())) == 3
    finally:
        for process in seen[slug].family:
            process.kill()
        worker.wait()
    profile.rmdir()
    eventually(lambda: here.left(seen.values()) == [])
