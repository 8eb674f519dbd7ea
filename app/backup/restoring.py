"""Put a backup back: on the host it was made on, or on another one that the playbook has set up."""
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.backup import contents, profiles, programs
from app.backup.contents import Manifest
from app.backup.making import database_name, scratch
from app.errors import Invalid
from app.settings import Settings

SECRETS = Path("/etc/flowhq/secrets.env")
KEY_FILE = Path("/etc/flowhq/secret_key")
OURS = (sys.executable, "-m", "app.cli")


def verify(source: Path, identity: Path, settings: Settings) -> Manifest:
    """Open a backup and hold every file against what was written down of it; raises FlowError where one differs."""
    with scratch(settings) as place:
        programs.unpack(source, identity, place)
        manifest = contents.read_manifest(place)
        programs.run(["pg_restore", "--list", str(place / contents.DUMP)])
        return manifest


def restore(source: Path, identity: Path, settings: Settings, *, root: Path = profiles.STATE_ROOT) -> Iterator[str]:
    """Put database, profiles and key back while nothing of Flow HQ runs; yields what is done, line by line.

    Nothing is changed before the whole backup was found true. Raises FlowError.
    """
    name = database_name(settings)
    with scratch(settings) as place:
        programs.unpack(source, identity, place)
        manifest = contents.read_manifest(place)
        yield f"The backup of {_shown(manifest.moment)} is whole: {len(manifest.tenants)} tenants."
        _put_back_database(name, place / contents.DUMP)
        yield f"The database {name} is back, at this version's schema."
        for slug in manifest.tenants:
            profiles.put_back(place / contents.PROFILES, root, slug)
        yield f"The sessions of {len(manifest.tenants)} tenants are back: none needs a new scan."
        _put_back_key((place / contents.SECRET).read_text())
        yield "The key that signs cookies is back: who was signed in still is."


def check_root() -> None:
    """Raise Invalid where somebody else than root asks."""
    if os.geteuid() != 0:
        raise Invalid("Only root may read and write what lies in a backup: use sudo.")


def _put_back_database(name: str, dump: Path) -> None:
    programs.run(programs.as_superuser("dropdb", "--if-exists", "--force", name))
    programs.run(programs.as_superuser(*OURS, "db", "bootstrap"))
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
