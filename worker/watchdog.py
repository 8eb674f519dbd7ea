"""Tells systemd that the worker is up, that its loop still turns, and what it does."""
from app.notify import Notifier

# A third of the least WatchdogSec that makes sense; every message makes systemd work, for each of many workers.
BEAT_EVERY_S = 10.0


class Watchdog(Notifier):
    """The service manager's ear, which is not bothered more often than it needs to be. Times are monotonic seconds."""

    def __init__(self, address: str) -> None:
        """An empty address means nobody listens."""
        super().__init__(address)
        self._said, self._due = "", 0.0

    def alive(self, status: str, clock: float) -> None:
        """The loop still turns; call it as often as it does."""
        if status == self._said and clock < self._due:
            return
        self._said, self._due = status, clock + BEAT_EVERY_S
        self.tell(f"WATCHDOG=1\nSTATUS={status}")
