"""PURE: what became of every line: claimed, answered, on the phone once; and whether each status shown was true."""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.replay.accounts import Arrived, Logged, Written, answering_rows, settle

LATE_S = 60.0
# A heartbeat comes every half minute and may take some seconds: until then nobody can know.
GRACE_S = 45.0
OWED = frozenset({"ANSWERED", "JOINED", "WARNED", "HANDED_OVER"})


@dataclass(frozen=True)
class Log:
    """The message log of our customers' chats, and which replies are marked as unknown, by their WhatsApp id."""

    lines: Sequence[Logged] = ()
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sample:
    """One look at one tenant at monotonic second `at`: whether it is shown as connected, and whether its page is."""

    at: float
    shown: bool
    true: bool


@dataclass(frozen=True)
class Account:
    """The counts of lines, of replies, and of looks at the status."""

    written: int = 0
    claimed: int = 0
    answered: int = 0
    sent_once: int = 0
    sent_twice: int = 0
    lost: int = 0
    late: int = 0
    false_status: int = 0
    out_of_order: int = 0
    unknown: int = 0
    unsettled: int = 0
    unlogged: int = 0

    @property
    def problems(self) -> dict[str, int]:
        """What should be none and is not."""
        names = ("lost", "sent_twice", "false_status", "out_of_order", "unlogged")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def is_settled(self) -> bool:
        """Whether every line has been answered, or is owed nothing."""
        return not self.lost

    def __add__(self, other: "Account") -> "Account":
        return Account(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


def account(written: Sequence[Written], log: Log, arrived: Iterable[Arrived]) -> Account:
    """Compare what was written, what the log says, and what the phones show, each in its own order."""
    shown = list(arrived)
    on_phones = Counter((message.customer, message.id) for message in shown)
    seen_at = {(message.customer, message.id): message.at for message in shown}
    replay = settle(written, log.lines, shown)
    fates = list(_fates(written, log, on_phones))
    # Lines that were read together have their reply in common.
    came = {key for fate in fates for key in fate.came}
    unknown = {key for fate in fates for key in fate.unknown}
    doubted = unknown | {key for _, key in came if key in log.unknown}
    moments = {line.id: line.at for line in written}
    first = {fate.line.id: min(seen_at[key] or 0.0 for key in fate.came) for fate in fates if fate.came}
    return Account(
        written=len(written), claimed=sum(fate.is_claimed for fate in fates),
        answered=sum(fate.is_answered for fate in fates),
        sent_once=sum(on_phones[key] == 1 for key in came),
        sent_twice=replay.replies_twice + replay.logged_twice, lost=sum(fate.is_lost for fate in fates),
        late=sum(at - moments[name] > LATE_S for name, at in first.items()),
        out_of_order=replay.out_of_order, unlogged=replay.replies_unknown,
        unknown=len(doubted), unsettled=len(unknown),
    )


def false_looks(samples: Iterable[Sample]) -> int:
    """How many looks found the tenant shown as connected after its page had not been for more than GRACE_S."""
    count, since = 0, None
    for sample in samples:
        if not sample.shown or sample.true:
            since = None
        elif since is None:
            since = sample.at
        elif sample.at - since > GRACE_S:
            count += 1
    return count


def with_status(found: Account, looks: Mapping[Any, Sequence[Sample]]) -> Account:
    """The account with the looks at every tenant counted."""
    return replace(found, false_status=sum(map(false_looks, looks.values())))


@dataclass(frozen=True)
class _Fate:
    """One line: whether it is in the log, and of its replies which came, which are missing, and which are unknown."""

    line: Written
    is_claimed: bool
    is_owed: bool
    came: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        return bool(self.came) and not self.missing and not self.unknown

    @property
    def is_lost(self) -> bool:
        is_forgotten = self.is_owed and not (self.came or self.unknown)
        return not self.is_claimed or bool(self.missing) or is_forgotten


def _fates(written: Sequence[Written], log: Log, on_phones: Mapping[tuple[str, str], int]) -> Iterable[_Fate]:
    claims = {line.id: line for line in log.lines if line.direction == "IN"}
    customers = {line.id: line.customer for line in written}
    incoming = [line for line in log.lines if line.direction == "IN"]
    answering = answering_rows(incoming, {line.row: customers.get(line.id, "") for line in incoming})
    replies: dict[int | None, list[str]] = {}
    for reply in log.lines:
        if reply.direction == "OUT":
            replies.setdefault(reply.in_reply_to, []).append(reply.id)
    for line in written:
        claim = claims.get(line.id)
        due = replies.get(answering[claim.row], []) if claim else []
        came = tuple((line.customer, key) for key in due if (line.customer, key) in on_phones)
        absent = [key for key in due if (line.customer, key) not in on_phones]
        yield _Fate(line, claim is not None, bool(claim and claim.outcome in OWED), came,
                    tuple(key for key in absent if key not in log.unknown),
                    tuple(key for key in absent if key in log.unknown))
