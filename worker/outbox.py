"""Send a reply once, in order within its chat; chats do not wait for each other.

A reply is settled when WhatsApp has it (SENT) or will not take it (FAILED), or when the page does not say which for
long (UNKNOWN). Whenever an outcome is unknown (a deadline passed, the page or the worker was replaced) the id is looked
up in the chat before anything is sent again.
"""
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.db import db
from app.logs import get_logger
from app.models import DRAFT_ID, Delivery, Direction, Message, Tenant, WorkerProcess
from worker.pacing import next_of
from worker.whatsapp.events import AckSeen, LookedUp, Sent, bare_id, chat_of

SERVER_HAS_IT = 1
TRIES = 3
LATE_IN_A_ROW = 3
# One chat's sends may throw because of that chat; those of three in a row do because of the page.
THROWING_CHATS = 3
# A connected page sends what it holds at once; one that holds it still after so many looks does not send.
STUCK_LOOKS = 3
THROWN = "ERROR"
# So often in a row a connected page is asked in vain of one reply, a deadline apart, before nobody can know.
LOOKS = 10
# What failed by its answer may have arrived all the same: its receipt then comes a moment later.
RECEIPT_S = 3.0
GIVE_UP_AFTER = timedelta(hours=24)
ACKS = {1: Delivery.SENT, 2: Delivery.DELIVERED, 3: Delivery.READ, 4: Delivery.READ}
BEFORE = {
    Delivery.SENT: (Delivery.PENDING, Delivery.SENDING, Delivery.UNKNOWN),
    Delivery.DELIVERED: (Delivery.PENDING, Delivery.SENDING, Delivery.UNKNOWN, Delivery.SENT),
    Delivery.READ: (Delivery.PENDING, Delivery.SENDING, Delivery.UNKNOWN, Delivery.SENT, Delivery.DELIVERED),
}

log = get_logger(__name__)


class PageDegraded(Exception):
    """Sends have passed their deadline, or thrown, several times in a row: the page no longer does its work."""


class Sender(Protocol):
    """What the outbox needs of the page."""

    def send(self, chat: str, key: str, text: str) -> int:
        """Start a send; returns the number that its Sent event will carry."""

    def look_up(self, chat: str, key: str) -> int:
        """Start a look-up; returns the number that its LookedUp event will carry."""

    def composing(self, chat: str) -> None:
        """Show "typing…"."""


class Gate(Protocol):
    """What says when replies may go out."""

    def waits_until(self, clock: float) -> float:
        """From when on one may, `clock` where one may now."""

    def passed(self, clock: float) -> None:
        """One goes out."""

    def returned(self) -> None:
        """One has not left the page, and is to be sent again."""

    def failed(self, chat: int, clock: float) -> None:
        """One could not be delivered."""

    def succeeded(self) -> None:
        """WhatsApp has taken one."""


class Step(StrEnum):
    """What happens next to the reply at the head of a chat's queue."""

    SEND = "send"
    TYPING = "typing"
    SENDING = "sending"
    LOOK_UP = "look_up"
    LOOKING = "looking"
    WAIT = "wait"


@dataclass(frozen=True)
class Outgoing:
    """A committed reply: our row, the chat, the WhatsApp id it goes out under, and seconds of typing before it."""

    message_id: int
    chat_id: int
    chat: str
    key: str
    text: str
    typing_s: float = 0.0


@dataclass
class _Entry:
    reply: Outgoing
    step: Step = Step.SEND
    due: float = 0.0
    op: int = 0
    tries: int = 0
    awaited_receipt: bool = False
    stuck: int = 0
    in_vain: int = 0


@dataclass
class Outbox:
    """The outgoing side of one tenant. Times are monotonic seconds, passed in."""

    tenant: Tenant
    page: Sender
    deadline_s: float
    gate: Gate
    late: int = 0
    _queues: dict[int, deque[_Entry]] = field(default_factory=dict)
    _operations: dict[int, _Entry] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)
    _throwing: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Another browser was to say what became of the one that was tried while sending was paused.
        self.gate.returned()

    def add(self, replies: Iterable[Outgoing], step: Step = Step.SEND) -> None:
        """Queue committed replies behind those of the same chat; one that is queued already is left as it is."""
        for reply in replies:
            if reply.message_id not in self._known:
                self._known.add(reply.message_id)
                self._queues.setdefault(reply.chat_id, deque()).append(_Entry(reply, step))

    def load_unsettled(self, now: datetime) -> int:
        """Queue what an earlier life left unsettled, to be looked up first; returns how many rows there were."""
        unsettled = [row for row in Message.unsettled_of(self.tenant) if not row.wa_message_id.startswith(DRAFT_ID)]
        stale = [row.id for row in unsettled if row.created_at < now - GIVE_UP_AFTER]
        if stale:
            Message.update(delivery=Delivery.UNKNOWN, delivered_at=now).where(Message.id.in_(stale)).execute()
        self.add((Outgoing(row.id, row.chat.id, chat_of(row.wa_message_id), row.wa_message_id, row.text)
                  for row in unsettled if row.id not in stale), Step.LOOK_UP)
        return len(unsettled)

    def doubt_all(self) -> None:
        """The page was replaced: whatever was under way has an unknown outcome."""
        self._operations.clear()
        for queue in self._queues.values():
            for entry in queue:
                if entry.step in (Step.SENDING, Step.LOOKING, Step.WAIT):
                    entry.step, entry.due = Step.LOOK_UP, 0.0
        self.late = 0

    def pump(self, clock: float) -> None:
        """Start whatever is due at the head of each chat. Raises PageDegraded, and what the page raises."""
        for queue in self._queues.values():
            self._advance(queue[0], clock)

    def next_due(self) -> float | None:
        """When `pump` has something to do without any event, in monotonic seconds."""
        return next_of(queue[0].due for queue in self._queues.values())

    def is_idle(self) -> bool:
        """Whether nothing is under way in the page."""
        return not self._operations

    def waiting(self) -> int:
        """How many replies are not settled."""
        return len(self._known)

    def on_sent(self, event: Sent, clock: float, now: datetime) -> None:
        """WhatsApp's answer to a send; raises PageDegraded where sends throw in chat after chat."""
        entry = self._operations.get(event.op)
        if entry is None:
            return
        if event.result == "OK" and event.ack >= 0:
            self._settle(entry, Delivery.SENT, clock, now)
        else:
            log.warning("send_refused", message_id=bare_id(entry.reply.key), result=event.result, error=event.error)
            if event.result == THROWN:
                self._count_thrown(entry, event.error)
            self._doubt(entry, clock)

    def on_looked_up(self, event: LookedUp, clock: float, now: datetime) -> None:
        """What the chat says of a reply whose outcome was unknown; raises PageDegraded where it stays in the page."""
        entry = self._operations.get(event.op)
        if entry is None:
            return
        entry.in_vain = 0
        if event.found and event.ack >= SERVER_HAS_IT:
            self._settle(entry, ACKS.get(event.ack, Delivery.SENT), clock, now)
        elif event.found and event.ack == 0:
            self._wait(entry, clock, self.deadline_s)
            self._count_stuck(entry)
        elif event.found and not entry.awaited_receipt:
            entry.awaited_receipt = True
            self._wait(entry, clock, RECEIPT_S)
        elif entry.tries >= TRIES:
            self._settle(entry, Delivery.FAILED, clock, now)
        else:
            self._forget_operation(entry)
            if entry.tries:
                self.gate.returned()
            entry.step, entry.due = Step.SEND, clock + entry.tries
            log.info("reply_sent_again" if entry.tries else "reply_sent_late", message_id=bare_id(entry.reply.key))

    def on_failed(self, op: int, clock: float, now: datetime) -> None:
        """A look-up ended in an exception of the page: ask again later; raises PageDegraded where many do."""
        entry = self._operations.get(op)
        if entry is None:
            return
        entry.in_vain += 1
        # It is no longer what a paused number waits for.
        self.gate.returned()
        self._count_thrown(entry, "The page cannot say what became of a reply")
        if entry.in_vain >= LOOKS:
            self._settle(entry, Delivery.UNKNOWN, clock, now)
        else:
            self._wait(entry, clock, self.deadline_s)

    def on_ack(self, event: AckSeen, now: datetime) -> None:
        """Replies came further than before."""
        note_ack(self.tenant, event, now)

    def _advance(self, entry: _Entry, clock: float) -> None:
        if entry.due > clock:
            return
        may_go = self.gate.waits_until(clock)
        if entry.step is Step.SEND and may_go > clock:
            entry.due = may_go
        elif entry.step is Step.SEND and entry.reply.typing_s and not entry.tries:
            self.page.composing(entry.reply.chat)
            self.gate.passed(clock)
            entry.step, entry.due = Step.TYPING, clock + entry.reply.typing_s
        elif entry.step in (Step.SEND, Step.TYPING):
            if entry.step is Step.SEND:
                self.gate.passed(clock)
            entry.tries += 1
            entry.awaited_receipt = False
            self._start(entry, Step.SENDING, self.page.send(entry.reply.chat, entry.reply.key, entry.reply.text), clock)
        elif entry.step in (Step.LOOK_UP, Step.WAIT):
            self._start(entry, Step.LOOKING, self.page.look_up(entry.reply.chat, entry.reply.key), clock)
        else:
            self._count_late(entry)
            self._doubt(entry, clock)

    def _start(self, entry: _Entry, step: Step, op: int, clock: float) -> None:
        entry.step, entry.op, entry.due = step, op, clock + self.deadline_s
        self._operations[op] = entry

    def _count_late(self, entry: _Entry) -> None:
        self.late += 1
        log.warning("send_late", message_id=bare_id(entry.reply.key), in_a_row=self.late)
        if self.late >= LATE_IN_A_ROW:
            raise PageDegraded(f"{self.late} sends in a row were not answered within {self.deadline_s:g} s")

    def _count_stuck(self, entry: _Entry) -> None:
        entry.stuck += 1
        if entry.stuck >= STUCK_LOOKS:
            raise PageDegraded("A reply stays in WhatsApp Web and does not leave it")

    def _count_thrown(self, entry: _Entry, error: str) -> None:
        self._throwing.add(entry.reply.chat_id)
        if len(self._throwing) >= THROWING_CHATS:
            raise PageDegraded(f"Sends failed in {len(self._throwing)} chats in a row: {error}")

    def _doubt(self, entry: _Entry, clock: float) -> None:
        self._forget_operation(entry)
        entry.step, entry.due = Step.LOOK_UP, clock

    def _wait(self, entry: _Entry, clock: float, seconds: float) -> None:
        self._forget_operation(entry)
        entry.step, entry.due = Step.WAIT, clock + seconds

    def _settle(self, entry: _Entry, delivery: Delivery, clock: float, now: datetime) -> None:
        with db.atomic():
            Message.update(delivery=delivery, delivered_at=now).where(
                Message.id == entry.reply.message_id, Message.delivery.in_(BEFORE[Delivery.SENT])).execute()
            WorkerProcess.update(last_seen_at=now).where(WorkerProcess.tenant == self.tenant).execute()
        log.info("reply_settled", message_id=bare_id(entry.reply.key), chat=entry.reply.chat_id, delivery=delivery)
        self._forget_operation(entry)
        self.late = 0
        if delivery in (Delivery.FAILED, Delivery.UNKNOWN):
            self.gate.failed(entry.reply.chat_id, clock)
        else:
            self.gate.succeeded()
            self._throwing.clear()
        self._known.discard(entry.reply.message_id)
        queue = self._queues[entry.reply.chat_id]
        queue.popleft()
        if not queue:
            del self._queues[entry.reply.chat_id]

    def _forget_operation(self, entry: _Entry) -> None:
        self._operations.pop(entry.op, None)


def note_ack(tenant: Tenant, event: AckSeen, now: datetime) -> None:
    """Write down that replies came further than before; what came further already stays."""
    if (delivery := ACKS.get(event.ack)) is not None:
        # Being read later does not change when it arrived.
        arrival = {} if delivery == Delivery.READ else {"delivered_at": now}
        Message.update({"delivery": delivery, **arrival}).where(
            Message.tenant == tenant, Message.wa_message_id.in_(event.keys),
            Message.direction == Direction.OUT, Message.delivery.in_(BEFORE[delivery])).execute()
