"""PURE: how many replies may go out, and how long writing one takes a person."""
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass
class SlidingWindow:
    """The moments of the last `window`, oldest first; full at `limit`. A limit of 0 means no limit."""

    limit: int
    window: timedelta
    moments: deque[datetime] = field(default_factory=deque)

    def is_full(self, now: datetime) -> bool:
        """Whether one more would be too many now."""
        # One that is yet to come was noted by a clock that was wrong, and must not limit anybody until then.
        while self.moments and not now - self.window < self.moments[0] <= now:
            self.moments.popleft()
        return bool(self.limit) and len(self.moments) >= self.limit

    def add(self, now: datetime) -> None:
        """Count one more."""
        self.moments.append(now)


@dataclass(frozen=True)
class Limits:
    """Replies per sliding window, for one chat and for the whole tenant."""

    chat: int
    chat_window_s: int
    tenant: int
    tenant_window_s: int


class Verdict(StrEnum):
    """Whether a reply may go out, and if not, whether to say so."""

    ANSWER = "answer"
    WARN = "warn"
    SILENCE = "silence"


class Pace:
    """The replies charged so far. A warning is free, and given once per window and chat."""

    def __init__(self, limits: Limits) -> None:
        """Nothing charged yet; `charge` and `warned` also serve to tell it of the past, oldest first."""
        self._chats: dict[int, SlidingWindow] = {}
        self._tenant = SlidingWindow(limits.tenant, timedelta(seconds=limits.tenant_window_s))
        self._warned: dict[int, datetime] = {}
        self.limits = limits

    def change(self, limits: Limits) -> None:
        """Go on under other limits with what has been charged."""
        self.limits = limits
        self._tenant.limit, self._tenant.window = limits.tenant, timedelta(seconds=limits.tenant_window_s)
        for window in self._chats.values():
            window.limit, window.window = limits.chat, timedelta(seconds=limits.chat_window_s)

    def judge(self, chat: int, now: datetime) -> Verdict:
        """Whether a message in `chat` is answered, warned about or left."""
        chat_full = self._window(chat).is_full(now)
        if not chat_full and not self._tenant.is_full(now):
            return Verdict.ANSWER
        window_s = self.limits.chat_window_s if chat_full else self.limits.tenant_window_s
        warned = self._warned.get(chat)
        was_warned = warned is not None and now - timedelta(seconds=window_s) < warned <= now
        return Verdict.SILENCE if was_warned else Verdict.WARN

    def charge(self, chat: int, at: datetime) -> None:
        """A reply goes out."""
        self._window(chat).add(at)
        self._tenant.add(at)

    def warned(self, chat: int, at: datetime) -> None:
        """A warning goes out."""
        self._warned[chat] = at

    def forget_idle(self, now: datetime) -> None:
        """Drop the chats whose window is empty, so that memory follows the busy ones only."""
        for chat in [chat for chat, window in self._chats.items() if not window.is_full(now) and not window.moments]:
            del self._chats[chat]
        longest = timedelta(seconds=max(self.limits.chat_window_s, self.limits.tenant_window_s))
        self._warned = {chat: at for chat, at in self._warned.items() if now - longest < at <= now}

    def _window(self, chat: int) -> SlidingWindow:
        if chat not in self._chats:
            self._chats[chat] = SlidingWindow(self.limits.chat, timedelta(seconds=self.limits.chat_window_s))
        return self._chats[chat]


def typing_s(text: str, ms_per_char: int, max_ms: int) -> float:
    """How many seconds "typing…" is shown before `text` goes out; 0 where the pace is 0."""
    return min(len(text) * ms_per_char, max_ms) / 1000


def next_of(times: Iterable[float | None]) -> float | None:
    """The earliest of the times that are set."""
    return min((time for time in times if time is not None), default=None)
