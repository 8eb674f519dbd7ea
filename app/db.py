"""One database, chosen at run time: PostgreSQL in production, SQLite where nothing is configured."""
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peewee
from peewee import DatabaseProxy
from playhouse.db_url import connect, parse

db = DatabaseProxy()

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    # A reply counts as stored once its commit returned, power cuts included.
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 15000,
}

REFUSED = ("authentication failed", "no pg_hba.conf entry", "does not exist", "permission denied for")


class Sqlite(peewee.SqliteDatabase):
    """SQLite that takes the write lock when a transaction begins.

    Ours all write; one that read first and found another writer in its way could only fail.
    """

    def begin(self, lock_type: str | None = None) -> None:
        """Begin a transaction, IMMEDIATE unless told otherwise."""
        super().begin(lock_type or "IMMEDIATE")


class DatabaseUnavailable(Exception):
    """The database cannot be reached or opened; the message says which one and what to do."""


def open_database(url: str, roles: Sequence[str] = ("",)) -> peewee.Database:
    """Bind the models to the database at `url` (sqlite:///… or postgresql://…) and open a connection.

    Where the URL names no role of PostgreSQL, the first of `roles` that is let in is taken; "" is the one of the
    operating system's user. Raises DatabaseUnavailable where it cannot be opened.
    """
    for place, role in enumerate(roles, 1):
        database = _build(url, role)
        db.initialize(database)
        try:
            database.connect(reuse_if_open=True)
        except peewee.OperationalError as error:
            if place == len(roles):
                raise DatabaseUnavailable(_advice(url, error)) from error
        else:
            break
    return database


def reconnect() -> bool:
    """Drop the connection and make a new one; False where the database still does not answer."""
    with contextlib.suppress(peewee.PeeweeException):
        db.close()
    try:
        db.connect(reuse_if_open=True)
        db.execute_sql("SELECT 1")
    except peewee.PeeweeException:
        return False
    return True


def is_sqlite(database: Any = None) -> bool:
    """Whether the bound (or given) database is SQLite."""
    bound = database or db.obj
    return isinstance(bound, peewee.SqliteDatabase)


# Our queries are short: PostgreSQL would spend seconds on compiling one that it takes for a long one.
NO_COMPILING = "-c jit=off"


def _build(url: str, role: str = "") -> peewee.Database:
    if url.startswith("sqlite:"):
        path = Path(parse(url)["database"])
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(f"The directory {path.parent} cannot be made: {error.strerror}.") from error
        return Sqlite(str(path), pragmas=SQLITE_PRAGMAS)
    given = parse(url)
    wanted = {"options": NO_COMPILING} | ({"user": role} if role else {})
    return connect(url, **{name: value for name, value in wanted.items() if name not in given})


def _advice(url: str, error: Exception) -> str:
    reason = str(error).strip().splitlines()[0]
    if url.startswith("sqlite:"):
        return f"The database {parse(url)['database']} cannot be opened: {reason}. Check FLOWHQ_STATE_DIR and the disk."
    if any(words in reason for words in REFUSED):
        return f"PostgreSQL does not let you in: {reason}. Are you flowhq, and was `flowhq db bootstrap` run?"
    return f"PostgreSQL does not answer: {reason}. Is it running, and is DATABASE_URL right?"
