"""What would be cut off if a tenant's worker were stopped now, to ask before it is done."""
from datetime import datetime, timedelta
from enum import StrEnum

from app.models import Direction, Message, SessionState, Tenant, WhatsAppSession

# A chat in which a customer wrote this lately is likely to go on.
TALKING_S = 60
# A page that shows a code says so this often at least.
LOOKED_AT_S = 120


class Interruption(StrEnum):
    """What goes on at a tenant's that a stop would cut off."""

    ANSWERING = "ANSWERING"
    SCANNING = "SCANNING"
    LINKING = "LINKING"


def interruptions(tenant: Tenant, now: datetime) -> list[Interruption]:
    """What a stop of the tenant's worker would cut off now."""
    session = WhatsAppSession.get(WhatsAppSession.tenant == tenant)
    found = [Interruption.ANSWERING] if _is_answering(tenant, now) else []
    if session.state == SessionState.CONNECTING:
        return [*found, Interruption.LINKING]
    return [*found, Interruption.SCANNING] if _is_looked_at(session, now) else found


def _is_answering(tenant: Tenant, now: datetime) -> bool:
    if Message.unsettled_of(tenant):
        return True
    lately = now - timedelta(seconds=TALKING_S)
    return bool(Message.select().where(
        Message.tenant == tenant, Message.created_at >= lately, Message.direction == Direction.IN).exists())


def _is_looked_at(session: WhatsAppSession, now: datetime) -> bool:
    wanted_at = max(filter(None, (session.qr_wanted_at, session.pairing_wanted_at)), default=None)
    is_shown = session.state == SessionState.QR_READY
    return bool(is_shown and wanted_at and now - wanted_at < timedelta(seconds=LOOKED_AT_S))
