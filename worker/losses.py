"""What a worker may lose and get back: its browser, and the database."""
from peewee import InterfaceError, InternalError, OperationalError

from worker.outbox import PageDegraded
from worker.whatsapp.devtools import BrowserGone, PageError, PageSilent

BROWSER_LOST = (BrowserGone, PageSilent, PageError, PageDegraded)
# The last is what PostgreSQL says while it takes no writes.
DATABASE_LOST = (OperationalError, InterfaceError, InternalError)


def in_words(error: Exception) -> str:
    """What people read of a lost browser."""
    if isinstance(error, PageDegraded):
        return f"{error}. A new browser is being started."
    return "The browser ended and is being started again."
