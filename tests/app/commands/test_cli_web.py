"""`flowhq web`, as a process of its own."""
import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.patience import eventually


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database_url")
def test_outside_production_the_jobs_are_done_beside_the_web_and_end_with_it(settings, tmp_path):
    log = tmp_path / "web.log"
    with log.open("wb") as stream:
        web = subprocess.Popen([sys.executable, "-m", "app.cli", "web"], stdout=stream, stderr=stream,
                               env=settings.child_environ())
    try:
        eventually(lambda: answers(f"{settings.web_url}/healthz"), "the web answers")
        eventually(lambda: '"jobs_ready"' in log.read_text(), "the jobs are ready")
        jobs = [child for child in psutil.Process(web.pid).children() if "jobs" in child.cmdline()]
        assert len(jobs) == 1
    finally:
        web.terminate()
        web.wait(60)
    eventually(lambda: not jobs[0].is_running() or jobs[0].status() == psutil.STATUS_ZOMBIE, "the jobs have ended")
    assert '"jobs_ended"' in log.read_text()
