"""What customers write in quick succession waits a moment, and is then read together and answered once.

It waits in memory and in the page's box, unclaimed: the page keeps its event, and the watermark stays behind it, until
it has been answered. So whoever dies here loses nothing: it is read again from the box or from the history.
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Protocol

from app.logs import get_logger
from app.models import Outcome
from app.replies.together import MOST_TOGETHER
from worker.inbox import Inbox
from worker.lost import LONGEST_SPAN_S
from worker.pacing import next_of
from worker.whatsapp.events import MessageSeen, bare_id

# Nobody holds the bot off for longer, however short the pauses are.
LONGEST_WAIT_S = 10.0

log = get_logger(__name__)


class Answer(Protocol):
    """How messages that are read together are answered."""

    def __call__(self, message: MessageSeen, now: datetime, clock: float, *,
                 before: tuple[MessageSeen, ...]) -> Outcome | None:
        """Claim the message and those before it, and commit what is done about them."""


@dataclass(frozen=True)
class _Heard:
    """A message, its number in the page's box, and when it came."""

    seq: int
    message: MessageSeen
    at: datetime
    clock: float


@dataclass
class Gathering:
    """What waits of each customer of one browser, in its order. Times are monotonic seconds, passed in."""

    inbox: Inbox
    answer: Answer
    quiet_s: float
    _chats: dict[str, list[_Heard]] = field(default_factory=dict)

    def take(self, seq: int, message: MessageSeen, now: datetime, clock: float) -> None:
        """Let a new message wait, or answer it at once, after those before it, where there is nothing to wait for."""
        heard = self._chats.setdefault(message.chat, [])
        if all(each.message.id != message.id for each in heard):
            heard.append(_Heard(seq, message, now, clock))
        if self._due(heard) <= clock or not self.inbox.waits_after(message):
            self._answer(message.chat, now, clock)
        else:
            log.debug("message_waits", message_id=bare_id(message.id))

    def work(self, now: datetime, clock: float, *, at_once: bool = False) -> None:
        """Answer the customers who have been quiet for long enough, or all."""
        for chat in [chat for chat, heard in self._chats.items() if at_once or self._due(heard) <= clock]:
            self._answer(chat, now, clock)

    def next_due(self) -> float | None:
        """When `work` has something to do."""
        return next_of(map(self._due, self._chats.values()))

    def acknowledged(self, done: int) -> int:
        """Up to which number the page may drop its events, where all up to `done` were looked at."""
        return min([done, *(each.seq - 1 for heard in self._chats.values() for each in heard)])

    def claimed_until(self, now: datetime) -> datetime:
        """Up to when everything that came has been claimed."""
        return min([now, *(heard[0].at for heard in self._chats.values())])

    def __bool__(self) -> bool:
        return bool(self._chats)

    def _due(self, heard: Sequence[_Heard]) -> float:
        if len(heard) >= MOST_TOGETHER:
            return 0.0
        return min(heard[-1].clock + self.quiet_s, heard[0].clock + LONGEST_WAIT_S)

    def _answer(self, chat: str, now: datetime, clock: float) -> None:
        """Answer all that waits in the chat; each leaves once it is claimed, so that this may be repeated."""
        heard = self._chats[chat]
        while heard:
            messages = _near(each.message for each in heard)
            count = self.inbox.count_together(messages, now)
            *before, message = messages[:count]
            self.answer(message, now, clock, before=tuple(before))
            del heard[:count]
        del self._chats[chat]


def _near(messages: Iterable[MessageSeen]) -> list[MessageSeen]:
    """The first of the messages, those that were written soon after one another."""
    first, *others = messages
    return [first, *takewhile(lambda other: abs(other.time - first.time) <= LONGEST_SPAN_S, others)]
