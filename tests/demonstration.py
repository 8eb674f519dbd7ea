"""`flowhq demo` as a person runs it."""
import json
import os
import signal
import subprocess
import sys
from functools import partial
from typing import Any

import psutil

from app.settings import Settings
from tests.patience import eventually

UP = "Flow HQ is up"
# What the bots say last to the customer who books, orders and opens a ticket.
DONE = {"demo-booking": "booking:recorded", "demo-shop": "order:placed", "demo-support": "fix:failed"}


class Demo:
    """A running demonstration."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.output = settings.state_dir.parent / "demo.txt"
        with self.output.open("w") as stream:
            self.process = subprocess.Popen([sys.executable, "-m", "app.cli", "demo"], stdout=stream, stderr=stream,
                                            env=settings.child_environ() | {"PYTHONUNBUFFERED": "1"})

    def said(self) -> str:
        return self.output.read_text()

    def await_up(self) -> None:
        eventually(lambda: UP in self.said() or self.process.poll() is not None, "the demo is up", deadline_s=240)
        assert UP in self.said(), self.said()

    def await_everything(self) -> None:
        """Wait until the customer has booked, ordered and opened a ticket."""
        for slug, because in DONE.items():
            eventually(partial(self._has_said, slug, because), f"{slug} has said {because}", deadline_s=120)

    def logged(self, slug: str) -> list[dict[str, Any]]:
        lines = self.flowhq("messages", "export", slug, "--format", "jsonl").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def _has_said(self, slug: str, because: str) -> bool:
        return because in {line["because"] for line in self.logged(slug)}

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(120)

    def flowhq(self, *words: object) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "app.cli", *map(str, words)], capture_output=True, text=True,
                              check=False, env=self.settings.child_environ(), timeout=240)

    def ask(self, *words: object) -> Any:
        return json.loads(self.flowhq(*words, "--json").stdout)

    def left(self) -> list[str]:
        """The command lines of whatever still runs on this state directory."""
        return [" ".join(found) for process in psutil.process_iter() if (found := self._ours(process))]

    def _ours(self, process: psutil.Process) -> list[str]:
        try:
            command = process.cmdline()
            told = " ".join([*command, *process.environ().values()])
            return command if str(self.settings.state_dir) in told and process.pid != os.getpid() else []
        except (psutil.Error, OSError):
            return []
