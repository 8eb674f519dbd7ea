"""Make a backup while the workers run, and forget the old ones."""
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from peewee import PostgresqlDatabase
from psycopg2.extensions import parse_dsn

from app.backup import contents, profiles, programs
from app.backup.profiles import Holder
from app.backup.retention import moment_of, name_of, outdated
from app.errors import Invalid
from app.services import transfer
from app.settings import Settings


@dataclass(frozen=True)
class Backup:
    """One backup in the directory of backups; times aware UTC, size in bytes."""

    path: Path
    made_at: datetime
    size: int


def make(settings: Settings, holder: Holder, *, now: datetime, target: Path | None = None,
         root: Path = profiles.STATE_ROOT) -> Backup:
    """Make one backup of this host, as the file `target` or beside those that are there; returns it.

    Raises FlowError where it cannot be made, and leaves nothing half-made.
    """
    name, target = database_name(settings), target or settings.backup_dir / name_of(now)
    with scratch(settings) as place:
        # The database last: what a profile knows that the database does not would be answered a second time.
        slugs = profiles.tenants_in(root)
        profiles.take(root, place / contents.PROFILES, holder, slugs)
        programs.dump(name, place / contents.DUMP)
        (place / contents.SECRET).write_text(settings.secret_key)
        contents.write_manifest(place, version=version("flowhq"), made_at=now, database=name, tenants=slugs)
        programs.pack(place, target, settings.backup_recipients)
    return Backup(target, now, target.stat().st_size)


def make_of_one(slug: str, settings: Settings, holder: Holder, *, now: datetime, target: Path,
                root: Path = profiles.STATE_ROOT) -> Backup:
    """Put one tenant's rows and profile into the file `target`, to be added to another host; returns it.

    Raises FlowError where it cannot be made, and leaves nothing half-made.
    """
    name = database_name(settings)
    with scratch(settings) as place:
        profiles.take(root, place / contents.PROFILES, holder, [slug])
        with (place / contents.ROWS).open("w") as file:
            file.writelines(transfer.take_out(slug))
        contents.write_manifest(place, version=version("flowhq"), made_at=now, database=name, tenants=[slug])
        programs.pack(place, target, settings.backup_recipients)
    return Backup(target, now, target.stat().st_size)


def forget_old(settings: Settings) -> list[str]:
    """Delete the backups that the settings no longer ask for; returns their names."""
    names = outdated([one.path.name for one in list_backups(settings)],
                     days=settings.backup_days, weeks=settings.backup_weeks)
    for name in names:
        (settings.backup_dir / name).unlink()
    return names


def list_backups(settings: Settings) -> list[Backup]:
    """The backups that are there, the newest first."""
    found = [Backup(path, made_at, path.stat().st_size) for path in settings.backup_dir.glob("*")
             if (made_at := moment_of(path.name))]
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def database_name(settings: Settings) -> str:
    """The PostgreSQL database of the settings; raises Invalid where they name another kind."""
    if not settings.database.startswith(("postgres:", "postgresql:", "postgresql+", "postgresext")):
        raise Invalid("Backups are of a production host with PostgreSQL. The embedded mode keeps everything in "
                      "%(path)s: stop it, and copy that directory.", path=settings.state_dir)
    return str(parse_dsn(settings.database).get("dbname") or PostgresqlDatabase("flowhq").database)


@contextmanager
def scratch(settings: Settings) -> Iterator[Path]:
    """A directory that nobody else can read, on a host on the disk that has room for backups; gone afterwards."""
    # An operator looks into a backup on a computer of their own, where that directory is not theirs to make.
    directory = settings.backup_dir if os.geteuid() == 0 else None
    if directory:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(prefix=".unpacked-", dir=directory))
    try:
        yield place
    finally:
        shutil.rmtree(place)
