"""Close the browser at a quiet moment, where it is too large or old or a snapshot is due; restore a broken profile."""
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from app.logs import get_logger
from app.settings import Settings
from worker.snapshots import Snapshots

QUIET_FOR = timedelta(seconds=60)
# Nobody waits for a quiet moment for ever: what is this much too large or old is closed at the next chance.
BEYOND = 1.5
FAILED_STARTS = 3

log = get_logger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What a browser may come to before another takes its place: MiB, and seconds; 0 means no bound."""

    mib: int
    age_s: float
    first_snapshot_s: float


@dataclass(frozen=True)
class Load:
    """What a browser has come to: MiB, seconds since its start, and for how long it has been connected."""

    mib: int
    age_s: float
    connected_s: float
    snapshot_age_s: float | None


def reason_to_close(load: Load, bounds: Bounds, *, is_quiet: bool) -> str:
    """PURE: why the browser is to be closed now, in a word; empty where it is not."""
    for reason, value, bound in (("memory", load.mib, bounds.mib), ("age", load.age_s, bounds.age_s)):
        if bound and value > bound and (is_quiet or value > bound * BEYOND):
            return reason
    is_due = load.snapshot_age_s is None or (bounds.age_s and load.snapshot_age_s > bounds.age_s)
    settled = bounds.first_snapshot_s and load.connected_s > bounds.first_snapshot_s
    return "snapshot" if is_quiet and settled and is_due else ""


@dataclass
class Upkeep:
    """What one worker does for its browser. `clock` is monotonic seconds, `now` the time of day."""

    bounds: Bounds
    snapshots: Snapshots
    wants_new_browser: bool = False
    _began: float = 0.0
    _connected_since: float | None = None
    _failed_starts: int = 0
    _must_restore: bool = field(default=False)

    @classmethod
    def of(cls, settings: Settings, profile: Path) -> "Upkeep":
        """By the settings."""
        bounds = Bounds(settings.browser_mib, settings.browser_age_s, settings.snapshot_after_s)
        return cls(bounds, Snapshots(profile))

    def before_start(self, now: datetime) -> bool:
        """No browser runs, and one is about to be started; whether a snapshot was put back for it."""
        is_restored = self._must_restore and self.snapshots.restore(now)
        self._must_restore = False
        return is_restored

    def not_started(self) -> None:
        """The browser did not come up."""
        self._failed_starts += 1
        self._must_restore = self._failed_starts >= FAILED_STARTS and self.snapshots.can_restore()

    def started(self, clock: float) -> None:
        """The browser runs."""
        self._began, self._connected_since, self._failed_starts, self.wants_new_browser = clock, None, 0, False

    def connected(self, clock: float) -> None:
        """The link is proved."""
        if self._connected_since is None:
            self._connected_since = clock
            self.snapshots.mark_proved()

    def ended(self) -> None:
        """The link has ended, and somebody has to make a new one."""
        self._connected_since = None
        self.snapshots.mark_ended()

    def lost_link(self) -> bool:
        """A code is shown to a number that nobody has unlinked; whether a new browser can have its link back."""
        self._must_restore = self.snapshots.can_restore()
        return self._must_restore

    def look(self, mib: int, *, is_quiet: bool, clock: float, now: datetime) -> None:
        """Decide whether the browser is to be closed."""
        taken = self.snapshots.newest_at()
        load = Load(mib, clock - self._began, 0.0 if self._connected_since is None else clock - self._connected_since,
                    (now - taken).total_seconds() if taken and taken <= now else None)
        if reason := reason_to_close(load, self.bounds, is_quiet=is_quiet):
            self.wants_new_browser = True
            log.info("browser_recycled", reason=reason, memory_mib=mib, age_s=round(load.age_s))

    def closed(self, now: datetime) -> None:
        """The browser was closed in good order: a linked one leaves a snapshot."""
        if self._connected_since is not None and self.bounds.first_snapshot_s and self.snapshots.take(now):
            log.info("snapshot_taken")
