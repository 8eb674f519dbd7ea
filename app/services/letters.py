"""Letters on their way: written in the transaction of what they are about, sent by the job MAIL."""
from datetime import datetime, timedelta

from app.logs import get_logger
from app.models import MailedLink, OutgoingMail, Tenant
from app.services import mailed_links, mailer, outbox
from app.services.mailer import Letter, NotMailed
from app.settings import Settings

MAIL = "mail"
USEFUL_FOR = timedelta(days=2)
KEPT_FOR = timedelta(days=30)
log = get_logger(__name__)


def post(
    letter: Letter, settings: Settings, *, now: datetime, lives: timedelta = USEFUL_FOR, link: MailedLink | None = None,
    tenant: Tenant | None = None,
) -> bool:
    """Put a letter on its way; False, and nothing happens, where there is no mail server."""
    if not settings.smtp_url:
        return False
    outbox.put(OutgoingMail, MAIL, now=now, lives=lives, link=link, tenant=tenant, recipient=letter.to,
               subject=letter.subject, text=letter.text, message_id=mailer.new_message_id(settings))
    return True


def deliver(mail_id: int, settings: Settings, *, now: datetime) -> float | None:
    """Try to send one letter; the seconds until the next try, or None where there is none."""
    mail = outbox.claim(OutgoingMail, mail_id, now=now)
    if mail is None:
        return None
    try:
        mailer.send(Letter(mail.recipient, mail.subject, mail.text, mail.message_id), settings)
    except NotMailed as error:
        again_s = outbox.failed(mail, str(error), now=now, for_good=error.for_good)
        log.warning("mail_failed", mail=mail.id, attempts=mail.attempts, again_s=again_s, reason=str(error)[:200])
        return again_s
    # What may hold a link that lets its reader in is kept no longer than it must be.
    outbox.sent(mail, now=now, text="")
    if mail.link:
        mailed_links.mailed(mail.link)
    log.info("mail_sent", mail=mail.id, attempts=mail.attempts)
    return None


def sweep(*, now: datetime) -> int:
    """Ask again for the letters whose job was lost; returns how many there were."""
    return outbox.ask_for_left_over(OutgoingMail, MAIL, now=now)


def forget_old(*, now: datetime) -> int:
    """Forget the letters that were sent, or given up, long ago."""
    return outbox.forget(OutgoingMail, before=now - KEPT_FOR)
