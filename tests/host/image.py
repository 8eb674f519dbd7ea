"""Debian 12 root images, built once and kept in a cache; a machine boots on an overlay over one.

An image is named by a hash of its recipe. It is built beside its place and renamed into it, under a lock, so that two
runs at once build it once, and one that was stopped half-way is not taken for a whole one.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path("/var/cache/flowhq-hosts")
SUITE = "bookworm"
PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "libnss-systemd", "libpam-systemd", "polkitd", "acl", "ca-certificates",
    "chromium-driver", "chromium-headless-shell", "curl", "fonts-liberation", "iproute2", "nftables", "openssh-server",
    "postgresql", "procps", "python3", "python3-apt", "python3-venv", "rsync", "sudo", "tzdata",
)
# Nobody reads manuals there, and nothing there has to survive a power cut during the build.
OPTIONS = (
    "--variant=apt", "--aptopt=APT::Install-Recommends false", "--dpkgopt=force-unsafe-io",
    *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "man", "locale")),
)
NEEDED_PROGRAMS = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux"}


def what_is_missing() -> str:
    """Why no machine can be booted here, in a sentence that says what to do; empty where one can."""
    if os.geteuid() != 0:
        return "The host tests boot Debian machines of their own, which only root can: run them as root."
    missing = [package for program, package in NEEDED_PROGRAMS.items() if not shutil.which(program)]
    if missing:
        return f"The host tests need {', '.join(missing)}: apt-get install --no-install-recommends {' '.join(missing)}"
    return ""


def base_image() -> Path:
    """The root directory of a Debian 12 with everything Flow HQ needs but Flow HQ; built where it is not there yet."""
    return cached("debian", repr((SUITE, PACKAGES, OPTIONS)), _build_debian)


def cached(kind: str, recipe: str, build: Callable[[Path], None]) -> Path:
    """The directory that `build` fills, by the hash of its recipe; what fails half-way is not kept."""
    place = cache() / f"{kind}-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"
    with locked(place.with_suffix(".lock")):
        if not place.is_dir():
            beside = place.with_suffix(".new")
            shutil.rmtree(beside, ignore_errors=True)
            try:
                build(beside)
                beside.rename(place)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
    return place


def cache() -> Path:
    """Where images and machines are; made, for root alone, where it is not there."""
    CACHE.mkdir(mode=0o700, exist_ok=True)
    return CACHE


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock; the kernel drops it with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build_debian(root: Path) -> None:
    command = ["mmdebstrap", *OPTIONS, f"--include={','.join(PACKAGES)}", SUITE, str(root)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"mmdebstrap could not build a Debian image:\n{done.stderr[-3000:]}")
    # Fresh lists of packages would be taken for current ones, though they are empty.
    os.utime(root / "var/lib/apt/lists", (0, 0))
