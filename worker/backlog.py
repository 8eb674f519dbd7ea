"""What was held until the history was read: dealt with a part at a time, since the worker's loop has to go on.

Thousands of messages take longer than systemd waits for a sign of life.
"""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from app.logs import get_logger
from app.models import Outcome
from worker.away import Away, Treatment
from worker.catchup import CatchUp
from worker.inbox import Inbox, Said
from worker.whatsapp.events import CaughtUp, MessageSeen, OperationFailed

log = get_logger(__name__)


class Answer(Protocol):
    """How a message is answered."""

    def __call__(self, message: MessageSeen, now: datetime, clock: float, treatment: Treatment,
                 said: Said, *, before: tuple[MessageSeen, ...] = ()) -> Outcome | None:
        """Claim it, and those before it, and commit what is done about it; None where it was claimed before."""


@dataclass
class Backlog:
    """The held messages of one browser's catch-up."""

    catch_up: CatchUp
    away: Away
    inbox: Inbox
    answer: Answer
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def on_answer(self, event: CaughtUp | OperationFailed) -> None:
        """The page says that it has read its history, or why it cannot."""
        if isinstance(event, CaughtUp):
            log.info("caught_up", chats=event.chats, messages=event.messages)
        else:
            log.error("catch_up_failed", error=event.error)
        self.begin(was_read=isinstance(event, CaughtUp))

    def begin(self, *, was_read: bool) -> None:
        """The page has read its history, or cannot."""
        self.catch_up.begin_release(was_read=was_read)
        waiting = self.catch_up.unanswered()
        self.away.expect(waiting, self.now())
        unannounced = sum(message.late for message in waiting)
        if self.catch_up.is_round and unannounced:
            log.error("messages_unannounced", messages=unannounced)

    def work(self, until: float) -> None:
        """Deal with what is held until monotonic second `until`; the rest waits for the next call."""
        if not self.catch_up.is_releasing:
            return
        for message, said in self.catch_up.release(lambda: monotonic() < until):
            if message.from_me:
                self.inbox.note_owner(message, self.now())
            else:
                self._answer(message, said, self.now())
        if not self.catch_up.held:
            self.catch_up.end_release(monotonic())

    def _answer(self, message: MessageSeen, said: Said, now: datetime) -> None:
        treatment = self.away.treatment(message, now)
        outcome = self.answer(message, now, monotonic(), treatment, said, before=self.catch_up.joined_to(message))
        if outcome and not said:
            self.away.note(message, outcome, treatment, now)
