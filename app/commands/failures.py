"""What a person is told when a command cannot do its work: one line, and an exit code that says which kind it is."""
from dataclasses import dataclass

import peewee

from app.db import DatabaseUnavailable
from app.errors import Conflict, FlowError, Invalid, NotFound, Unreachable
from app.services.schema import SchemaError
from app.settings import SettingsError

FAILED, UNUSABLE, NOT_FOUND, CONFLICT, DATABASE, UNREACHABLE = 1, 2, 3, 4, 5, 6
# The first that fits counts.
EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Invalid, UNUSABLE), (SettingsError, UNUSABLE), (NotFound, NOT_FOUND), (Conflict, CONFLICT),
    (Unreachable, UNREACHABLE), (DatabaseUnavailable, DATABASE), (SchemaError, DATABASE), (FlowError, FAILED),
)
_MISSING = ("no such table", "no such column", "does not exist", "has no column named")


@dataclass(frozen=True)
class Refusal:
    """What to write on standard error, and the exit code."""

    line: str
    exit_code: int


def explain(error: Exception) -> Refusal | None:
    """What to tell a person about an error, or None where it is a fault of the program."""
    for kind, code in EXIT_CODES:
        if isinstance(error, kind):
            return Refusal(" ".join(str(error).split()), code)
    if isinstance(error, peewee.DatabaseError | peewee.InterfaceError):
        return _explain_database(error)
    # A reader that closed its end of a pipe (`| head`) is no failure; click ends quietly on it.
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return Refusal(f"{error.filename or 'Writing'}: {error.strerror}.", FAILED)
    return None


def _explain_database(error: Exception) -> Refusal | None:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else "it closed the connection"
    if any(words in reason for words in _MISSING):
        return Refusal(f"The database is not at this version's schema ({reason}): run `flowhq db upgrade`.", DATABASE)
    if isinstance(error, peewee.OperationalError | peewee.InterfaceError):
        return Refusal(f"The database failed: {reason}. Is it running, and is there room on its disk?", DATABASE)
    return None
