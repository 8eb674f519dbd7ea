"""A running supervisor and what a test wants to know of it."""
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.processes import Processes
from app.settings import Settings

# A worker that does what it is told, with a child of its own in another session, as chromedriver is.
WELL_BEHAVED = """
import signal, subprocess, sys, time
browser = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
def stop(*_):
    browser.kill(); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("browser", browser.pid, flush=True)
while True: time.sleep(0.05)
"""


@dataclass
class Supervised:
    """One supervisor process over the workers of one state directory."""

    process: subprocess.Popen
    state_dir: Path

    @property
    def processes(self) -> Processes:
        return Processes(Settings(state_dir=self.state_dir))

    @property
    def reports(self) -> list[dict]:
        path = self.state_dir / "reports.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def log(self, slug: str) -> str:
        path = self.state_dir / "logs" / f"{slug}.log"
        return path.read_text() if path.exists() else ""

    def pid(self, slug: str) -> int:
        """The worker's process; fails where it does not run."""
        pid = self.processes.status(slug).pid
        assert pid is not None
        return pid

    def left(self) -> list[int]:
        """The processes that descend from a worker of this state directory, wherever they hang now."""
        return [process.pid for process in psutil.process_iter() if self._is_marked(process)]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            marked = process.environ().get("FLOWHQ_SUPERVISED", "").startswith(f"{self.state_dir}:")
            return marked and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):
            return False
