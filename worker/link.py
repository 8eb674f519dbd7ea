"""The tenant's link to WhatsApp: what the page shows becomes the session's state, code and identity in the database."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.logs import get_logger
from app.models import SessionState, Tenant, WhatsAppSession
from app.services import pictures, sessions, states
from worker.catchup import NewLink
from worker.whatsapp.events import PairingCode, Snapshot
from worker.whatsapp.states import (
    LOADING,
    NEWS_BUTTONS,
    UPDATE_NEEDED,
    Meaning,
    is_news,
    is_parked,
    logout_words,
    meaning,
)

# A third party's measurement, which other clients rely on: the first code lives 60 s, each further one 20 s.
FIRST_CODE_TTL = timedelta(seconds=60)
NEXT_CODE_TTL = timedelta(seconds=20)
# Codes are renewed only while somebody looks: a page that shows them for ever draws attention.
CODE_WANTED_FOR = timedelta(minutes=2)
# How long the page may stay in a state on its own before a new browser is tried.
PATIENCE_S = {SessionState.DISCONNECTED: 300.0}
# A window with news that its buttons do not close is for a person: left open, it costs a fresh link.
NEWS_PATIENCE_S = 45.0
PASSING = (SessionState.STARTING, SessionState.CONNECTING, SessionState.DISCONNECTED)

log = get_logger(__name__)


class Shown(Protocol):
    """What the link needs of the page."""

    def refresh_code(self) -> None:
        """Ask for new codes."""

    def pair(self, phone: str) -> None:
        """Ask for a code that links a phone without a scan."""

    def dismiss(self, buttons: Iterable[str]) -> None:
        """Press the button of the window that lies over the page."""

    def picture(self) -> bytes | None:
        """What the page looks like, as a JPEG, None where it cannot be had."""


@dataclass
class Link:
    """One browser's view of the session. `clock` is monotonic seconds, `now` the time of day."""

    tenant: Tenant
    page: Shown
    generation: int
    ready_timeout_s: float
    state: SessionState = SessionState.STARTING
    connected: bool = False
    ready: bool = False
    new: NewLink | None = None
    """Whose the link is that somebody has just made; whoever has acted upon that takes it away."""
    wants_new_page: bool = False
    """Whether the page has to be loaded anew, as one does that is too old."""
    _reported: Meaning | None = None
    _code: str = ""
    _parting: str = ""
    _parked: bool = False
    _wants_picture: bool = False
    _was_connected: bool = False
    _was_reloaded: bool = False
    _news_since: float | None = None
    _paired_for: datetime | None = None
    _overdue_at: float = float("inf")
    _identity: tuple[str, str] = field(default=("", ""))

    def on_page(self, now: datetime, clock: float) -> None:
        """A page, or a new one in its place."""
        self.ready = self.connected = self._parked = self._was_connected = self.wants_new_page = False
        self._code, self._news_since = "", None
        if not self._parting:
            self._report(Meaning("page_opened", LOADING), now, clock)
        self._overdue_at = clock + self.ready_timeout_s

    def on_state(self, snapshot: Snapshot, now: datetime, clock: float) -> None:
        """The page said something about its connection, or was asked."""
        self.ready = snapshot.ready
        if is_parked(snapshot) and not self._parked:
            self._park(now)
        self._look_at_news(snapshot.modal, clock)
        found = meaning(snapshot, was_connected=self._was_connected, news_stays=self._news_stays(clock))
        if found is not None:
            self._report(found, now, clock)
            if found.cause == "proved":
                self._parting, self._was_connected, self._was_reloaded = "", True, False
                self._identify(snapshot, now)

    def on_code(self, code: str, now: datetime) -> None:
        """The page shows another code, or none."""
        if code and code != self._code:
            ttl = NEXT_CODE_TTL if self._code else FIRST_CODE_TTL
            detail = self._parting or "Scan the code with WhatsApp on the phone."
            sessions.report_code(self.tenant, sessions.Code(code, self.generation, now + ttl), now=now, detail=detail)
            self._code, self._parked, self.new = code, False, NewLink.SAME_NUMBER
            self._enter("code_shown", None)
            log.info("code_shown", generation=self.generation)

    def is_lost(self, code: str) -> bool:
        """Whether the page shows its first code although the number was linked and nobody has ended that."""
        if not code or self._code or self._parting or self._was_connected:
            return False
        return bool(WhatsAppSession.get(WhatsAppSession.tenant == self.tenant).phone)

    def on_logout(self, reason: str, now: datetime, clock: float) -> None:
        """WhatsApp ended the link."""
        self._parting = logout_words(reason)
        self._report(Meaning("unlinked", self._parting), now, clock)

    def on_pairing_code(self, event: PairingCode, now: datetime) -> None:
        """The page has made a pairing code, or cannot."""
        sessions.report_pairing_code(self.tenant, event.code, now=now)
        if event.error:
            log.warning("pairing_refused", error=event.error)

    def tick(self, now: datetime) -> None:
        """Take the picture that is due; ask for a code where none is shown and somebody looks, or wants one to type."""
        if self._wants_picture:
            self._take_picture(now)
        if self.state is not SessionState.QR_READY:
            return
        wanted, pairing_wanted = _wanted(self.tenant)
        if self._parked and _is_recent(wanted, now):
            self._parked = False
            self.page.refresh_code()
        if _is_recent(pairing_wanted, now) and pairing_wanted != self._paired_for:
            self._paired_for = pairing_wanted
            self.page.pair(self.tenant.phone_number.removeprefix("+"))

    def is_overdue(self, clock: float) -> bool:
        """Whether the page has been getting ready, or syncing, for too long."""
        return clock > self._overdue_at

    def why_overdue(self) -> str:
        """A sentence for the operator about what took too long."""
        if self.state is SessionState.STARTING:
            return f"WhatsApp Web did not get ready within {self.ready_timeout_s:g} s"
        return f"WhatsApp Web stayed {self.state} for more than {self._patience():g} s"

    def in_words(self) -> str:
        """A status line for the service manager."""
        if self.connected:
            return f"connected as {self._identity[0]}"
        return self.state.lower().replace("_", " ")

    def _take_picture(self, now: datetime) -> None:
        if (jpeg := self.page.picture()) is not None:
            pictures.keep_picture(self.tenant, jpeg, now=now)
        log.info("page_pictured", size=len(jpeg or b""))
        self._wants_picture = False

    def _look_at_news(self, modal: str, clock: float) -> None:
        if not is_news(modal):
            self._news_since = None
            return
        self._news_since = clock if self._news_since is None else self._news_since
        if not self._news_stays(clock):
            log.info("window_dismissed")
            self.page.dismiss(NEWS_BUTTONS)

    def _news_stays(self, clock: float) -> bool:
        return self._news_since is not None and clock - self._news_since > NEWS_PATIENCE_S

    def _park(self, now: datetime) -> None:
        self._parked, self._code = True, ""
        sessions.report_code(self.tenant, None, now=now, detail="The code has expired. Ask for a new one.")
        log.info("code_parked")

    def _report(self, found: Meaning, now: datetime, clock: float) -> None:
        if found != self._reported:
            sessions.report_session(self.tenant, found.cause, now=now, detail=found.detail)
            log.info("session", cause=found.cause)
            self._wants_picture = found.is_question
            if found.detail == UPDATE_NEEDED and not self._was_reloaded:
                self.wants_new_page = self._was_reloaded = True
            self._enter(found.cause, found, clock)

    def _enter(self, cause: str, found: Meaning | None, clock: float = 0.0) -> None:
        self._reported = found
        self.state = states.after(states.SESSION, self.state, cause)
        self.connected = self.state is SessionState.CONNECTED
        self._overdue_at = clock + self._patience() if self._is_passing() else float("inf")

    def _is_passing(self) -> bool:
        # A page that is too old may be young enough once it is loaded anew.
        is_outdated = self._reported is not None and self._reported.detail == UPDATE_NEEDED
        return is_outdated or self.state in PASSING

    def _patience(self) -> float:
        return PATIENCE_S.get(self.state, self.ready_timeout_s)

    def _identify(self, snapshot: Snapshot, now: datetime) -> None:
        identity = ("+" + snapshot.me.split("@")[0].split(":")[0], snapshot.lid.split("@")[0])
        if identity != self._identity:
            if sessions.report_identity(self.tenant, phone=identity[0], lid=identity[1], now=now):
                self.new = NewLink.OTHER_NUMBER
            self._identity = identity


def _wanted(tenant: Tenant) -> tuple[datetime | None, datetime | None]:
    fields = (WhatsAppSession.qr_wanted_at, WhatsAppSession.pairing_wanted_at)
    row = WhatsAppSession.select(*fields).where(WhatsAppSession.tenant == tenant).get()
    return row.qr_wanted_at, row.pairing_wanted_at


def _is_recent(wanted: datetime | None, now: datetime) -> bool:
    return wanted is not None and wanted > now - CODE_WANTED_FOR
