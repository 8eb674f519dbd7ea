"""Link a phone: the codes that are good to scan and to type, and asking for one of the latter."""
from datetime import datetime, timedelta

from app.db import db
from app.errors import Conflict
from app.models import SessionState, Tenant, WhatsAppSession
from app.services import audit

# A page may be a little late with its next code.
GRACE = timedelta(seconds=20)
# WhatsApp takes a code that was made to be typed for little longer.
TYPED_WITHIN = timedelta(minutes=3)


def code_to_scan(session: WhatsAppSession, now: datetime) -> str:
    """The code that a phone may scan, empty where there is none any more: a worker that hangs leaves its last one."""
    is_over = session.qr_expires_at is not None and now > session.qr_expires_at + GRACE
    return "" if is_over else session.qr_code or ""


def code_to_type(session: WhatsAppSession, now: datetime) -> str:
    """The code that may be typed on a phone, empty where there is none any more."""
    is_over = session.pairing_wanted_at is None or now > session.pairing_wanted_at + TYPED_WITHIN
    return "" if is_over else str(session.pairing_code)


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
