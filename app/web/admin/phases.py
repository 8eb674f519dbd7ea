"""What is between what was asked of a worker and what is seen of it."""
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.models import Desired, TenantStatus, WorkerStatus
from app.services.workers import Overview

# As long as many workers that are started one after another may take until it is this one's turn.
AWAITED = timedelta(minutes=30)


def is_wanted(seen: Overview) -> bool:
    """Whether the tenant's worker should run."""
    tenant = seen.row.tenant
    return bool(tenant.desired == Desired.RUNNING and tenant.status != TenantStatus.PAUSED)


def phase_of(seen: Overview, now: datetime) -> str:
    """What is still to come, in a word or two, or an empty text where what is seen is what was asked for."""
    process = seen.process
    if process.stopping or (process.running and not is_wanted(seen)):
        return _("stopping…")
    if not is_wanted(seen):
        return ""
    if process.next_start_at:
        return _("starting again…")
    if seen.worker_status == WorkerStatus.STARTING or _was_asked_lately(seen, now):
        return _("starting…")
    return "" if process.running or process.last_error else _("should run and does not")


def _was_asked_lately(seen: Overview, now: datetime) -> bool:
    """Whether the worker is still awaited: its row says STARTING from the moment it is asked for."""
    process = seen.process
    is_awaited = not (process.running or process.last_error) and seen.row.worker.status == WorkerStatus.STARTING
    return bool(is_awaited and now - seen.row.tenant.updated_at < AWAITED)
