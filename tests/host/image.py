"""Debian 12 root images, built once and kept in a cache; a machine boots on an overlay over one.

An image is named by a hash of its recipe. It is built beside its place and renamed into it, under a lock, so that two
runs at once build it once, and one that was stopped half-way is not taken for a whole one.
"""
import configparser
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.source_tree import ROOT

CACHE = Path("/var/cache/flowhq-hosts")
KEPT_S = 7 * 24 * 3600
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
# Run in a mount namespace: base, layer, work directory, wheels, and what to do in there.
OVERLAY = """
mount -t overlay overlay -o lowerdir="$1",upperdir="$2",workdir="$3" /mnt
mount --bind /dev /mnt/dev
mount -t proc proc /mnt/proc
mount --bind "$4" /mnt/mnt
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot /mnt sh -euc "$5"
"""
VENV = """
python3 -m venv /opt/flowhq
/opt/flowhq/bin/pip install --quiet --no-index --find-links /mnt --requirement /mnt/requirements.txt
"""
NEEDED_PROGRAMS = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux"}


def what_is_missing() -> str:
    """Why no machine can be booted here, in a sentence that says what to do; empty where one can."""
    if os.geteuid() != 0:
        return "The host tests boot Debian machines of their own, which only root can: run them as root."
    missing = [package for program, package in NEEDED_PROGRAMS.items() if not shutil.which(program)]
    if missing:
        return f"The host tests need {', '.join(missing)}: apt-get install --no-install-recommends {' '.join(missing)}"
    mounts = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(mounts, capture_output=True, check=False).returncode:
        return "The host tests mount file systems, which root may not do in this container: give it CAP_SYS_ADMIN."
    return ""


def base_image() -> Path:
    """The root directory of a Debian 12 with everything Flow HQ needs but Flow HQ; built where it is not there yet."""
    return debian(PACKAGES)


def debian(packages: Sequence[str]) -> Path:
    """The root directory of a Debian 12 with these packages."""
    command = ["mmdebstrap", *OPTIONS, f"--include={','.join(packages)}", SUITE]

    def build(root: Path) -> None:
        _run([*command, str(root)], "mmdebstrap could not build a Debian image")
        # Fresh lists of packages would be taken for current ones, though they are empty.
        os.utime(root / "var/lib/apt/lists", (0, 0))

    return cached("debian", repr(command), build)


def python_layers() -> list[Path]:
    """The Debian image and, above it, /opt/flowhq: a virtualenv with all that Flow HQ's wheel requires."""
    base, wanted = base_image(), _requirements()
    return [cached("python", repr((base.name, VENV, wanted)), lambda layer: _build_venv(layer, base, wanted)), base]


def _build_venv(layer: Path, base: Path, requirements: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="fhq-layer-") as scratch:
        wheels = Path(scratch) / "wheels"
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheels), "--only-binary=:all:",
              "--python-version=3.11", *_platforms(), *requirements], "the wheels could not be downloaded")
        (wheels / "requirements.txt").write_text("\n".join(requirements))
        layer.mkdir(mode=0o755)
        work = layer.with_suffix(".work")
        work.mkdir()
        try:
            _run(["unshare", "--mount", "--propagation=private", "sh", "-euc", OVERLAY, "sh", str(base), str(layer),
                  str(work), str(wheels), VENV], "the virtualenv could not be made")
        finally:
            shutil.rmtree(work)


def _requirements() -> list[str]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    return [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]


def _platforms() -> list[str]:
    """What Debian 12, with its glibc 2.36, can run, whatever this machine is."""
    kind = platform.machine()
    return [f"--platform=manylinux{version}_{kind}" for version in ("2014", *(f"_2_{n}" for n in range(36, 16, -1)))]


def cached(kind: str, recipe: str, build: Callable[[Path], None]) -> Path:
    """The directory that `build` makes, by the hash of its recipe; what fails half-way is not kept."""
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
            _forget_old(kind)
    return place


def _forget_old(kind: str) -> None:
    """Remove what nobody has asked for lately: whoever asks writes to the lock."""
    for lock in cache().glob(f"{kind}-*.lock"):
        if lock.stat().st_mtime < time.time() - KEPT_S:
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink()


def cache() -> Path:
    """Where images and machines are; made, for root alone, where it is not there."""
    CACHE.mkdir(mode=0o700, exist_ok=True)
    return CACHE


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock; the kernel drops it with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.utime(file.fileno())
        yield


def _run(command: Sequence[str], otherwise: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{otherwise}:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")


if __name__ == "__main__":
    if missing := what_is_missing():
        sys.exit(missing)
    print("Building the images that the host tests boot, where they are missing: some minutes, once")
    print(*python_layers(), sep="\n")
