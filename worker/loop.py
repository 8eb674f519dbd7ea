"""The worker's one thread: read what the page says, decide, apply, record, beat.

Rule 1: an event leaves the page's box only after what it leads to has been committed.
Rule 2: a lost database keeps events waiting, a lost browser is replaced; neither loses a message, because the page, the
chat's history and the log are compared again by id.
"""
import contextlib
import random
import signal
from collections import Counter, deque
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from app.db import reconnect
from app.logs import get_logger
from app.models import Outcome, Tenant
from app.services import reminders, sessions
from app.settings import Settings
from worker import status
from worker.away import Away, Treatment
from worker.backlog import Backlog
from worker.bell import Bell
from worker.browser import Browser
from worker.catchup import CatchUp
from worker.config import Config, newer_config
from worker.connection import Connection
from worker.drafts import Drafts
from worker.gate import Gate
from worker.gathering import Gathering
from worker.inbox import Inbox
from worker.intake import OWN, reason_to_ignore
from worker.link import Link
from worker.losses import BROWSER_LOST, DATABASE_LOST, database_is_back, in_words
from worker.lost import Said
from worker.memory import memory_mib
from worker.outbox import Outbox, PageDegraded
from worker.pacing import next_of
from worker.profile import Profile
from worker.receipts import Receipts
from worker.reconnect import delay_s
from worker.upkeep import QUIET_FOR, Upkeep
from worker.watchdog import Watchdog
from worker.whatsapp import events as page_events
from worker.whatsapp.devtools import BrowserGone, PageError
from worker.whatsapp.page import Page

TICK_S = 1.0
DRAIN_S = 10.0
FAILURES_BEFORE_ERROR = 3

log = get_logger(__name__)


class Replaced(Exception):
    """A newer worker has taken the tenant over; this one must not touch it any more."""


class Worker:
    """One tenant's worker. `run` returns when it was asked to stop."""

    def __init__(self, settings: Settings, tenant: Tenant, profile: Profile, *, config: Config, wa_js: str,
                 token: int, watchdog: Watchdog) -> None:
        """Everything it needs, ready to go; nothing is started before `run`."""
        self._settings, self._tenant, self._profile, self._wa_js = settings, tenant, profile, wa_js
        self._config, self._token, self._watchdog = config, token, watchdog
        self._inbox = Inbox(tenant, config, lambda chat: self._page.new_key(chat), _now())
        self._away = Away(tenant, config.away)
        self._gate = Gate(tenant, warms_up=settings.production)
        self._upkeep = Upkeep.of(settings, profile.path)
        self._ignored = Counter(sessions.ignored_so_far(tenant))
        self._pending: deque[tuple[int, page_events.Event]] = deque()
        self._traffic = status.traffic_of(tenant)
        self._failures = 0
        self._stopping = self._must_load = False
        self._next_tick = self._next_beat = 0.0
        self._bell = Bell()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises Replaced where another worker has taken over."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._watchdog.ready("starting the browser")
        while not self._stopping:
            try:
                self._live()
            except BROWSER_LOST as error:
                self._recover(error)
            except DATABASE_LOST as error:
                self._await_database(error)
        self._sign_off()

    def _sign_off(self) -> None:
        try:
            self._report_end(_now())
        except DATABASE_LOST as error:
            log.warning("database_lost", error=str(error).strip())
            # A connection that was cut says so only now.
            with contextlib.suppress(*DATABASE_LOST):
                if reconnect():
                    self._report_end(_now())

    def _report_end(self, now: datetime) -> None:
        sessions.report_beat(self._tenant, sessions.Beat(False, dict(self._ignored)), token=self._token, now=now)
        sessions.report_session(self._tenant, "worker_stopped", now=now, detail="The worker was stopped.")
        sessions.report_worker(self._tenant, "stopped", now=now, token=self._token)

    def _stop(self, *_: Any) -> None:
        self._stopping = True
        self._bell.ring()

    # ---- one browser's life

    def _live(self) -> None:
        if ended := self._profile.end_leftovers():
            log.warning("leftovers_ended", processes=ended)
        self._upkeep.before_start(_now())
        browser = self._start_browser()
        try:
            self._begin(browser)
            while not self._stopping and not self._upkeep.wants_new_browser:
                self._turn()
            if self._stopping:
                self._watchdog.stopping()
            self._drain()
            browser.close()
        finally:
            browser.kill()
        if not self._stopping:
            self._upkeep.closed(_now())

    def _start_browser(self) -> Browser:
        try:
            browser = Browser(self._settings, self._profile.path)
        except BrowserGone:
            self._upkeep.not_started()
            raise
        self._upkeep.started(monotonic())
        return browser

    def _begin(self, browser: Browser) -> None:
        self._browser, self._page = browser, Page(browser, self._wa_js)
        generation = sessions.next_generation(self._tenant)
        self._link = Link(self._tenant, self._page, generation, self._settings.ready_timeout_s)
        self._catch_up = CatchUp(self._tenant, self._page)
        self._backlog = Backlog(self._catch_up, self._away, self._inbox, self._answer)
        self._gathering = Gathering(self._inbox, self._answer, self._settings.quiet_s)
        self._outbox = Outbox(self._tenant, self._page, self._settings.send_timeout_s, self._gate)
        self._outbox.load_unsettled(_now())
        self._receipts = Receipts(self._tenant, self._page, self._settings.receipt_timeout_s, _now())
        self._drafts = Drafts(self._tenant, self._page)
        self._connection = Connection(self._link, self._catch_up, self._outbox, self._away, self._upkeep)
        self._pending.clear()
        self._announced_ready = False
        self._link.on_page(_now(), monotonic())
        self._page.open(self._settings.page_url)
        log.info("browser_started", version=browser.version, generation=generation)

    def _turn(self) -> None:
        self._bell.wait(self._time_left(), self._page.fileno())
        self._pending.extend(self._page.events())
        try:
            if self._must_load:
                self._outbox.load_unsettled(_now())
                self._must_load = False
            self._handle_pending(monotonic() + TICK_S)
            # What was heard before the connection was lost comes before what the history has to tell.
            self._gathering.work(_now(), monotonic(), at_once=self._stopping or self._catch_up.holds())
            self._backlog.work(monotonic() + TICK_S)
            self._on_time()
        except DATABASE_LOST as error:
            # A commit whose answer was lost may have succeeded: what it recorded must still be sent.
            self._must_load = True
            # Half a beat may be done, and nobody else has proved the page meanwhile.
            self._next_beat = 0.0
            self._await_database(error)

    def _time_left(self) -> float:
        if self._pending or self._catch_up.is_releasing:
            return 0.0
        sends = self._outbox.next_due() if self._may_send() else None
        due = next_of((self._next_tick, self._gathering.next_due(), sends))
        return max(0.0, (due or 0.0) - monotonic())

    def _may_send(self) -> bool:
        # A page that reads a long history answers sends late, and would be taken for one that does not work.
        return self._link.connected and not self._catch_up.is_reading

    def _pump(self, clock: float) -> None:
        if self._may_send():
            self._outbox.pump(clock)

    # ---- what the page says

    def _handle_pending(self, until: float) -> None:
        """Take what there is, in order; what is left after `until` waits for the next turn, since time goes on."""
        done = 0
        while self._pending and monotonic() < until:
            done, event = self._pending[0]
            self._handle(done, event)
            self._pending.popleft()
        self._pump(monotonic())
        self._page.acknowledge(self._gathering.acknowledged(self._catch_up.acknowledged(done)))

    def _handle(self, seq: int, event: page_events.Event) -> None:
        now, clock = _now(), monotonic()
        match event:
            case page_events.MessageSeen():
                self._on_message(seq, event, now, clock)
            case page_events.Sent():
                self._outbox.on_sent(event, clock, now)
            case page_events.LookedUp():
                self._outbox.on_looked_up(event, clock, now)
                if chat := self._receipts.on_looked_up(event, now):
                    self._gate.failed(chat, clock)
            case page_events.AckSeen():
                self._outbox.on_ack(event, now)
            case page_events.CaughtUp() | page_events.OperationFailed() if self._catch_up.is_answer(event.op):
                self._backlog.on_answer(event)
            case page_events.OperationFailed():
                self._outbox.on_failed(event.op, clock, now)
                self._receipts.on_failed(event.op)
            case page_events.Unreadable():
                log.error("message_unreadable", message_id=page_events.bare_id(event.id), error=event.error)
            case _:
                self._on_session(event, now, clock)

    def _on_message(self, seq: int, message: page_events.MessageSeen, now: datetime, clock: float) -> None:
        if message.late:
            self._catch_up.progress(clock)
        if reason := reason_to_ignore(message):
            self._ignored[reason] += not message.late
        if reason not in (None, OWN) or (message.late and self._inbox.is_known(message)):
            return
        if self._catch_up.holds():
            self._catch_up.hold(seq, message)
        elif reason:
            self._inbox.note_owner(message, now)
        else:
            self._gathering.take(seq, message, now, clock)

    def _answer(self, message: page_events.MessageSeen, now: datetime, clock: float,
                treatment: Treatment = Treatment.ANSWER, said: Said = (), *,
                before: tuple[page_events.MessageSeen, ...] = ()) -> Outcome | None:
        taken = self._inbox.take(message, now, treatment, said, before=before)
        if taken is None:
            return None
        self._outbox.add(taken.replies)
        self._pump(clock)
        for each in (*before, message):
            log.info("message_taken", message_id=page_events.bare_id(each.id), chat=taken.chat_id,
                     outcome=taken.outcome, late=each.late, joined=each is not message)
        return taken.outcome

    def _on_session(self, event: page_events.Event, now: datetime, clock: float) -> None:
        match event:
            case page_events.PageOpened():
                self._gathering.work(now, clock, at_once=True)
                self._catch_up.restart()
                self._outbox.doubt_all()
                self._receipts.on_page(now, clock)
                self._link.on_page(now, clock)
            case page_events.CodeShown():
                if self._link.is_lost(event.code) and self._upkeep.lost_link():
                    raise BrowserGone("the profile has lost its link")
                self._link.on_code(event.code, now)
            case page_events.PairingCode():
                self._link.on_pairing_code(event, now)
            case page_events.LoggedOut():
                self._upkeep.ended()
                self._link.on_logout(event.reason, now, clock)
            case page_events.StateSeen():
                self._link.on_state(event.snapshot, now, clock)
        self._follow_link(now, clock)

    def _follow_link(self, now: datetime, clock: float) -> None:
        if self._connection.follow(now, clock):
            self._failures = 0
        if self._link.ready and not self._announced_ready:
            self._announced_ready = True
            sessions.report_worker(self._tenant, "page_ready", now=now, token=self._token, error="")

    # ---- what time brings

    def _on_time(self) -> None:
        clock = monotonic()
        if clock < self._next_tick:
            return
        self._next_tick = clock + TICK_S
        self._tick(_now(), clock)
        if clock >= self._next_beat:
            self._next_beat = clock + self._settings.heartbeat_s
            self._beat()

    def _tick(self, now: datetime, clock: float) -> None:
        self._watchdog.alive(status.in_words(self._link.in_words(), self._traffic, now), clock)
        if not self._browser.is_alive():
            raise BrowserGone("chromedriver ended")
        if self._link.is_overdue(clock):
            raise PageDegraded(self._link.why_overdue())
        if self._catch_up.is_overdue(clock):
            log.error("catch_up_late")
            self._backlog.begin(was_read=False)
        if self._link.connected:
            self._catch_up.tick(now, clock)
        self._link.tick(now)
        self._gate.report(now, clock)
        if self._link.connected:
            self._outbox.add(self._drafts.assign_keys(now, clock))
        if self._link.connected and not self._catch_up.holds():
            self._receipts.review(now, clock)
        self._review_page()
        self._reload_config()

    def _review_page(self) -> None:
        is_idle = self._outbox.is_idle()
        if self._link.wants_new_page or (self._receipts.wants_new_page and self._link.connected and is_idle):
            why = "an update is due" if self._link.wants_new_page else "second ticks are missing"
            log.info("page_loaded_anew", why=why)
            self._link.wants_new_page = self._receipts.wants_new_page = False
            self._page.open(self._settings.page_url)

    def _beat(self) -> None:
        proved = self._prove()
        now = _now()
        memory = memory_mib()
        beat = sessions.Beat(proved, dict(self._ignored), memory)
        if not sessions.report_beat(self._tenant, beat, token=self._token, now=now):
            raise Replaced("a newer worker serves this tenant")
        if proved and not self._pending:
            self._catch_up.advance(self._gathering.claimed_until(now))
        if proved:
            reminders.put_due(self._tenant, self._config.bot, now)
        self._inbox.tidy(now)
        self._gate.set_pace(self._config.warm_up_days, now)
        self._traffic = status.traffic_of(self._tenant)
        self._upkeep.look(memory, is_quiet=self._is_quiet(now), clock=monotonic(), now=now)

    def _is_quiet(self, now: datetime) -> bool:
        last = self._traffic.last_message_at
        waits = self._outbox.waiting() or self._gathering or self._catch_up.holds()
        return not waits and (last is None or now - last > QUIET_FOR)

    def _prove(self) -> bool:
        if not self._link.ready:
            return False
        try:
            snapshot = self._page.probe()
        except PageError as error:
            # A page that is being replaced has no script to answer; its next one will speak up.
            log.warning("page_unanswered", error=str(error).split("\n")[0])
            return False
        self._link.on_state(snapshot, _now(), monotonic())
        self._follow_link(_now(), monotonic())
        return self._link.connected

    def _reload_config(self) -> None:
        if config := newer_config(self._tenant, self._config):
            self._config, self._away.rules = config, config.away
            self._inbox.reconfigure(config)

    # ---- when something is lost

    def _await_database(self, error: Exception) -> None:
        log.error("database_lost", error=str(error).strip().split("\n")[0])
        while True:
            self._watchdog.alive("waiting for the database", monotonic())
            self._bell.wait(TICK_S)
            if database_is_back(self._tenant):
                log.info("database_back")
                return
            if self._stopping:
                return

    def _recover(self, error: Exception) -> None:
        self._failures += 1
        log.error("browser_lost", error=str(error), in_a_row=self._failures)
        try:
            sessions.report_session(self._tenant, "connection_lost", now=_now(), detail=in_words(error))
            if self._failures >= FAILURES_BEFORE_ERROR:
                sessions.report_worker(self._tenant, "failed", now=_now(), token=self._token, error=str(error))
        except DATABASE_LOST as lost:
            log.warning("database_lost", error=str(lost).strip())
        self._rest(delay_s(self._failures, random.random()))  # noqa: S311  jitter, no secret

    def _rest(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self._stopping and (left := until - monotonic()) > 0:
            self._watchdog.alive("starting the browser again", monotonic())
            self._bell.wait(min(left, TICK_S))

    def _drain(self) -> None:
        until = monotonic() + DRAIN_S
        while (self._gathering or not self._outbox.is_idle()) and monotonic() < until:
            self._turn()


def _now() -> datetime:
    return datetime.now(UTC)
