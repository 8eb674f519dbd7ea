"""Run a supervisor over tiny programs in place of workers: python supervised.py '{"state_dir": …, "program": …}'.

What it reports is appended to reports.jsonl in the state directory; exit 4 says that the directory is supervised.
"""
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from app.errors import Conflict
from app.supervisor.plan import End, Plan
from app.supervisor.restart import Pace
from app.supervisor.supervisor import Supervisor


class FileReports:
    """Keeps the reports where a test can read them."""

    def __init__(self, path: Path, wanted: list[str]) -> None:
        self._path, self._wanted = path, wanted

    async def wanted(self) -> list[str]:
        """The slugs that the test asked for."""
        return self._wanted

    async def silent(self) -> list[str]:
        """The slugs that the test has written into the file `silent`, once."""
        path = self._path.with_name("silent")
        slugs = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return slugs

    async def ended(self, end: End) -> None:
        """Append the report to the file."""
        with self._path.open("a") as stream:
            stream.write(json.dumps(asdict(end)) + "\n")


def main(orders: dict) -> None:
    """Run until told to stop."""
    state_dir = Path(orders["state_dir"])
    plan = Plan(
        state_dir=state_dir, command=(sys.executable, "-c", orders["program"], "worker", "{slug}"),
        pace=Pace(**orders["pace"]), stop_grace_s=orders["stop_grace_s"], idle_exit_s=orders["idle_exit_s"],
        start_gap_s=0.0, log_limit_bytes=orders["log_limit_bytes"],
        log_check_s=orders["log_check_s"],
        silence_check_s=orders["silence_check_s"])
    try:
        asyncio.run(Supervisor(plan, FileReports(state_dir / "reports.jsonl", orders["wanted"])).run())
    except Conflict as error:
        print(error, file=sys.stderr)
        sys.exit(4)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
