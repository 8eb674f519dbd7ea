"""Send a letter by the mail server that FLOWHQ_SMTP_URL names."""
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from app.logs import get_logger
from app.settings import Settings, SettingsError

TIMEOUT_S = 10.0
PORTS = {"smtp": 587, "smtps": 465}
log = get_logger(__name__)


@dataclass(frozen=True)
class Letter:
    """A letter in plain text."""

    to: str
    subject: str
    text: str


def send(letter: Letter, settings: Settings) -> bool:
    """Hand the letter to the mail server; False where there is none or it does not take it, which is logged."""
    if not settings.smtp_url:
        return False
    try:
        with _connect(settings.smtp_url) as server:
            server.send_message(written(letter, settings))
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_failed", reason=f"{type(error).__name__}: {error}"[:200])
        return False
    return True


def written(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as it travels."""
    host = urlsplit(settings.web_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = settings.mail_from or f"Flow HQ <flowhq@{host}>"
    message["To"], message["Subject"] = letter.to, letter.subject
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def check_url(url: str) -> None:
    """Raise SettingsError for an address that names no mail server; an empty one means that there is none."""
    parts = urlsplit(url)
    if url and (parts.scheme not in PORTS or not parts.hostname):
        raise SettingsError("FLOWHQ_SMTP_URL cannot be used: write smtp://user:password@host:587 or smtps://…:465")


def _connect(url: str) -> smtplib.SMTP:
    """A session with the server; encrypted wherever it can be, and always where a password is sent."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls") or parts.username:
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
