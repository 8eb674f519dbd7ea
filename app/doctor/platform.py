"""The platform's own parts: settings, database, web pages, and the page that stands for WhatsApp."""
import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from app.db import is_sqlite, open_database
from app.doctor.finding import Finding, fail, ok, warn
from app.services import schema
from app.services.grants import OWNER
from app.settings import Settings

TIMEOUT_S = 10
OWN_CERTIFICATE = Path("/etc/flowhq/tls/cert.pem")


def settings_fit(settings: Settings) -> Finding:
    """Whether a production host has what it must not be without."""
    if not settings.production:
        return ok("embedded mode")
    missing = [name for name, value in (("DATABASE_URL", settings.database_url), ("FLOWHQ_BASE_URL", settings.base_url),
                                        ("FLOWHQ_SECRET_KEY", settings.secret_key)) if not value]
    if missing:
        return fail(f"{', '.join(missing)} not set",
                    "Set it in /etc/flowhq/secrets.env, and `systemctl restart flowhq-web`.")
    if not settings.smtp_url:
        return warn("no mail server", "Set FLOWHQ_SMTP_URL: until then an admin has to pass mailed links on by hand.")
    return ok("complete")


def database_answers(settings: Settings) -> Finding:
    """Whether the database can be reached and is at this version's schema."""
    # Root has no role of its own: it acts as the schema's owner.
    database = open_database(settings.database, ("", OWNER))
    steps = schema.status(database)
    waiting = [step.name for step in steps if step.known and not step.applied_at]
    newer = [step.name for step in steps if not step.known]
    if waiting:
        return fail(f"{len(waiting)} migrations wait", "`flowhq db upgrade`.")
    if newer:
        # What is added does not disturb: so it is after every rollback.
        return warn(f"the database has what a newer version added ({newer[-1]})",
                    "All works; go over to that version again once it is mended.")
    return ok(f"{'SQLite' if is_sqlite(database) else 'PostgreSQL'} at this version's schema")


def web_answers(settings: Settings) -> Finding:
    """Whether the web pages answer where people reach them."""
    answer = _status(f"{settings.web_url}/healthz")
    if answer == 200:
        return ok(f"{settings.web_url} answers")
    return fail(f"{settings.web_url} {answer or 'does not answer'}", "`systemctl status flowhq-web nginx`; and the "
                "name must point here." if settings.production else "`flowhq web`, or `flowhq demo`.")


def whatsapp_answers(settings: Settings) -> Finding:
    """Whether the page that workers open can be reached from here."""
    answer = _status(settings.page_url)
    if answer is not None and answer < 500:
        return ok(f"{settings.page_url} answers")
    return fail(f"{settings.page_url} {answer or 'cannot be reached'}",
                "Look at the machine's network and DNS." if settings.production else "`flowhq sandbox`.")


def _status(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S, context=_trust()) as answer:  # noqa: S310 - http or https, from the settings
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return None


def _trust() -> ssl.SSLContext:
    """Whom the web believes, and the certificate that this machine may have signed itself."""
    context = ssl.create_default_context()
    if os.access(OWN_CERTIFICATE, os.R_OK):
        context.load_verify_locations(OWN_CERTIFICATE)
    return context
