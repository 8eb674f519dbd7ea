"""Link a phone that cannot scan: ask the worker for a pairing code."""
from datetime import datetime

from app.db import db
from app.errors import Conflict
from app.models import SessionState, Tenant, WhatsAppSession
from app.services import audit


def want_pairing_code(tenant: Tenant, *, by: str, address: str, now: datetime) -> None:
    """Ask for a code to type on the phone; it appears in the session once WhatsApp has made it.

    Raises Conflict where the tenant has no number or nothing waits to be linked.
    """
    if not tenant.phone_number:
        raise Conflict("The business has no phone number yet: ask the team to enter it.")
    with db.atomic():
        wanted = {"pairing_wanted_at": now, "qr_wanted_at": now, "pairing_code": "", "pairing_refused_at": None}
        asked = WhatsAppSession.update(wanted).where(
            WhatsAppSession.tenant == tenant, WhatsAppSession.state == SessionState.QR_READY).execute()
        if not asked:
            raise Conflict("There is nothing to link at the moment: wait until a code is shown.")
        audit.record(by=by, action="session.pairing", slug=tenant.slug, address=address)
