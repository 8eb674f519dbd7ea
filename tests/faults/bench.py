"""A linked worker and customers who write all the while; what became of their lines is kept for a table."""
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import peewee
import pytest

from app.models import Message
from app.settings import Settings
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
        self.in_a_row, self.sentences = 1, SENTENCES
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

    def await_snapshot(self) -> None:
        """Wait until a snapshot of the profile is made, and the browser after it is linked."""
        eventually(lambda: list((self.rig.directory / "snapshots").glob("*.tar.gz")), "there is a snapshot")
        eventually(lambda: self.rig.log_text().count('"proved"') > 1, "another browser is linked")

    def restarts(self) -> int:
        return self.rig.log_text().count('"browser_lost"')

    def _write(self) -> None:
        place = 0
        while not self._stop.is_set():
            customer = self.customers[place // self.in_a_row % CUSTOMERS]
            text = f"{self.sentences[place % len(self.sentences)]} ({place})"
            self.written[customer].append(self.rig.write(customer, text))
            place += 1
            self._stop.wait(1 / LINES_PER_S)


@contextmanager
def linked(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A worker with short patience, linked, for a tenant in the bound database; the test's result goes into RESULTS."""
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
            request.config.stash.setdefault(RESULTS, []).append(
                (_named(request.node.name), f"{_counted(made)}, {time.monotonic() - began:.0f} s"))


def _named(test: str) -> str:
    return test.removeprefix("test_").replace("-sqlite]", "]").replace("[sqlite]", "")


def _counted(bench: Bench) -> str:
    try:
        logged = str(Message.select().where(Message.direction == "IN").count())
    except peewee.PeeweeException:
        logged = "?"
    return (f"{bench.count()} written, {logged} logged, {arrived(bench.rig, bench.customers)} answers, "
            f"{bench.restarts()} new browsers")
