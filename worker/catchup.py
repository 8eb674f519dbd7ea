"""Catch up after downtime from a stored watermark: what customers wrote while nobody read is read first, in order.

Until the history has been read, everything is held back, live messages and old ones alike, or a chat could be answered
out of order: the page tells what is new, the history what is old, and neither knows of the other. The watermark is the
time up to which everything has been claimed; it moves only while the connection is proved and nothing waits.
"""
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.logs import get_logger
from app.models import Direction, Message, Tenant, WhatsAppSession
from worker.lost import Said, answers_among, joined_among
from worker.reconnect import delay_s
from worker.whatsapp.events import MessageSeen

# Clocks of phones and WhatsApp's seconds differ a little; what is read twice is recognised by its id.
OVERLAP = timedelta(minutes=2)
# What is older than this is no downtime any more.
REACHES_BACK = timedelta(days=7)
# A device that was linked anew gets its history bit by bit: seconds after the link at which to read it again.
HISTORY_COMES_FOR_S = (30.0, 180.0)
# However well the page works, whether it tells of every message is known from the history alone.
ROUND_S = 600.0
MESSAGES_PER_CHAT = 50
DEADLINE_S = 60.0

Held = tuple[int, MessageSeen]

log = get_logger(__name__)


class History(Protocol):
    """What the catch-up needs of the page."""

    def catch_up(self, since: int, per_chat: int) -> int:
        """Push the messages of all chats from `since` on (unix seconds)."""


class NewLink(StrEnum):
    """Whose the link is that somebody has just made."""

    SAME_NUMBER = "same number"
    OTHER_NUMBER = "other number"


class Phase(StrEnum):
    """How far the catch-up of this connection is."""

    WAITING = "waiting"
    READING = "reading"
    RELEASING = "releasing"
    FAILED = "failed"
    DONE = "done"


@dataclass
class CatchUp:
    """The catch-up of one connection."""

    tenant: Tenant
    page: History
    phase: Phase = Phase.WAITING
    held: deque[Held] = field(default_factory=deque)
    since: datetime | None = None
    is_round: bool = False
    """Whether the history is read although nothing has happened."""
    _round_from: datetime | None = None
    _round_due: float = float("inf")
    _asked_at: datetime | None = None
    _again: deque[float] = field(default_factory=deque)
    _op: int = 0
    _due: float = 0.0
    _failures: int = 0
    _said: dict[str, Said] = field(default_factory=dict)
    _joined: dict[str, Said] = field(default_factory=dict)
    _was_read: bool = True

    def restart(self) -> None:
        """The page was replaced: what is held will be read again from the history."""
        self.phase, self._failures = Phase.WAITING, 0
        self.held.clear()

    def suspend(self) -> None:
        """The connection was lost: what comes with the next one waits for the history."""
        self.phase, self._failures = Phase.WAITING, 0

    def begin(self, link: NewLink | None, now: datetime, clock: float) -> None:
        """The connection is proved: read the history, unless it belongs to another number than the watermark."""
        if self.phase is not Phase.WAITING:
            return
        self.since = self._watermark(now)
        if link is NewLink.OTHER_NUMBER or self.since is None:
            self.since, self.phase = None, Phase.DONE
            self._again.clear()
            # The overlap must not reach behind the link.
            self._round_from, self._round_due = now + OVERLAP, clock + ROUND_S
            self._store(now + OVERLAP)
            return
        if link is NewLink.SAME_NUMBER:
            self._again = deque(clock + seconds for seconds in HISTORY_COMES_FOR_S)
        self.is_round = False
        self._read(now, clock, self.since, self._round_from)

    def tick(self, now: datetime, clock: float) -> None:
        """Read the history again where it could not be had, may have grown, or it is time to; only while connected."""
        if self.phase is Phase.FAILED and clock >= self._due:
            self._read(now, clock, self._round_from or self.since)
        elif self.phase is Phase.DONE and self._again and clock >= self._again[0]:
            self._again.popleft()
            self._read(now, clock, self.since)
        elif self.phase is Phase.DONE and clock >= self._round_due:
            self.is_round = True
            self._read(now, clock, self._round_from or self.since)

    def _read(self, now: datetime, clock: float, *read_until: datetime | None) -> None:
        newest = self._newest()
        since = max(min(filter(None, (*read_until, newest)), default=now) - OVERLAP, now - REACHES_BACK)
        self._op = self.page.catch_up(int(since.timestamp()), MESSAGES_PER_CHAT)
        self.phase, self._due = Phase.READING, clock + DEADLINE_S
        self._asked_at, self._round_due = now, clock + ROUND_S

    def holds(self) -> bool:
        """Whether messages have to wait until the history is read and those before them are answered."""
        return self.phase in (Phase.WAITING, Phase.READING, Phase.RELEASING)

    def hold(self, seq: int, message: MessageSeen) -> None:
        """Keep a message, with its number in the page's box, until the history is read."""
        self.held.append((seq, message))

    def progress(self, clock: float) -> None:
        """The page has told of an old message: however many there are, it is at it."""
        self._due = max(self._due, clock + DEADLINE_S) if self.is_reading else self._due

    def acknowledged(self, done: int) -> int:
        """Up to which number the page may drop its events, where all up to `done` were looked at."""
        return min([done, *(seq - 1 for seq, _ in self.held)])

    @property
    def is_reading(self) -> bool:
        """Whether the page is at it now."""
        return self.phase is Phase.READING

    def is_answer(self, op: int) -> bool:
        """Whether an answer of the page is to this catch-up."""
        return self.phase is Phase.READING and op == self._op

    def is_overdue(self, clock: float) -> bool:
        """Whether the page takes too long; then what is held is better answered than kept."""
        return self.phase is Phase.READING and clock > self._due

    def sort(self) -> None:
        """Put what is held into the order in which to deal with it: what the owner typed, then the customers'."""
        held = in_order(self.held)
        self._said |= answers_among(message for _, message in held)
        self._joined |= joined_among((message for _, message in held), self._said)
        answers = {own.id for replies in self._said.values() for own in replies}
        typed = [(seq, message) for seq, message in held if message.from_me and message.id not in answers]
        self.held = deque([*typed, *(each for each in held if not each[1].from_me)])

    def unanswered(self) -> list[MessageSeen]:
        """The customers' messages that are held, but for those that a lost machine has answered."""
        answered = {*self._said, *(message.id for joined in self._joined.values() for message in joined)}
        return [message for _, message in self.held if not message.from_me and message.id not in answered]

    def joined_to(self, message: MessageSeen) -> Said:
        """What a lost machine has read together with a message that it has answered, and answered by that."""
        return self._joined.get(message.id, ())

    def begin_release(self, *, was_read: bool) -> None:
        """The page has read its history, or cannot: what is held is to be dealt with now, in its order."""
        self.phase, self._was_read = Phase.RELEASING, was_read
        self.sort()

    def release(self, goes_on: Callable[[], bool] = lambda: True) -> Iterator[tuple[MessageSeen, Said]]:
        """What is held, one after another, each with what a lost machine has answered; dropped once the next is due.

        It ends early where it is not to go on. What is joined to another comes with that one.
        """
        joined = {message.id for messages in self._joined.values() for message in messages}
        while self.held and goes_on():
            message = self.held[0][1]
            if message.id not in joined:
                yield message, self._said.get(message.id, ())
            self.held.popleft()

    @property
    def is_releasing(self) -> bool:
        """Whether what is held is being answered."""
        return self.phase is Phase.RELEASING

    def end_release(self, clock: float) -> None:
        """All that was held is dealt with."""
        if self._was_read:
            self.finish()
        else:
            self.fail(clock)

    def finish(self) -> None:
        """Everything the history had has been pushed."""
        self.phase, self._failures = Phase.DONE, 0
        self._round_from = self._asked_at or self._round_from
        self._said.clear()
        self._joined.clear()

    def fail(self, clock: float) -> None:
        """The history cannot be had now: go on with what is new, leave the watermark, and ask again later."""
        self._failures += 1
        self.phase, self._due = Phase.FAILED, clock + DEADLINE_S * delay_s(self._failures, 0.5)

    def advance(self, now: datetime) -> None:
        """Everything up to `now` has been claimed."""
        if self.phase is Phase.DONE and not self._again and not now < (self._watermark(now) or now) <= now + OVERLAP:
            self._store(now)

    def _newest(self) -> datetime | None:
        """When the newest message of this link was written.

        It is told by WhatsApp's clock, the watermark by ours, and the two may differ by more than the overlap.
        """
        session = WhatsAppSession.get(WhatsAppSession.tenant == self.tenant)
        query = Message.select(Message.sent_at).where(
            Message.tenant == self.tenant, Message.direction == Direction.IN,
            Message.created_at >= (session.linked_at or datetime.min.replace(tzinfo=UTC)))
        row = query.order_by(Message.created_at.desc(), Message.id.desc()).first()
        return row.sent_at if row else None

    def _watermark(self, now: datetime) -> datetime | None:
        """The stored one; one that lies far ahead comes from a clock that was wrong."""
        stored: datetime | None = WhatsAppSession.get(WhatsAppSession.tenant == self.tenant).watermark
        return now if stored is not None and stored > now + OVERLAP else stored

    def _store(self, moment: datetime) -> None:
        WhatsAppSession.update(watermark=moment).where(WhatsAppSession.tenant == self.tenant).execute()


def in_order(held: Iterable[Held]) -> list[Held]:
    """PURE: each message once: by its time what only the history had, then, in its order, what came as new."""
    old: dict[str, Held] = {}
    live: dict[str, Held] = {}
    for seq, message in held:
        (old if message.late else live).setdefault(message.id, (seq, message))
    only_old = [each for key, each in old.items() if key not in live]
    return [*sorted(only_old, key=lambda each: each[1].time), *live.values()]
