"""Whether replies may go out now: not while nothing arrives, and slowly from a fresh number."""
from datetime import datetime, timedelta

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
        self._breaker.is_open = self._session().sending_paused_at is not None
        self._reported = self._breaker.is_open, self._breaker.resumes_at

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

    def report(self, now: datetime, clock: float) -> None:
        """Write down where sending has paused, and until when, or goes on again."""
        is_open, resumes_at = found = self._breaker.is_open, self._breaker.resumes_at
        if found == self._reported:
            return
        if is_open:
            pause_s = max(0.0, resumes_at - clock)
            sessions.report_pause(self._tenant, resumes_at=now + timedelta(seconds=pause_s), now=now)
            log.warning("sending_paused", for_s=round(pause_s))
        else:
            sessions.end_pause(self._tenant)
            log.warning("sending_goes_on")
        self._reported = found

    def set_pace(self, days: int, now: datetime) -> None:
        """Let through what is right for the age of the link, where a number warms up for so many days."""
        if self._warms_up:
            self._warm_up.limit = per_minute(self._session().linked_at, now, days)

    def _session(self) -> WhatsAppSession:
        session: WhatsAppSession = WhatsAppSession.get(WhatsAppSession.tenant == self._tenant)
        return session
