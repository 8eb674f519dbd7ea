"""Customers of several businesses who go on writing, whatever happens to the machines."""
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tests.host.people import Business
from tests.patience import eventually

EACH_S = 1.5
LINES = ("Hello", "Where are you?", "When are you open?", "Thanks")


class Crowd:
    """So many customers of each business; every line waits for one answer."""

    def __init__(self, businesses: Sequence[Business], each: int = 2, first: int = 255712000001) -> None:
        numbers = itertools.count(first)
        self._pairs = [(business, f"+{next(numbers)}") for business in businesses for _ in range(each)]
        self._wrote = {customer: 0 for _, customer in self._pairs}
        self._enough = threading.Event()
        for business, customer in self._pairs:
            business.sandbox.post("/phones", number=customer, name="Asha")

    @property
    def wrote(self) -> dict[str, int]:
        """Lines so far, by customer."""
        return dict(self._wrote)

    @property
    def answers(self) -> dict[str, int]:
        """Answers so far, by customer."""
        return {customer: len(business.answers(customer)) for business, customer in self._pairs}

    @property
    def unanswered(self) -> dict[str, str]:
        """Which customers wait, with how many answers they had to how many lines, and whose."""
        return {customer: f"{business.slug} {had} of {self._wrote[customer]}" for business, customer in self._pairs
                if (had := len(business.answers(customer))) < self._wrote[customer]}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One after another writes meanwhile."""
        self._enough.clear()
        thread = threading.Thread(target=self._go_on)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join()

    def all_write(self) -> None:
        """Each writes one line."""
        for business, customer in self._pairs:
            self._write(business, customer)

    def is_answered(self, deadline_s: float = 240.0) -> None:
        """Wait until every line has an answer."""
        with suppress(AssertionError):
            eventually(lambda: not self.unanswered, "every line has its answer", deadline_s)
        assert not (left := self.unanswered), f"without an answer after {deadline_s:g} s: {left}"

    def has_had_one_answer_each(self) -> None:
        """Every line was answered, and none twice."""
        self.is_answered()
        assert self.answers == self._wrote

    def _go_on(self) -> None:
        for business, customer in itertools.cycle(self._pairs):
            if self._enough.wait(EACH_S):
                return
            self._write(business, customer)

    def _write(self, business: Business, customer: str) -> None:
        line = LINES[self._wrote[customer] % len(LINES)]
        business.sandbox.post(f"/phones/{customer}/messages", to=business.number, text=line)
        self._wrote[customer] += 1
