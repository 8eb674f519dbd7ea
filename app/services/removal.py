"""Take away what a tenant has: its link to a WhatsApp number, or everything."""
import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.db import db
from app.errors import FlowError, Invalid
from app.models import Desired, Tenant, TenantStatus, WhatsAppSession
from app.processes import AlreadyRunning, NotRunning, ProcessVerbs
from app.services import audit, sessions
from app.services.tenants import find_tenant
from app.settings import Settings


class StillRunning(FlowError):
    """The tenant's worker would not end, so that what it works on cannot be taken away."""


@dataclass(frozen=True)
class Holdings:
    """What a tenant has on the disk."""

    directory: Path
    logs: tuple[Path, ...]

    @classmethod
    def of(cls, slug: str, settings: Settings) -> "Holdings":
        """Where they are, whether they exist or not."""
        log = settings.state_dir / "logs" / f"{slug}.log"
        return cls(settings.tenant_dir(slug), (log, log.with_suffix(".log.1")))


def reset_session(
    slug: str, *, by: str, processes: ProcessVerbs, settings: Settings, now: datetime, address: str = "",
) -> None:
    """Forget the number a tenant is linked to, so that another can be; a worker that is wanted starts anew.

    Raises UnknownTenant, StillRunning or StartFailed, and FlowError where the browser's profile cannot be deleted.
    """
    tenant = find_tenant(slug)
    _end_worker(slug, processes)
    processes.clean(slug)
    with db.atomic():
        sessions.report_session(tenant, "worker_stopped", now=now)
        sessions.move_tenant(tenant, "reset", now)
        forgotten = {"phone": "", "lid": "", "proved_at": None, "watermark": None, "linked_at": None,
                     "sending_paused_at": None, "sending_resumes_at": None, "pairing_code": "",
                     "pairing_wanted_at": None, "pairing_refused_at": None, "qr_wanted_at": None}
        WhatsAppSession.update(forgotten).where(WhatsAppSession.tenant == tenant).execute()
        audit.record(by=by, action="tenant.reset_session", slug=slug, address=address)
    if tenant.desired == Desired.RUNNING and tenant.status != TenantStatus.PAUSED:
        with contextlib.suppress(AlreadyRunning):
            processes.start(slug)


def delete_tenant(
    slug: str, *, typed: str, by: str, processes: ProcessVerbs, settings: Settings, address: str = "",
) -> None:
    """Delete the tenant with everything it owns: people, chats, messages, the browser's profile and the logs.

    `typed` is the slug as a person typed it to confirm. The audit log keeps what was done.
    Raises UnknownTenant, Invalid where it was typed wrong, StillRunning, and FlowError where a file cannot be deleted.
    """
    tenant = find_tenant(slug)
    if typed.strip() != slug:
        raise Invalid("Type %(slug)s to delete it.", slug=slug)
    Tenant.update(desired=Desired.STOPPED).where(Tenant.id == tenant.id).execute()
    _end_worker(slug, processes)
    processes.clean(slug)
    with db.atomic():
        tenant.delete_instance()
        audit.record(by=by, action="tenant.delete", slug=slug, address=address, detail={"name": tenant.name})
    for log in Holdings.of(slug, settings).logs:
        log.unlink(missing_ok=True)


def _end_worker(slug: str, processes: ProcessVerbs) -> None:
    with contextlib.suppress(NotRunning):
        processes.stop(slug)
    if processes.status(slug).running:
        raise StillRunning("The worker of %(slug)s does not end. Force a restart, then try again.", slug=slug)
