"""The process that works the queue off, until it is told to end."""
import logging
import signal
import threading

from gunicorn.systemd import sd_notify

from app.db import open_database
from app.jobs import work
from app.logs import get_logger
from app.queueing import queue
from app.settings import Settings

WORKERS = 2
# How often a thread that found nothing looks again, at most.
LOOK_EVERY_S = 1.0
HEALTH_EVERY_S = 10.0
log = get_logger(__name__)


def run(settings: Settings) -> None:
    """Do jobs until SIGTERM, SIGINT or SIGHUP; a job in flight is finished first."""
    open_database(settings.database)
    work.register(settings)
    consumer = queue.create_consumer(workers=WORKERS, max_delay=LOOK_EVERY_S)
    consumer.start()
    # After the start, which sets huey's own: with those Ctrl-C and SIGTERM differ, and SIGHUP starts another program.
    ended = _told_to_end()
    log.info("jobs_ready", workers=WORKERS)
    _tell_systemd("READY=1\nSTATUS=Doing jobs")
    while not ended.wait(HEALTH_EVERY_S):
        consumer.check_worker_health()
        _tell_systemd("WATCHDOG=1")
    _tell_systemd("STOPPING=1\nSTATUS=Finishing what is in flight")
    consumer.stop(graceful=True)
    log.info("jobs_ended")


def _told_to_end() -> threading.Event:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    return ended


def _tell_systemd(message: str) -> None:
    sd_notify(message, logging.getLogger(__name__))
