"""Which job does what, and what is done by the clock."""
from collections.abc import Callable

from huey import crontab

from app.logs import get_logger
from app.models.base import utc_now
from app.queueing import performs, queue
from app.services import letters
from app.settings import Settings

log = get_logger(__name__)


def register(settings: Settings) -> None:
    """Let this process do every job; call it once."""
    performs(letters.MAIL, lambda row_id: letters.deliver(row_id, settings, now=utc_now()))
    _by_the_clock("find_lost_letters", crontab(), lambda: letters.sweep(now=utc_now()))
    _by_the_clock("forget_old_letters", crontab(minute="17", hour="3"), lambda: letters.forget_old(now=utc_now()))


def _by_the_clock(name: str, when: Callable[..., bool], work: Callable[[], int]) -> None:
    """Do something at these minutes and log how much there was to do, if anything."""

    @queue.periodic_task(when, name=name)
    def run() -> None:
        if count := work():
            log.info(name, count=count)
