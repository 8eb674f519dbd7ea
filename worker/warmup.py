"""PURE: a number that was linked lately sends slowly at first, and a little faster each day.

Nobody goes unanswered for that: replies wait for their turn. Times are monotonic seconds.
"""
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

MINUTE_S = 60.0
DAY_S = 86400.0
# What a person answers in a minute who does nothing else.
FIRST_DAY = 6


def per_minute(linked_at: datetime | None, now: datetime, days: int) -> int:
    """How many replies may go out in a minute; 0 where there is no such limit (any more)."""
    if linked_at is None or days <= 0:
        return 0
    day = int((now - linked_at).total_seconds() // DAY_S)
    return FIRST_DAY * 2 ** max(day, 0) if day < days else 0


@dataclass
class WarmUp:
    """The replies of the last minute, against what may go out in one."""

    limit: int = 0
    _sent: deque[float] = field(default_factory=deque)

    def waits_until(self, clock: float) -> float:
        """From when on a reply may go out, `clock` where it may now."""
        while self._sent and self._sent[0] <= clock - MINUTE_S:
            self._sent.popleft()
        if not self.limit or len(self._sent) < self.limit:
            return clock
        return self._sent[-self.limit] + MINUTE_S

    def sent(self, clock: float) -> None:
        """A reply goes out."""
        if self.limit:
            self._sent.append(clock)
