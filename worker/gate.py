"""Whether replies may go out now: not while nothing arrives, and slowly from a fresh number."""
from datetime import datetime

from app.logs import get_logger
from app.models import Tenant, WhatsAppSession
from app.services import sessions
from worker.breaker import Breaker
from worker.warmup import WarmUp, per_minute

log = get_logger(__name__)


class Gate:
    """Breaker and warm-up of one tenant. `clock` is monotonic seconds, `now` the time of day."""

    def __init__(self, tenant: Tenant, *, warms_up: bool) -> None:
        """Where sending was paused before, it still is, until a reply arrives; `warms_up` as fresh numbers should."""
        self._tenant, self._warms_up = tenant, warms_up
        self._breaker, self._warm_up = Breaker(), WarmUp()
        self._is_paused = self._breaker.is_open = self._session().sending_paused_at is not None

    def waits_until(self, clock: float) -> float:
        """From when on a reply may go out, `clock` where it may now."""
        return max(self._breaker.waits_until(clock), self._warm_up.waits_until(clock))

    def passed(self, clock: float) -> None:
        """A reply goes out."""
        self._breaker.tried()
        self._warm_up.sent(clock)

    def returned(self) -> None:
        """A reply that went out has not left the page, and is to be sent again."""
        self._breaker.returned()

    def failed(self, chat: int, clock: float) -> None:
        """A reply in this chat could not be delivered."""
        self._breaker.failed(chat, clock)

    def succeeded(self) -> None:
        """A reply was taken by WhatsApp."""
        self._breaker.succeeded()

    def report(self, now: datetime) -> None:
        """Write down where sending has paused or goes on again."""
        if self._breaker.is_open != self._is_paused:
            self._is_paused = self._breaker.is_open
            sessions.report_sending(self._tenant, paused=self._is_paused, now=now)
            log.warning("sending_paused" if self._is_paused else "sending_goes_on")

    def set_pace(self, days: int, now: datetime) -> None:
        """Let through what is right for the age of the link, where a number warms up for so many days."""
        if self._warms_up:
            self._warm_up.limit = per_minute(self._session().linked_at, now, days)

    def _session(self) -> WhatsAppSession:
        session: WhatsAppSession = WhatsAppSession.get(WhatsAppSession.tenant == self._tenant)
        return session
