"""Copies of a browser's profile, so that one that breaks is put back without a new scan.

What WhatsApp has changed since a snapshot was made is not in it: the page catches up by itself, as after a long sleep.
They lie beside the profile, in the tenant's own directory, and are made and put back only while no browser runs. The
profile that was there is moved aside and never deleted.
"""
import contextlib
import os
import shutil
import tarfile
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from app.backup.profiles import NOT_KEPT
from app.logs import get_logger
from worker.profile import RESTORED

SNAPSHOTS, ENDED, BROKEN = "snapshots", "ended", "profile.broken"
KEPT = 2
MOST_BROKEN = 3
MOST_BYTES = 300 * 2**20
FAST = 1

log = get_logger(__name__)


class Snapshots:
    """The snapshots of one profile. Nothing here raises for a disk that is full: a snapshot is no must."""

    def __init__(self, profile: Path) -> None:
        """They lie in a directory beside the profile."""
        self._profile, self._directory = profile, profile.parent / SNAPSHOTS

    def newest_at(self) -> datetime | None:
        """When the newest was made."""
        newest = self._newest()
        return datetime.fromtimestamp(newest.stat().st_mtime, UTC) if newest else None

    def take(self, now: datetime) -> bool:
        """Make one, unless the profile is too large; the oldest beyond KEPT go."""
        unfinished = self._directory / "unfinished"
        try:
            self._directory.mkdir(exist_ok=True, mode=0o700)
            if _size(self._profile) > MOST_BYTES:
                log.warning("snapshot_too_large")
                return False
            with tarfile.open(unfinished, "w:gz", compresslevel=FAST) as archive:
                archive.add(self._profile, arcname=".", filter=_kept)
            os.utime(unfinished, (now.timestamp(), now.timestamp()))
            unfinished.rename(self._directory / _name(now))
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            log.warning("snapshot_failed", error=str(error))
            return False
        self._thin_out(now)
        return True

    def _thin_out(self, now: datetime) -> None:
        # What a clock that was wrong has dated ahead would be the newest for as long as it was ahead.
        known = [each for each in self._all() if each.name <= _name(now)]
        for each in {*self._all()} - {*known[-KEPT:]}:
            each.unlink(missing_ok=True)

    def mark_ended(self) -> None:
        """The link has ended, or a snapshot was put back for it: none is any more, until it is proved again."""
        with contextlib.suppress(OSError):
            self._directory.mkdir(exist_ok=True, mode=0o700)
            (self._directory / ENDED).touch()

    def mark_proved(self) -> None:
        """The link works."""
        with contextlib.suppress(OSError):
            (self._directory / ENDED).unlink()

    def can_restore(self) -> bool:
        """Whether there is a snapshot of a link that nobody has ended, and none was put back in vain."""
        broken = len(list(self._profile.parent.glob(BROKEN + "*")))
        return self._newest() is not None and not (self._directory / ENDED).exists() and broken < MOST_BROKEN

    def restore(self, now: datetime) -> bool:
        """Put the newest whole one in place of the profile, which is moved aside; once, until the link is proved."""
        return self.can_restore() and any(self._restore(each, now) for each in reversed(self._all()))

    def _restore(self, snapshot: Path, now: datetime) -> bool:
        beside = self._profile.with_name(RESTORED)
        shutil.rmtree(beside, ignore_errors=True)
        try:
            with tarfile.open(snapshot) as archive:
                archive.extractall(beside, filter="data")
            self.mark_ended()
            self._profile.rename(self._profile.with_name(f"{BROKEN}.{now:%Y%m%dT%H%M%S%f}"))
            beside.rename(self._profile)
        except (OSError, tarfile.TarError, EOFError) as error:
            log.warning("restore_failed", snapshot=snapshot.name, error=str(error))
            return False
        log.error("profile_restored", snapshot=snapshot.name)
        return True

    def _newest(self) -> Path | None:
        return next(reversed(self._all()), None)

    def _all(self) -> list[Path]:
        return sorted(self._directory.glob("*.tar.gz"))


def _name(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S%f}.tar.gz"


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    is_left_out = any(fnmatch(part, pattern) for part in Path(entry.name).parts for pattern in NOT_KEPT)
    return None if is_left_out or not (entry.isfile() or entry.isdir()) else entry


def _size(directory: Path) -> int:
    """Bytes of what a snapshot would hold, before it is compressed."""
    total = 0
    for place, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in NOT_KEPT)]
        total += sum((Path(place) / name).lstat().st_size for name in names)
    return total
