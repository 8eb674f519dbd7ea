"""What the scenarios share: customers who write all the while, and a table of what became of their lines."""
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.models import Message
from tests.patience import eventually
from tests.rig import BUSINESS, Rig, arrived, await_answers, make_tenant, rig

CUSTOMERS = 20
LINES_PER_S = 6.0
SENTENCES = ("Where are you?", "Hello", "What do you sell?", "bei gani?", "Are you open?")
RESULTS = pytest.StashKey[list[tuple[str, str]]]()


class Bench:
    """A linked worker with customers who write while something goes wrong."""

    def __init__(self, running: Rig) -> None:
        self.rig, self.api = running, running.api
        self.customers = running.customers(CUSTOMERS)
        self.written: dict[str, list[str]] = {customer: [] for customer in self.customers}
        self.note = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, name: str, **options: Any) -> None:
        self.api.post(f"/faults/{name}", phone=BUSINESS, **options)

    def end(self, name: str) -> None:
        self.api.delete(f"/faults/{name}?phone=%2B{BUSINESS[1:]}")

    def start_writing(self) -> None:
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def await_lines(self, more: int) -> None:
        """Wait until so many more lines are written."""
        wanted = self.count() + more
        eventually(lambda: self.count() >= wanted, f"{more} more lines are written")

    def stop_writing(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(60)
            assert not self._thread.is_alive()

    def count(self) -> int:
        return sum(map(len, self.written.values()))

    def await_answers(self) -> None:
        await_answers(self.rig, self.customers, self.written)

    def restarts(self) -> int:
        return self.rig.log_text().count('"browser_lost"')

    def _write(self) -> None:
        place = 0
        while not self._stop.is_set():
            customer = self.customers[place % CUSTOMERS]
            text = f"{SENTENCES[place % len(SENTENCES)]} ({place})"
            self.written[customer].append(self.rig.write(customer, text))
            place += 1
            self._stop.wait(1 / LINES_PER_S)


@pytest.fixture
def bench(database, settings, request) -> Iterator[Bench]:
    """A worker with short patience, linked; the first answer has come."""
    make_tenant()
    began = time.monotonic()
    with rig(settings, heartbeat_s=2.0, ready_timeout_s=20.0, send_timeout_s=5.0) as running:
        running.start_worker()
        running.link()
        made = Bench(running)
        try:
            yield made
        finally:
            made.stop_writing()
            lines = Message.select().where(Message.direction == "IN").count()
            request.config.stash.setdefault(RESULTS, []).append((
                request.node.name.removeprefix("test_").replace("-sqlite]", "]").replace("[sqlite]", ""),
                f"{made.count()} written, {lines} logged, {arrived(running, made.customers)} answers, "
                f"{made.restarts()} new browsers, {time.monotonic() - began:.0f} s {made.note}"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    found = config.stash.get(RESULTS, [])
    if found:
        terminalreporter.section("what happened")
        for name, line in found:
            terminalreporter.write_line(f"{name:62} {line}")
