"""Pause a tenant, so that its bot keeps silent whatever else happens, and let it go on."""
import contextlib
from datetime import datetime

from app.db import db
from app.errors import Conflict
from app.models import Desired, Tenant
from app.processes import AlreadyRunning, NotRunning, ProcessVerbs
from app.services import audit, sessions, states
from app.services.tenants import find_tenant


def pause_tenant(slug: str, *, by: str, processes: ProcessVerbs, now: datetime, address: str = "") -> None:
    """Pause the tenant and stop its worker; what is wanted of it stays. Raises UnknownTenant or Conflict."""
    _change(slug, "paused", "%(slug)s is paused already.", by=by, address=address, now=now)
    with contextlib.suppress(NotRunning):
        processes.stop(slug)


def resume_tenant(slug: str, *, by: str, processes: ProcessVerbs, now: datetime, address: str = "") -> None:
    """Let the tenant go on, its worker too where that is wanted; raises UnknownTenant, Conflict or StartFailed."""
    tenant = _change(slug, "resumed", "%(slug)s is not paused.", by=by, address=address, now=now)
    if tenant.desired == Desired.RUNNING:
        with contextlib.suppress(AlreadyRunning):
            processes.start(slug)


def _change(slug: str, cause: str, refusal: str, *, by: str, address: str, now: datetime) -> Tenant:
    with db.atomic():
        tenant = find_tenant(slug)
        if not states.allows(states.TENANT, tenant.status, cause):
            raise Conflict(refusal, slug=slug)
        sessions.move_tenant(tenant, cause, now)
        audit.record(by=by, action=f"tenant.{cause}", slug=slug, address=address)
    return tenant
