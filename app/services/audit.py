"""Who changed what, written in the transaction that changes it."""
from typing import Any

from app.models import AuditEntry


def record(*, by: str, action: str, slug: str = "", detail: dict[str, Any] | None = None, address: str = "") -> None:
    """Write one audit entry; call it inside the transaction of the change."""
    AuditEntry.create(actor=by, action=action, tenant_slug=slug, detail=detail or {}, address=address)
