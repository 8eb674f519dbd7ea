"""What is between what was asked of a worker and what is seen of it."""
import time
from datetime import UTC, datetime

from flask_babel import gettext as _

from app.models import Desired, TenantStatus, WorkerStatus
from app.services.workers import Overview, is_awaited, last_asked


def is_wanted(seen: Overview) -> bool:
    """Whether the tenant's worker should run."""
    tenant = seen.row.tenant
    return bool(tenant.desired == Desired.RUNNING and tenant.status != TenantStatus.PAUSED)


def phase_of(seen: Overview, now: datetime) -> str:
    """What is still to come, or who did it, in a few words; empty where what is seen is what was asked for."""
    process = seen.process
    if process.stopping:
        return _("stopping…")
    if not is_wanted(seen):
        return _phase_of_unwanted(seen)
    if process.next_start_at:
        return _("starting again…")
    if seen.worker_status == WorkerStatus.STARTING or is_awaited(seen, now):
        return _("starting…")
    if process.running or process.last_error:
        return ""
    return _("stopped by hand") if _was_stopped_by_hand(seen) else _("should run and does not")


def _phase_of_unwanted(seen: Overview) -> str:
    if not seen.process.running:
        return ""
    asked, since = last_asked(seen.row.tenant.slug), seen.process.since
    # systemd tells the second of a start, and no more.
    was_by_hand = since and (asked is None or asked.replace(microsecond=0) <= since)
    return _("started by hand") if was_by_hand else _("stopping…")


def _was_stopped_by_hand(seen: Overview) -> bool:
    """Whether it said that it was asked to end, since the machine is up, and nobody asked for that here."""
    worker = seen.row.worker
    ended = worker.last_seen_at if worker.status == WorkerStatus.STOPPED else None
    if ended is None or ended <= _machine_start():
        return False
    # Asked last: it is a query of its own, and few rows of the fleet come this far.
    asked = last_asked(seen.row.tenant.slug)
    return asked is None or asked < ended


def _machine_start() -> datetime:
    return datetime.fromtimestamp(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME), UTC)
