"""Bring a database to the schema this version needs: numbered migrations, one process at a time.

A migration is a file `app/migrations/NNNN_name.py` with `up(migrator, db)` and `down(migrator, db)`. The runner of
playhouse.migrations gives each a transaction and notes its name in the table schema_migration.
"""
import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import peewee
from peewee import CharField
from playhouse.migrations import MigrationError, Runner
from playhouse.schema_diff import diff_models

from app.db import is_sqlite, open_database
from app.models import MODELS
from app.models.base import UtcField, utc_now
from app.services import roles

DIRECTORY = Path(__file__).resolve().parent.parent / "migrations"
# Any number will do, as long as every Flow HQ takes the same one.
UPGRADE_LOCK = 5_318_008_471
SKELETON = '''"""{title}."""


def up(migrator, db):
    """Say what this adds; a new table is a frozen inline model, as in 0001_initial.py."""


def down(migrator, db):
    """Take it back."""
'''


class SchemaError(Exception):
    """The schema cannot be brought where it was asked to go; the message says why and what to do."""


@dataclass(frozen=True)
class Step:
    """One migration: `applied_at` is None while it waits; `known` is False where this version has no file for it."""

    name: str
    applied_at: datetime | None
    known: bool


def upgrade(database: peewee.Database | str, directory: Path = DIRECTORY) -> list[str]:
    """Apply every migration that waits and return their names.

    Takes a database or its URL, which is then opened with app.db.open_database. Safe while other processes do the
    same: they wait, and find nothing left to do. Where the database has roles, they get the rights of this version.
    Raises SchemaError where a migration fails, the database is newer than this version or belongs to another role.
    """
    runner, lock = _prepare(database, directory)
    with _explained(), roles.as_owner(runner.database), lock:
        newer = [step.name for step in _steps(runner) if not step.known]
        if newer:
            raise SchemaError(f"The database is newer than this Flow HQ: it has had {', '.join(newer)}.")
        applied = list(runner.up())
        roles.apply(runner.database)
        return applied


def downgrade(database: peewee.Database | str, target: str, directory: Path = DIRECTORY) -> list[str]:
    """Take back every migration from the newest to `target`, both included; returns the names taken back."""
    runner, lock = _prepare(database, directory)
    with _explained(), roles.as_owner(runner.database), lock:
        return list(runner.down(target))


def status(database: peewee.Database | str, directory: Path = DIRECTORY) -> list[Step]:
    """Every migration, in order, applied or waiting."""
    return _steps(_Runner(_opened(database), directory))


def is_current(database: peewee.Database | str) -> bool:
    """Whether exactly this version's migrations are applied: one small query, for every start of a process."""
    return all(step.applied_at and step.known for step in status(database))


def new(name: str, directory: Path = DIRECTORY) -> Path:
    """Write an empty migration with the next number, with a list of what the models have and no migration makes."""
    title = name.strip().rstrip(".")
    if not title:
        raise SchemaError("A migration needs a name, such as 'add opening hours'.")
    database = peewee.SqliteDatabase(":memory:")
    runner = _Runner(database, directory)
    with _explained(), database.connection_context():
        runner.up()
        wanted = "".join(f"# {line}\n" for line in str(diff_models(database, MODELS)).splitlines())
        heading = f"# To do, by the models:\n{wanted}\n\n" if wanted else ""
        body = SKELETON.format(title=title[0].upper() + title[1:]).replace("\n\n\ndef up", f"\n\n\n{heading}def up", 1)
        return Path(runner.create(title, body))


class _Runner(Runner):
    """Playhouse's runner on our directory, with the times of its history in UTC."""

    def __init__(self, database: peewee.Database, directory: Path) -> None:
        super().__init__(database, str(directory))

        class History(peewee.Model):
            name = CharField(unique=True)
            applied = UtcField(default=utc_now)

            class Meta:
                table_name = self.table_name

        History.bind(database)
        self.History: Any = History


def _steps(runner: _Runner) -> list[Step]:
    return [Step(row.name, row.applied, row.path is not None) for row in runner.status()]


def _opened(database: peewee.Database | str) -> Any:
    return open_database(database) if isinstance(database, str) else getattr(database, "obj", database)


def _prepare(database: peewee.Database | str, directory: Path) -> tuple[_Runner, AbstractContextManager[None]]:
    opened = _opened(database)
    if opened.in_transaction():
        raise SchemaError("The schema cannot change inside a transaction.")
    return _Runner(opened, directory), _one_at_a_time(opened)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except roles.NotTheOwner as error:
        raise SchemaError(str(error)) from error
    except (MigrationError, peewee.PeeweeException) as error:
        reason = str(error).strip().splitlines()[0]
        raise SchemaError(f"The schema could not be changed, and what failed was taken back: {reason}") from error


def _one_at_a_time(database: Any) -> AbstractContextManager[None]:
    if not is_sqlite(database):
        return _advisory_lock(database)
    if database.database == ":memory:":
        return nullcontext()
    return _lock_file(Path(database.database + ".upgrade-lock"))


@contextmanager
def _advisory_lock(database: Any) -> Iterator[None]:
    database.execute_sql("SELECT pg_advisory_lock(%s)", (UPGRADE_LOCK,))
    try:
        yield
    finally:
        database.execute_sql("SELECT pg_advisory_unlock(%s)", (UPGRADE_LOCK,))


@contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    # Not the database file itself: closing any handle on it would drop SQLite's own locks.
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
