"""The machine: memory, disk, clock, and what Chromium's own sandbox needs of the kernel."""
import os
import shutil
import subprocess
from pathlib import Path

import psutil

from app.doctor.finding import Finding, fail, ok, warn
from app.settings import Settings

MEBIBYTE = 1024 * 1024
LOW_DISK_MIB, LEAST_DISK_MIB = 2048, 512
LOW_INODES = 20_000
# What one more business takes; see the README.
WORKER_MIB = 250
USER_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
UNPRIVILEGED = Path("/proc/sys/kernel/unprivileged_userns_clone")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, not written to


def disk(settings: Settings) -> Finding:
    """Whether the state directory's disk has room."""
    free = shutil.disk_usage(_existing(settings.state_dir)).free // MEBIBYTE
    seen = f"{free} MiB free at {settings.state_dir.absolute()}"
    if free < LEAST_DISK_MIB:
        return fail(seen, "Free some now: a full disk stops every bot. `journalctl --vacuum-size=200M` is quick.")
    return warn(seen, "Free some, or take a larger disk.") if free < LOW_DISK_MIB else ok(seen)


def inodes(settings: Settings) -> Finding:
    """Whether that disk can hold more files; a browser profile has thousands."""
    found = os.statvfs(_existing(settings.state_dir))
    if found.f_files and found.f_favail < LOW_INODES:
        return warn(f"{found.f_favail} more files fit", "Delete what is not needed: browser profiles have thousands.")
    return ok(f"{found.f_favail} more files fit" if found.f_files else "no limit on files")


def memory(_: Settings) -> Finding:
    """Whether one more business would fit."""
    available = psutil.virtual_memory().available // MEBIBYTE
    seen = f"{available} MiB available, room for about {available // WORKER_MIB} more businesses"
    return ok(seen) if available >= WORKER_MIB else warn(seen, "Stop businesses that are not used, or add memory.")


def clock(_: Settings) -> Finding:
    """Whether the clock is kept right; codes of the second factor and appointments go by it."""
    if shutil.which("timedatectl") is None:
        return warn("nothing keeps the clock right", "Install systemd-timesyncd.")
    shown = subprocess.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"],  # noqa: S607
                           capture_output=True, text=True, timeout=10, check=False)
    if shown.returncode:
        return warn("nobody says whether the clock is right", "Run this on the host itself, where systemd runs.")
    if shown.stdout.strip() == "yes":
        return ok("synchronised")
    return warn("not synchronised", "`systemctl enable --now systemd-timesyncd`, and let UDP port 123 out.")


def namespaces(settings: Settings) -> Finding:
    """Whether the kernel lets Chromium build its own sandbox."""
    if not settings.browser_sandbox and not settings.production:
        return warn("the browser's own sandbox is turned off", "Unset FLOWHQ_BROWSER_SANDBOX where it can work.")
    if _number(USER_NAMESPACES) == 0 or _number(UNPRIVILEGED) == 0:
        return fail("the kernel allows no user namespaces, which Chromium's own sandbox is made of",
                    "`sysctl -w user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1`, and keep it so "
                    "in /etc/sysctl.d.")
    return ok("user namespaces for Chromium's own sandbox")


def shared_memory(_: Settings) -> Finding:
    """Whether browsers have shared memory to draw in."""
    free = shutil.disk_usage(SHARED_MEMORY).free // MEBIBYTE
    seen = f"{free} MiB of shared memory"
    return ok(seen) if free >= WORKER_MIB else warn(seen, "Mount /dev/shm larger, or pages will crash.")


def _number(path: Path) -> int | None:
    return int(path.read_text()) if path.exists() else None


def _existing(path: Path) -> Path:
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.exists())
