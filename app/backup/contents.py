"""What lies in a backup, and how it is known to be whole.

    manifest.json       version, moment, tenants, and the SHA-256 of every other file
    database.dump       pg_dump's custom format
    secret_key          the key that signs cookies, so that nobody is signed out
    profiles/<slug>/    what a worker keeps under /var/lib: the browser's profile above all

One tenant's alone, to be put beside others, has `rows.jsonl` in place of dump and key.
"""
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from app.errors import Invalid

MANIFEST, DUMP, SECRET, PROFILES = "manifest.json", "database.dump", "secret_key", "profiles"
ROWS = "rows.jsonl"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself; `files` maps each path in it to its SHA-256."""

    version: str
    made_at: str
    database: str
    tenants: list[str]
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        """When it was made, aware."""
        return datetime.fromisoformat(self.made_at)

    @property
    def is_of_one(self) -> bool:
        """Whether it is one tenant's alone, and not a whole host's."""
        return ROWS in self.files


def write_manifest(place: Path, *, version: str, made_at: datetime, database: str, tenants: list[str]) -> Manifest:
    """Weigh what lies in the directory `place`, and write it down there."""
    manifest = Manifest(version, made_at.isoformat(), database, tenants, dict(_weighed(place)))
    (place / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    return manifest


def read_manifest(place: Path) -> Manifest:
    """What the unpacked backup in `place` says about itself, held against what is there; raises Invalid."""
    try:
        manifest = Manifest(**json.loads((place / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise Invalid("This is no backup of Flow HQ: it has no readable manifest.") from error
    if manifest.format != FORMAT:
        raise Invalid("This backup was made by another version (%(version)s): restore it with that one.",
                      version=manifest.version)
    found = dict(_weighed(place))
    wrong = sorted(path for path in manifest.files.keys() | found.keys() if manifest.files.get(path) != found.get(path))
    if wrong:
        raise Invalid("The backup is damaged: %(count)d files are not what they were, %(first)s among them.",
                      count=len(wrong), first=wrong[0])
    return manifest


def _weighed(place: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name != MANIFEST:
            with path.open("rb") as file:
                yield str(path.relative_to(place)), hashlib.file_digest(file, "sha256").hexdigest()
