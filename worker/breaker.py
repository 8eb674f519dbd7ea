"""PURE: when to stop sending because nothing arrives, and when to try again.

What fails in one chat may be that chat's fault; what fails several times in a row, in more than one chat, is the
number's or WhatsApp's, and goes on failing, which draws attention to the number. Sending pauses then; after a while one
reply is tried, and the rest follows once it arrives. Times are monotonic seconds.
"""
from dataclasses import dataclass, field

TRIPS_AFTER = 5
CHATS = 2
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 1800.0
PROBE_AGAIN_S = 1.0


@dataclass
class Breaker:
    """Whether replies may go out. One that is made open, since sending was paused before, tries a reply at once."""

    is_open: bool = False
    resumes_at: float = 0.0
    _failed: list[int] = field(default_factory=list)
    _pauses: int = 0
    _probing: bool = False

    def failed(self, chat: int, clock: float) -> None:
        """A reply in this chat could not be delivered."""
        self._failed.append(chat)
        self._probing = False
        if self.is_open or (len(self._failed) >= TRIPS_AFTER and len(set(self._failed)) >= CHATS):
            self._pauses += 1
            self.is_open = True
            self.resumes_at = clock + min(FIRST_PAUSE_S * 2 ** (self._pauses - 1), LONGEST_PAUSE_S)

    def succeeded(self) -> None:
        """A reply was delivered."""
        self._failed.clear()
        self.is_open, self._probing, self._pauses = False, False, 0

    def waits_until(self, clock: float) -> float:
        """From when on a reply may go out, `clock` where it may now."""
        if not self.is_open:
            return clock
        return clock + PROBE_AGAIN_S if self._probing else max(clock, self.resumes_at)

    def tried(self) -> None:
        """A reply goes out; while sending is paused, the next waits for what becomes of it."""
        self._probing = self.is_open

    def returned(self) -> None:
        """A reply that went out has not left the page: it, or another, may be tried."""
        self._probing = False
