"""PURE: whether every line was logged once and every promised reply arrived once, in order.

Three lists are compared: what the customers wrote, what the log holds of their chats, what their phones show. A line is
known by the id that its phone gave it, a reply by the id under which the log says that it is sent.
"""
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

OWED = frozenset({"ANSWERED", "JOINED"})
# A customer, the place of a line among all that were written, and a row of the log.
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Written:
    """A line that a customer wrote: its place among all lines, and when in seconds."""

    customer: str
    place: int
    id: str
    at: float


@dataclass(frozen=True)
class Logged:
    """A line of the message log, IN or OUT, in a chat that a customer wrote in."""

    row: int
    id: str
    direction: str
    outcome: str | None = None
    in_reply_to: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Arrived:
    """A message of the business on a customer's phone; `at` is None where nobody saw when it came."""

    customer: str
    id: str
    at: float | None = None


@dataclass(frozen=True)
class Account:
    """The counts. Lines: written = logged_once + logged_twice + missing."""

    written: int
    logged_once: int
    missing: int
    logged_twice: int
    never_written: int
    undecided: int
    outcomes: dict[str, int]
    promised: int
    arrived: int
    unanswered: int
    replies_missing: int
    replies_twice: int
    replies_unknown: int
    out_of_order: int
    latencies: tuple[float, ...]

    @property
    def problems(self) -> dict[str, int]:
        """What should be none and is not."""
        names = ("missing", "logged_twice", "never_written", "undecided", "unanswered", "replies_missing",
                 "replies_twice", "replies_unknown", "out_of_order")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to wait for."""
        return not (self.missing or self.undecided or self.unanswered or self.replies_missing)

    def latency(self, share: float) -> float | None:
        """The time in seconds within which `share` of the answered lines had their first reply."""
        if not self.latencies:
            return None
        return self.latencies[max(0, math.ceil(share * len(self.latencies)) - 1)]


def settle(written: Sequence[Written], logged: Iterable[Logged], arrived: Iterable[Arrived]) -> Account:
    """Compare the three lists; `logged` in the order of the log, `arrived` in the order of each phone."""
    log, shown = list(logged), list(arrived)
    by_id = {line.id: line for line in written}
    incoming = [line for line in log if line.direction == "IN"]
    lines = {line.row: by_id[line.id] for line in incoming if line.id in by_id}
    promises = {line.id: line for line in log if line.direction == "OUT"}
    times = Counter(line.id for line in incoming)
    due = {(lines[line.in_reply_to].customer, line.id) for line in promises.values() if line.in_reply_to in lines}
    came = Counter((message.customer, message.id) for message in shown)
    answered_rows = {line.in_reply_to for line in promises.values()}
    answering = answering_rows(incoming, {row: line.customer for row, line in lines.items()})
    return Account(
        written=len(written),
        logged_once=sum(times[line.id] == 1 for line in written),
        missing=sum(not times[line.id] for line in written),
        logged_twice=sum(times[line.id] > 1 for line in written),
        never_written=sum(line.id not in by_id for line in incoming),
        undecided=sum(not line.outcome for line in incoming),
        outcomes=dict(Counter(line.outcome for line in incoming if line.outcome)),
        promised=len(due),
        arrived=sum(key in came for key in due),
        unanswered=sum(line.outcome in OWED and answering[line.row] not in answered_rows for line in incoming),
        replies_missing=sum(key not in came for key in due),
        replies_twice=sum(count - 1 for count in came.values()) + _said_twice(log),
        replies_unknown=sum(key not in due for key in came),
        out_of_order=_disorder(_logged_places(incoming, lines)) + _disorder(_answered_places(shown, promises, lines)),
        latencies=_latencies(shown, promises, lines),
    )


def answering_rows(incoming: Iterable[Logged], customers: Mapping[int, str]) -> dict[int, int | None]:
    """The row to which each line's reply is, by its own row: that of the customer's next line where they were read
    together, None where there is no next; `incoming` in the order of the log, `customers` by row.
    """
    found: dict[int, int | None] = {}
    following: dict[str, int] = {}
    for line in reversed(list(incoming)):
        customer = customers.get(line.row, "")
        if line.outcome != "JOINED":
            following[customer] = line.row
        found[line.row] = following.get(customer)
    return found


def _said_twice(log: list[Logged]) -> int:
    """Replies with the same text to the same line, under whatever id."""
    said = Counter((line.in_reply_to, line.text) for line in log if line.direction == "OUT")
    return sum(count - 1 for count in said.values())


def _logged_places(incoming: list[Logged], lines: dict[int, Written]) -> list[Place]:
    """For each line, in the order of the log, the place that it had among all."""
    return [(lines[line.row].customer, lines[line.row].place, line.row) for line in incoming if line.row in lines]


def _answered_places(shown: list[Arrived], promises: dict[str, Logged], lines: dict[int, Written]) -> list[Place]:
    """For each reply, in the order of the phones, the place of the line it answers and its own in the log."""
    found = []
    for message in shown:
        reply = promises.get(message.id)
        if reply and reply.in_reply_to in lines:
            found.append((message.customer, lines[reply.in_reply_to].place, reply.row))
    return found


def _disorder(places: Iterable[Place]) -> int:
    """How often, for one and the same customer, something came before what it should have followed."""
    by_customer: dict[str, list[tuple[int, int]]] = {}
    for customer, place, row in places:
        by_customer.setdefault(customer, []).append((place, row))
    return sum(later < earlier for ordered in by_customer.values() for earlier, later in pairwise(ordered))


def _latencies(shown: list[Arrived], promises: dict[str, Logged], lines: dict[int, Written]) -> tuple[float, ...]:
    first: dict[int, float] = {}
    for message in shown:
        reply = promises.get(message.id)
        if reply and reply.in_reply_to in lines and message.at is not None:
            first.setdefault(reply.in_reply_to, message.at - lines[reply.in_reply_to].at)
    return tuple(sorted(first.values()))
