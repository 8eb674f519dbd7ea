"""Send a letter by the mail server that FLOWHQ_SMTP_URL names."""
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from app.settings import Settings, SettingsError

TIMEOUT_S = 10.0
PORTS = {"smtp": 587, "smtps": 465}


class NotMailed(Exception):
    """The mail server did not take the letter; `for_good` where it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True)
class Letter:
    """A letter in plain text; whoever gets two with one `message_id` has got one twice."""

    to: str
    subject: str
    text: str
    message_id: str = ""


def send(letter: Letter, settings: Settings) -> None:
    """Hand the letter to the mail server; raises NotMailed."""
    if not settings.smtp_url:
        raise NotMailed("FLOWHQ_SMTP_URL names no mail server any more")
    try:
        with _connect(settings.smtp_url) as server:
            server.send_message(written(letter, settings))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise NotMailed(f"{code} {said.decode(errors='replace')}", for_good=code >= 500) from error
    except smtplib.SMTPDataError as error:
        raise NotMailed(f"{error.smtp_code} {error.smtp_error!r}", for_good=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotMailed(f"{type(error).__name__}: {error}") from error


def new_message_id(settings: Settings) -> str:
    """An id that no other letter has."""
    return make_msgid(domain=_host(settings))


def written(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as it travels."""
    message = EmailMessage()
    message["From"] = settings.mail_from or f"Flow HQ <flowhq@{_host(settings)}>"
    message["To"], message["Subject"] = letter.to, letter.subject
    message["Message-ID"] = letter.message_id or new_message_id(settings)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def check_url(url: str) -> None:
    """Raise SettingsError for an address that names no mail server; an empty one means that there is none."""
    parts = urlsplit(url)
    if url and (parts.scheme not in PORTS or not parts.hostname):
        raise SettingsError("FLOWHQ_SMTP_URL cannot be used: write smtp://user:password@host:587 or smtps://…:465")


def _host(settings: Settings) -> str:
    return urlsplit(settings.web_url).hostname or "localhost"


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
