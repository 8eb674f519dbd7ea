"""The host of a production platform: its units, its rules, its files, its certificate and its backups."""
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import systemd
from app.backup import making
from app.doctor.finding import Finding, fail, ok, warn
from app.settings import Settings

PLAYBOOK = "`ansible-playbook site.yml` puts it right"
RUNNING = ("flowhq.target", "flowhq-web.socket", "flowhq-web.service", "flowhq-jobs.service", "flowhq-egress.socket")
TIMERS = ("flowhq-stale-check.timer", "flowhq-disk-check.timer", "flowhq-prune.timer")
MOVED = "90-moved.conf"
"""The drop-in by which `migrate.yml` keeps what it has moved from starting; its first line says where it went."""
BACKUP_TIMER = "flowhq-backup.timer"
LATE, TOO_LATE = timedelta(hours=26), timedelta(days=3)
RENEW, ENDS = timedelta(days=21), timedelta(days=5)
UNITS = ("*.service", "*.socket", "*.timer", "*.target", "*.slice", "*.d/*.conf")
OTHERS = stat.S_IRWXO
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Places:
    """Where a host has what is looked at."""

    etc: Path = Path("/etc")
    shipped: Path = Path(sys.prefix) / "systemd"
    libraries: Path = Path("/usr/lib")

    @property
    def settings(self) -> Path:
        """The directory of the settings."""
        return self.etc / "flowhq"

    @property
    def certificate(self) -> Path:
        """What the web server in front shows."""
        return self.settings / "tls/cert.pem"


HERE = Places()


def not_looked_at(_: Settings) -> Finding:
    """What somebody who is not root is told."""
    return warn("units, rules, walls, certificate and backups were not looked at", "Run this as root.")


def units_installed(_: Settings, places: Places = HERE) -> Finding:
    """Whether the units are there, and those that came with this release."""
    there = places.etc / "systemd/system"
    if not (there / "flowhq.target").exists():
        return fail(f"no units in {there}", f"{PLAYBOOK}; by hand, see systemd/README.md.")
    if not places.shipped.is_dir():
        return warn("nobody can say whether they are of this release", "Install by the playbook, which keeps them "
                                                                       f"in {places.shipped}.")
    wrong = [name for name, text in _shipped_units(places.shipped) if _text(there / name) != text]
    if wrong:
        return fail(f"{_some(wrong)} not as this release has it", f"{PLAYBOOK}. Changes of your own belong into "
                                                                   "`systemctl edit`.")
    return ok("all of this release")


def serves_here(_: Settings, places: Places = HERE) -> Finding:
    """Whether this host was left by `migrate.yml`, or one of its businesses was."""
    units = places.etc / "systemd/system"
    if (mark := units / "flowhq-.service.d" / MOVED).exists():
        return warn(f"this host was left: {_first_line(mark)}",
                    f"Switch it off. It serves again after `rm {mark}`, but only if they run nowhere else.")
    left = sorted(path.parent.name.removeprefix(systemd.UNIT_PREFIX).removesuffix(f"{systemd.UNIT_SUFFIX}.d")
                  for path in units.glob(f"{systemd.UNIT_PREFIX}*.d/{MOVED}"))
    if left:
        return warn(f"{_some(left)} moved to another host", "Delete it here in the admin panel once you have seen it "
                                                            "answer there.")
    return ok("nothing was moved away")


def units_read(_: Settings) -> Finding:
    """Whether systemd knows the units as they are on the disk."""
    stale = [unit.name for unit in systemd.platform_units() if unit.stale]
    if stale:
        return warn(f"{_some(stale)} changed since systemd read it", "`systemctl daemon-reload`, then restart it.")
    return ok("as on the disk")


def services_run(_: Settings) -> Finding:
    """Whether what should always run does."""
    active = {unit.name for unit in systemd.platform_units() if unit.active in {"active", "activating", "reloading"}}
    down = [name for name in RUNNING if name not in active]
    if down:
        return fail(f"{_some(down)} not running",
                    f"`systemctl start flowhq.target`; `journalctl -u {down[0]}` says why.")
    return ok(f"{len(RUNNING)} of {len(RUNNING)} run")


def nothing_failed(_: Settings) -> Finding:
    """Whether a unit of ours has failed and stayed so."""
    failed = [unit.name for unit in systemd.platform_units() if unit.active == "failed"]
    if not failed:
        return ok("none")
    first = failed[0]
    slug = first.removeprefix(systemd.UNIT_PREFIX).removesuffix(systemd.UNIT_SUFFIX)
    again = f"`flowhq worker start {slug}`" if first.startswith(systemd.UNIT_PREFIX) else f"`systemctl restart {first}`"
    return fail(_some(failed), f"`journalctl -u {first} -n 50` says why; then {again}.")


def timers_wait(settings: Settings) -> Finding:
    """Whether what is done regularly will be."""
    waiting = {unit.name for unit in systemd.platform_units() if unit.active == "active"}
    wanted = (*TIMERS, BACKUP_TIMER) if settings.backup_recipients.is_file() else TIMERS
    missing = [name for name in wanted if name not in waiting]
    if missing:
        return fail(f"{_some(missing)} not waiting", f"`systemctl enable --now {' '.join(missing)}`.")
    return ok(f"{len(wanted)} wait")


def rules_there(_: Settings, places: Places = HERE) -> Finding:
    """Whether the web pages may control workers, and nothing else: the rules of polkit and of the bus."""
    pairs = (("50-flowhq.rules", places.etc / "polkit-1/rules.d/50-flowhq.rules"),
             ("flowhq-dbus.conf", places.etc / "dbus-1/system.d/flowhq.conf"))
    for name, installed in pairs:
        found, shipped = _text(installed), _text(places.shipped / name)
        if found is None:
            return fail(f"no {installed}", f"{PLAYBOOK}: without it no button starts a worker.")
        if shipped is not None and found != shipped:
            return fail(f"{installed} not as this release has it", f"{PLAYBOOK}.")
    return ok("the platform's user may control workers")


def names_of_workers(_: Settings, places: Places = HERE) -> Finding:
    """Whether the system knows a worker's user by its name, by which PostgreSQL lets it in."""
    lines = (_text(places.etc / "nsswitch.conf") or "").splitlines()
    asked = any("systemd" in line.split() for line in lines if line.startswith("passwd:"))
    library = next(places.libraries.glob("**/libnss_systemd.so.2"), None)
    if asked and library:
        return ok("known by name")
    return fail("the system does not ask systemd for users", "`apt-get install libnss-systemd`, and \"passwd: files "
                                                             "systemd\" in /etc/nsswitch.conf.")


def settings_kept(_: Settings, places: Places = HERE) -> Finding:
    """Whether nobody reads the settings who need not."""
    closed = {places.settings: OTHERS, places.settings / "flowhq.env": OTHERS,
              **{places.settings / name: GROUP_AND_OTHERS for name in ("secrets.env", "secret_key", "tls")}}
    for path, bits in closed.items():
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & bits:
            return fail(f"{path} has mode {mode:04o}", f"`chmod {mode & ~bits:04o} {path}`.")
    return ok(f"{places.settings} is closed to others")


def certificate_lasts(_: Settings, places: Places = HERE, now: datetime | None = None) -> Finding:
    """How long the certificate of the web pages is good for."""
    if not places.certificate.exists():
        return warn(f"no {places.certificate}", f"{PLAYBOOK}, unless another machine speaks TLS for this one.")
    end = _end_of(places.certificate)
    left = end - (now or datetime.now(UTC))
    seen = f"good until {end:%Y-%m-%d}"
    if left < ENDS:
        return fail(seen, "`certbot renew` says why it was not renewed.")
    return warn(seen, "`certbot renew` says why it was not renewed.") if left < RENEW else ok(seen)


def backup_fresh(settings: Settings, now: datetime | None = None) -> Finding:
    """Whether there is a backup of last night."""
    if not settings.backup_recipients.is_file():
        return warn("no backups are made", "`age-keygen` makes a key, on your own machine; put what begins with age1 "
                                           "into backup_recipient in the inventory, and run the playbook.")
    found = making.list_backups(settings)
    if not found:
        return warn("none yet", "`systemctl start flowhq-backup` makes one now.")
    age = (now or datetime.now(UTC)) - found[0].made_at
    seen = f"the newest is of {found[0].made_at:%Y-%m-%d %H:%M} UTC"
    if age > LATE:
        return (fail if age > TOO_LATE else warn)(seen, "`journalctl -u flowhq-backup` says why there is no newer one.")
    return ok(seen)


def _shipped_units(place: Path) -> Iterator[tuple[str, str]]:
    """Each unit and drop-in of a release, by its path below the directory of units."""
    for pattern in UNITS:
        for path in sorted(place.glob(pattern)):
            yield str(path.relative_to(place)), path.read_text()


def _end_of(certificate: Path) -> datetime:
    said = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", certificate],  # noqa: S603, S607
                          capture_output=True, text=True, timeout=10, check=True).stdout
    return datetime.fromisoformat(said.strip().removeprefix("notAfter=").replace("Z", "+00:00"))


def _first_line(path: Path) -> str:
    return path.read_text().partition("\n")[0].lstrip("# ").partition(".")[0]


def _text(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more
