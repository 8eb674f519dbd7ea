"""PURE: whether what was written, logged and answered is the same, and nothing of it is at another tenant's.

A line is known by its id where the log tells ids, and by its text where it does not: every text that is written is
its own.
"""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.stress.cast import Business

Key = tuple[str, str]


@dataclass(frozen=True)
class Written:
    """A line that a customer wrote to a tenant; `waited_s` is None where no reply came in time."""

    slug: str
    customer: str
    id: str
    text: str
    waited_s: float | None = None


@dataclass(frozen=True)
class Shown:
    """A message on a customer's phone that somebody else sent."""

    customer: str
    sender: str
    id: str
    text: str


@dataclass(frozen=True)
class Logged:
    """A line of a tenant's log; without an id where the log does not tell it."""

    slug: str
    customer: str
    direction: str
    text: str
    id: str = ""


@dataclass(frozen=True)
class Sight:
    """How a tenant's worker was seen: process, profile, devices of its phone; None where nobody could look.

    `user` is told where each worker is to have one of its own.
    """

    pid: int | None = None
    memory_mib: int | None = None
    linked_as: str = ""
    devices: int = 0
    pids_here: tuple[int, ...] | None = None
    profiles: tuple[str, ...] | None = None
    user: str = ""


@dataclass(frozen=True)
class Line:
    """One tenant's account: how many there are of each, and how many of what there should be none."""

    slug: str
    written: int
    logged: int
    answered: int
    problems: dict[str, int]
    sight: Sight


@dataclass(frozen=True)
class Seen:
    """What customers wrote, what is in the log, what their phones show, and how the workers are by slug."""

    written: Sequence[Written]
    logged: Sequence[Logged]
    shown: Sequence[Shown]
    sights: Mapping[str, Sight]


def settle(businesses: Sequence[Business], seen: Seen) -> list[Line]:
    """The account of each tenant."""
    return [_line(business, [each.slug for each in businesses], seen) for business in businesses]


def strangers(businesses: Sequence[Business], shown: Iterable[Shown]) -> int:
    """How many messages came to the customers' phones from numbers that nobody wrote to."""
    numbers = {business.number for business in businesses}
    return sum(message.sender not in numbers for message in shown)


def rows_outside(businesses: Sequence[Business], logged: Iterable[Logged]) -> int:
    """How many rows of tenants that take no part speak of one that does."""
    slugs = {business.slug for business in businesses}
    return sum(row.slug not in slugs for row in logged)


def speaks_of_another(slug: str, text: str, slugs: Iterable[str]) -> bool:
    """Whether a row of the tenant's carries another tenant's mark."""
    return any(other in text for other in slugs if other != slug)


def _line(business: Business, slugs: Sequence[str], seen: Seen) -> Line:
    mine = [line for line in seen.written if line.slug == business.slug]
    rows = [row for row in seen.logged if row.slug == business.slug]
    replies = [message for message in seen.shown if message.sender == business.number]
    problems = _of_log(mine, rows) | _of_replies(business, mine, rows, replies) | _of_worker(business, seen.sights) | {
        "wrong_tenants_rows": sum(speaks_of_another(business.slug, row.text, slugs) for row in rows),
        "wrong_tenants_replies": sum(speaks_of_another(business.slug, each.text, slugs) for each in replies)}
    asked, heard = Counter(line.customer for line in mine), Counter(each.customer for each in replies)
    return Line(business.slug, len(mine), sum(row.direction == "IN" for row in rows), (asked & heard).total(),
                {name: count for name, count in problems.items() if count}, seen.sights[business.slug])


def _of_log(mine: Sequence[Written], rows: Sequence[Logged]) -> dict[str, int]:
    incoming = [row for row in rows if row.direction == "IN"]
    has_ids = all(row.id for row in incoming)
    should = Counter((line.customer, line.id if has_ids else line.text) for line in mine)
    does = Counter((row.customer, row.id if has_ids else row.text) for row in incoming)
    twice = sum(count - 1 for count in does.values())
    return {"not_logged": _surplus(should, does), "logged_twice": twice,
            "logged_never_written": sum(key not in should for key in does)}


def _of_replies(
    business: Business, mine: Sequence[Written], rows: Sequence[Logged], replies: Sequence[Shown],
) -> dict[str, int]:
    outgoing = [row for row in rows if row.direction == "OUT"]
    has_ids = all(row.id for row in outgoing)
    promised = Counter((row.customer, row.id if has_ids else row.text) for row in outgoing)
    arrived = Counter((each.customer, each.id if has_ids else each.text) for each in replies)
    asked = Counter(line.customer for line in mine)
    heard = Counter(each.customer for each in replies)
    return {"not_answered": sum((asked - heard).values()), "answered_twice": sum((heard - asked).values()),
            "replies_not_arrived": _surplus(promised, arrived), "replies_not_logged": _surplus(arrived, promised),
            "replies_of_other_content": sum(business.address not in each.text for each in replies)}


def _of_worker(business: Business, sights: Mapping[str, Sight]) -> dict[str, int]:
    sight = sights[business.slug]
    others = [other for slug, other in sights.items() if slug != business.slug]
    found: dict[str, int] = {
        "linked_to_another_number": sight.linked_as != business.number, "devices_not_one": sight.devices != 1,
        "no_process": sight.pid is None, "process_shared": sum(other.pid == sight.pid for other in others)}
    if sight.pids_here is not None:
        found["processes_not_one"] = sight.pids_here != (sight.pid,)
    if sight.profiles is not None:
        shared = [other for other in others if set(other.profiles or ()) & set(sight.profiles)]
        found |= {"profiles_not_one": len(sight.profiles) != 1, "profile_shared": len(shared)}
    if sight.user:
        found["user_shared"] = sum(other.user == sight.user for other in others)
    return {name: int(count) for name, count in found.items()}


def _surplus(more: Counter[Key], less: Counter[Key]) -> int:
    return sum((more - less).values())
