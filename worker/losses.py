"""What a worker may lose and get back: its browser, and the database."""
from peewee import InterfaceError, InternalError, OperationalError

from app.db import reconnect
from app.models import Tenant
from app.services import sessions
from worker.outbox import PageDegraded
from worker.whatsapp.devtools import BrowserGone, PageError, PageSilent

BROWSER_LOST = (BrowserGone, PageSilent, PageError, PageDegraded)
# The last is what PostgreSQL says while it takes no writes.
DATABASE_LOST = (OperationalError, InterfaceError, InternalError)


def database_is_back(tenant: Tenant) -> bool:
    """Whether the database answers and takes writes; one that only answers would be lost again with the next turn."""
    try:
        return reconnect() and sessions.takes_writes(tenant)
    except DATABASE_LOST:
        return False


def in_words(error: Exception) -> str:
    """What people read of a lost browser."""
    if isinstance(error, PageDegraded):
        return f"{error}. A new browser is being started."
    return "The browser ended and is being started again."
