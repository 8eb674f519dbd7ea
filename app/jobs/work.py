"""Which job does what, and what is done by the clock."""
from collections.abc import Callable
from functools import partial

from huey import crontab

from app.jobs import posting
from app.logs import get_logger
from app.models.base import utc_now
from app.queueing import performs, queue
from app.services import (
    alerts,
    booking_news,
    digests,
    letters,
    order_news,
    retention,
    ticket_news,
    tickets,
    webhooks,
)
from app.settings import Settings

log = get_logger(__name__)


def register(settings: Settings) -> None:
    """Let this process do every job; call it once."""
    post = partial(posting.post, loopback=not settings.production)
    performs(letters.MAIL, lambda row_id: letters.deliver(row_id, settings, now=utc_now()))
    performs(webhooks.CALL, lambda row_id: webhooks.deliver(row_id, post, now=utc_now()))
    _by_the_clock("found_lost_letters", crontab(), lambda: letters.sweep(now=utc_now()))
    _by_the_clock("found_lost_calls", crontab(), lambda: webhooks.sweep(now=utc_now()))
    _by_the_clock("told_of_tenants", crontab(), lambda: alerts.check(settings, now=utc_now()))
    _by_the_clock("told_of_bookings", crontab(), lambda: booking_news.tell(settings, now=utc_now()))
    _by_the_clock("told_of_tickets", crontab(), lambda: ticket_news.tell_webhooks(now=utc_now()))
    _by_the_clock("wrote_of_tickets", crontab(minute="*/5"), lambda: ticket_news.write_owners(settings, now=utc_now()))
    _by_the_clock("closed_tickets", crontab(minute="7"), lambda: tickets.close_lapsed(now=utc_now()))
    _by_the_clock("told_of_orders", crontab(), lambda: order_news.tell(settings, now=utc_now()))
    _by_the_clock("sent_digests", crontab(minute="*/15"), lambda: digests.send_due(settings, now=utc_now()))
    _by_the_clock("forgot_what_is_old", crontab(minute="17"), lambda: retention.forget(now=utc_now()))


def _by_the_clock(name: str, when: Callable[..., bool], work: Callable[[], int]) -> None:
    """Do something at these minutes and log how much there was to do, if anything."""

    @queue.periodic_task(when, name=name)
    def run() -> None:
        if count := work():
            log.info(name, count=count)
