"""Put a backup back: on the host it was made on, or on another one that the playbook has set up."""
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from app.backup import contents, profiles, programs
from app.backup.contents import Manifest
from app.backup.making import database_name, scratch
from app.db import db
from app.errors import Invalid
from app.models import Tenant
from app.services import transfer
from app.settings import Settings

SECRETS = Path("/etc/flowhq/secrets.env")
KEY_FILE = Path("/etc/flowhq/secret_key")
OURS = (sys.executable, "-m", "app.cli")


def verify(source: Path, identity: Path, settings: Settings) -> Manifest:
    """Open a backup and hold every file against what was written down of it; raises FlowError where one differs."""
    with scratch(settings) as place:
        programs.unpack(source, identity, place)
        manifest = contents.read_manifest(place)
        if not manifest.is_of_one:
            programs.run(["pg_restore", "--list", str(place / contents.DUMP)])
        return manifest


def restore(source: Path, identity: Path, settings: Settings, stopped: Callable[[], AbstractContextManager[None]], *,
            root: Path = profiles.STATE_ROOT) -> Iterator[str]:
    """Put database, profiles and key back while Flow HQ is `stopped`; yields what is done, line by line.

    It goes on, and nothing is changed, until the whole backup was found true. Raises FlowError.
    """
    name = database_name(settings)
    with scratch(settings) as place:
        programs.unpack(source, identity, place)
        manifest = contents.read_manifest(place)
        if manifest.is_of_one:
            raise Invalid("This is %(slug)s alone: `flowhq backup add` puts it beside those on this host.",
                          slug=manifest.tenants[0])
        yield f"The backup of {_shown(manifest.moment)} is whole: {len(manifest.tenants)} tenants."
        with stopped():
            _put_back_database(name, place / contents.DUMP)
            yield f"The database {name} is back, at this version's schema."
            for slug in manifest.tenants:
                profiles.put_back(place / contents.PROFILES, root, slug)
            yield f"The sessions of {len(manifest.tenants)} tenants are back: none needs a new scan."
            _put_back_key((place / contents.SECRET).read_text())
            yield "The key that signs cookies is back: who was signed in still is."


def add(source: Path, identity: Path, settings: Settings, *, root: Path = profiles.STATE_ROOT) -> Tenant:
    """Put one tenant beside those on this host, whose workers go on; its own is not started. Returns it.

    All or nothing; raises FlowError.
    """
    database_name(settings)
    with scratch(settings) as place:
        programs.unpack(source, identity, place)
        manifest = contents.read_manifest(place)
        if not manifest.is_of_one:
            raise Invalid("This is a whole host's: `flowhq backup restore` puts it back in place of what is here.")
        with db.atomic(), (place / contents.ROWS).open() as lines:
            tenant = transfer.put_in(lines)
            if (place / contents.PROFILES / tenant.slug).is_dir():
                profiles.put_back(place / contents.PROFILES, root, tenant.slug)
        return tenant


def check_root() -> None:
    """Raise Invalid where somebody else than root asks."""
    if os.geteuid() != 0:
        raise Invalid("Only root may read and write what lies in a backup: use sudo.")


def _put_back_database(name: str, dump: Path) -> None:
    programs.run(["dropdb", "--if-exists", "--force", name], user=programs.SUPERUSER)
    programs.run([*OURS, "db", "bootstrap"], user=programs.SUPERUSER)
    programs.load(name, dump)
    programs.run([*OURS, "db", "upgrade"])


def _put_back_key(key: str) -> None:
    if not key:
        return
    _write(KEY_FILE, key + "\n")
    line = f"FLOWHQ_SECRET_KEY={key}"
    said = SECRETS.read_text() if SECRETS.exists() else ""
    changed, count = re.subn(r"^FLOWHQ_SECRET_KEY=.*$", line, said, flags=re.MULTILINE)
    _write(SECRETS, changed if count else f"{said}{line}\n")


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_text(text)
    beside.replace(path)


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
