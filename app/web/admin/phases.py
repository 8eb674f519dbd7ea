"""What is between what was asked of a worker and what is seen of it."""
from flask_babel import gettext as _

from app.models import Desired, TenantStatus, WorkerStatus
from app.services.workers import Overview


def is_wanted(seen: Overview) -> bool:
    """Whether the tenant's worker should run."""
    tenant = seen.row.tenant
    return bool(tenant.desired == Desired.RUNNING and tenant.status != TenantStatus.PAUSED)


def phase_of(seen: Overview) -> str:
    """What is still to come, in a word or two, or an empty text where what is seen is what was asked for."""
    process = seen.process
    if process.stopping or (process.running and not is_wanted(seen)):
        return _("stopping…")
    if not is_wanted(seen):
        return ""
    if process.next_start_at:
        return _("starting again…")
    if seen.worker_status == WorkerStatus.STARTING or not (process.running or process.last_error):
        return _("starting…")
    return ""
