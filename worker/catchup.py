"""Catch up after downtime from a stored watermark: what customers wrote while nobody read is read first, in order.

Until the history has been read, live messages are held back, or a chat could be answered out of order. The watermark is
the time up to which everything has been claimed; it moves only while the connection is proved and nothing waits.
"""
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.logs import get_logger
from app.models import Tenant, WhatsAppSession
from worker.whatsapp.events import MessageSeen

# Clocks of phones and WhatsApp's seconds differ a little; what is read twice is recognised by its id.
OVERLAP = timedelta(minutes=2)
MESSAGES_PER_CHAT = 50
DEADLINE_S = 60.0

log = get_logger(__name__)


class History(Protocol):
    """What the catch-up needs of the page."""

    def catch_up(self, since: int, per_chat: int) -> int:
        """Push the messages of all chats from `since` on (unix seconds)."""


class Phase(StrEnum):
    """How far this page's catch-up is."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"


@dataclass
class CatchUp:
    """The catch-up of one page."""

    tenant: Tenant
    page: History
    phase: Phase = Phase.WAITING
    held: deque[tuple[int, MessageSeen]] = field(default_factory=deque)
    _op: int = 0
    _deadline: float = 0.0

    def restart(self) -> None:
        """The page was replaced: what is held will be read again from the history."""
        self.phase = Phase.WAITING
        self.held.clear()

    def begin(self, *, new_link: bool, now: datetime, clock: float) -> None:
        """The connection is proved: read the history, unless the link is new and the history none of ours."""
        if self.phase is not Phase.WAITING:
            return
        watermark = WhatsAppSession.get(WhatsAppSession.tenant == self.tenant).watermark
        if new_link or watermark is None:
            self._store(now)
            self.phase = Phase.DONE
        else:
            self._op = self.page.catch_up(int((watermark - OVERLAP).timestamp()), MESSAGES_PER_CHAT)
            self.phase, self._deadline = Phase.READING, clock + DEADLINE_S

    def holds(self, message: MessageSeen) -> bool:
        """Whether the message has to wait until the history is read."""
        return self.phase is not Phase.DONE and not message.late

    @property
    def is_reading(self) -> bool:
        """Whether the page is at it now."""
        return self.phase is Phase.READING

    def is_answer(self, op: int) -> bool:
        """Whether an answer of the page is to this catch-up."""
        return self.phase is Phase.READING and op == self._op

    def is_overdue(self, clock: float) -> bool:
        """Whether the page takes too long; then what is held is better answered than kept."""
        return self.phase is Phase.READING and clock > self._deadline

    def finish(self) -> None:
        """Everything the history had has been pushed, or cannot be had."""
        self.phase = Phase.DONE

    def advance(self, now: datetime) -> None:
        """Everything up to `now` has been claimed."""
        if self.phase is Phase.DONE:
            self._store(now)

    def _store(self, now: datetime) -> None:
        WhatsAppSession.update(watermark=now).where(WhatsAppSession.tenant == self.tenant).execute()
